"""A peer's Run: its library works in an environment and a process of its own, its lists come in as a table."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.errors import LearnError
from learn.files import atomic_path, read_json, write_json
from learn.reproduce.external_baselines import ExternalBaseline, export
from learn.reproduce.external_search import search_peer
from learn.runs.import_run import DROPPED, VARIANT, ranked_lists
from learn.runs.info import RunInfo, provenance
from learn.runs.run import Run
from learn.runs.write import finish_run
from learn.tuning.trials import Trial, best_trial, counted

SCRIPTS = Path(__file__).resolve().parents[2] / "benchmarks" / "peers"
"""The runners, which only a clone of the project has: their libraries are not this package's."""
ENVIRONMENT_VARIABLE = "LEARN_PEERS_PYTHON"
TRIALS = "trials"
"""In what a Run says of its making: how many settings were tried before."""
# One core's work, so that the seconds of peers can be compared; freed memory is kept, because matrices of a batch's
# scores over the catalogue come and go, and giving them back each time costs as much as computing them.
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30)}


class ExternalBaselineCannotRun(LearnError):
    """The environment is missing, or the library failed; the table goes on without the peer."""


@dataclass(frozen=True)
class ExternalHost:
    """Where peers run.

    Attributes:
        python: of the environment that `make peers` builds.
        scripts: the folder of the runners.
        minutes: that one Run may take; None: as long as it needs.
        search: minutes of a search for each peer's settings before its Runs; None: they stay as they are.
    """

    python: Path
    scripts: Path = SCRIPTS
    minutes: float | None = None
    search: float | None = None

    @classmethod
    def at(
        cls, python: Path | str | None = None, minutes: float | None = None, search: float | None = None
    ) -> ExternalHost:
        """``python``, else $LEARN_PEERS_PYTHON, else what `make peers` builds."""
        found = python or os.environ.get(ENVIRONMENT_VARIABLE) or SCRIPTS / ".venv" / "bin" / "python"
        return cls(Path(found), minutes=minutes, search=search)


def external_run(
    peer: ExternalBaseline,
    seed: int,
    dataset: Dataset,
    split: Split,
    folder: Path,
    host: ExternalHost,
    content: np.ndarray | None = None,
) -> Run:
    """The Run in ``folder`` when it was made by the same peer from the same data and settings, else a new one.

    ``content``: [N, d] content embeddings, of a peer that reads them.

    Raises:
        PeerCannotRun: it could not be made; what the peer printed is in a .log file beside the folder.
    """
    settings = peer.settings_for(split)
    trials = _searched(peer, dataset, split, folder, host, content)
    if best := best_trial(trials):
        settings |= best.settings
    identity = {"peer": peer.name, "settings": json.dumps(settings, sort_keys=True)}
    identity |= {TRIALS: counted(trials)} if trials else {}
    if (folder / "run.json").exists():
        kept = Run(folder)
        made_so = {key: kept.info.made.get(key) for key in identity}
        about = (kept.info.dataset_fingerprint, kept.info.split, kept.info.seed)
        if made_so == identity and about == (dataset.fingerprint, split.describe(), seed):
            return kept
    with tempfile.TemporaryDirectory() as temporary:
        output = Path(temporary)
        export(dataset, split, output / "data", content)
        told = run_job(peer, seed, settings, output, folder.with_name(f"{folder.name}.log"), host)
        try:
            ranked, dropped = ranked_lists(output / "recommendations.csv", dataset, split)
        except LearnError as error:
            raise ExternalBaselineCannotRun(
                f"{peer.label} wrote lists that cannot be read: {error.what}", error.remedy
            ) from error
    facts = {key: str(told[key]) for key in (peer.library, "cpu_seconds", "epochs") if key in told}
    info = RunInfo(
        name=folder.name,
        label=peer.label,
        kind="imported",
        variant=VARIANT,
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        split=split.describe(),
        seed=seed,
        trainable_parameters=told["parameters"],
        train_seconds=told["train_seconds"],
        made=provenance() | identity | facts | ({DROPPED: dropped} if dropped else {}),
    )
    return finish_run(folder, info, dataset=dataset, split=split, ranked=ranked)


def _searched(
    peer: ExternalBaseline,
    dataset: Dataset,
    split: Split,
    folder: Path,
    host: ExternalHost,
    content: np.ndarray | None,
) -> list[Trial]:
    """The trials of the search for the peer's settings, kept beside its Runs; none where ``host`` asks for none."""
    if not host.search:
        return []

    def train(settings: dict[str, Any], output: Path, log: Path, more: dict[str, Any]) -> dict[str, Any]:
        return run_job(peer, 0, peer.settings_for(split) | settings, output, log, host, more)

    return search_peer(peer, dataset, split, folder.with_name(f"{peer.name}-search"), host.search, train, content)


def run_job(
    peer: ExternalBaseline,
    seed: int,
    settings: dict[str, Any],
    output: Path,
    log: Path,
    host: ExternalHost,
    more: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Runs the peer on the exported files in ``output / "data"``.

    Args:
        output: gets recommendations.csv and result.json.
        log: gets what the peer printed.
        more: what else its job says.

    Returns:
        result.json: parameters, train_seconds, validation_ndcg_at_10 after every epoch, and more.

    Raises:
        PeerCannotRun: no runners, no environment, the library failed, or it took too long.
    """
    if not (host.scripts / peer.script).is_file():
        raise ExternalBaselineCannotRun(
            f"{peer.label} did not run: its runner is not at {host.scripts / peer.script}.",
            "Run the table from a clone of the project, whose folder benchmarks/peers holds the runners.",
        )
    if not host.python.exists():
        raise ExternalBaselineCannotRun(
            f"{peer.label} did not run: there is no {host.python.name} of the peers' environment.",
            f"Type: make peers (it should be {host.python}), or set {ENVIRONMENT_VARIABLE}.",
        )
    job = {"data": output / "data", "peer": peer.model, "seed": seed, "settings": settings, "output": output}
    write_json(output / "job.json", job | (more or {}))
    (output / "result.json").unlink(missing_ok=True)  # of an earlier trial
    with atomic_path(log) as temporary:
        with open(temporary, "w", encoding="utf-8") as lines:
            words = [host.python.absolute(), host.scripts / peer.script, output / "job.json"]
            environment = os.environ | _ENVIRONMENT
            environment.pop("PYTHONPATH", None)  # the peers' packages are other versions than ours
            # RecBole leaves its own logs where it is started.
            try:
                done = subprocess.run(
                    words,
                    stdout=lines,
                    stderr=lines,
                    env=environment,
                    cwd=output,
                    check=False,
                    timeout=host.minutes and host.minutes * 60,
                )
            except subprocess.TimeoutExpired:
                raise ExternalBaselineCannotRun(
                    f"{peer.label} was stopped after {host.minutes:g} minutes.", "Give it longer: --peer-minutes"
                ) from None
        said = temporary.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    if done.returncode or not (output / "result.json").exists():
        last = said[-1].strip() if said else "it said nothing"
        raise ExternalBaselineCannotRun(f"{peer.label} ended with exit code {done.returncode}: {last}", f"Read {log}.")
    return read_json(output / "result.json", f"Read {log}.")
