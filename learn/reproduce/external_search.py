"""The same search for a peer as for our own settings: optuna proposes, the peer's library trains, validation judges.

A trial that most others beat after as many epochs is given up by the runner, which is told by how much
(`beaten_below`). Every trial is counted and kept beside the peer's Runs, and a search that was stopped goes on.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.errors import LearnError
from learn.locks import writing
from learn.reproduce.external_baselines import ExternalBaseline, export
from learn.tuning.study import STARTUP, make_study, next_trial, tell
from learn.tuning.trials import State, Trial, read_trials, write_trials

WARM_UP = 5
"""Epochs before which no trial is given up: some losses stand still at first."""
RunTrial = Callable[[dict[str, Any], Path, Path, dict[str, Any]], dict[str, Any]]
"""(settings, output folder with the exported files, log, what the runner is told beside) -> the runner's result.json"""


def beaten_below(trials: Sequence[Trial]) -> list[float | None]:
    """What the best validation so far has to reach after each epoch: the median of the trials that were trained whole.

    Returns:
        One number for each epoch, counted from 1, None where nothing is asked; none before `STARTUP` trials.
    """
    whole = [[score for _, score in trial.scores] for trial in trials if trial.state is State.WHOLE]
    if len(whole) < STARTUP:
        return []
    longest = max(map(len, whole))
    best_so_far = [np.maximum.accumulate([*curve, *[curve[-1]] * (longest - len(curve))]) for curve in whole]
    medians = np.median(best_so_far, axis=0)
    return [None if epoch < WARM_UP else float(value) for epoch, value in enumerate(medians)]


def search_peer(
    peer: ExternalBaseline,
    dataset: Dataset,
    split: Split,
    folder: Path,
    minutes: float,
    run: RunTrial,
    content: np.ndarray | None = None,
) -> list[Trial]:
    """Searches the peer's settings (`ExternalBaseline.searched`) until all trials together took ``minutes``.

    Args:
        folder: where its trials are kept; the seed of trainings is 0.
        run: trains one.
        content: [N, d] content embeddings, of a peer that reads them.

    Returns:
        All trials; the first has the settings that the peer has without a search.

    Raises:
        LearnError: the first trial failed, so the peer cannot run.
    """
    space, first = peer.searched_from(peer.settings_for(split))
    with writing(folder), tempfile.TemporaryDirectory() as temporary:
        trials = read_trials(folder)
        study = make_study(trials, space, 0, WARM_UP)
        export(dataset, split, Path(temporary) / "data", content)
        while (left := minutes * 60 - sum(trial.seconds for trial in trials)) > 0 and space:
            both = next_trial(study, trials, space, first)
            assert both is not None  # as many as time allows
            trial, asked = both
            write_trials(folder, trials)
            began = time.monotonic()
            told = {"search": True, "seconds": left, "beaten_below": beaten_below(trials)}
            try:
                _judge(trial, run(trial.settings, Path(temporary), folder / f"trial-{trial.number}.log", told))
            except LearnError as error:
                if trial.number == 0:
                    raise
                trial.state, trial.why = State.REFUSED, error.what
            trial.seconds += time.monotonic() - began
            write_trials(folder, trials)
            if trial.state is State.STOPPED:
                break  # for want of time
            tell(study, trial, asked)
    return trials


def _judge(trial: Trial, told: dict[str, Any]) -> None:
    """What a runner's result says of ``trial``."""
    trial.scores = [(epoch, float(score)) for epoch, score in enumerate(told["validation_ndcg_at_10"], 1)]
    trial.state = State(told.get("ended", State.WHOLE.value))
