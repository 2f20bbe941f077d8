"""What stands beside trained Runs: references, and a reference and a trained Run as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from learn.cex.store import KEY_SEPARATOR, stored_content
from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.runs.baselines import BASELINES, REFIT_SUFFIX
from learn.runs.blend import JOINED, RUN_NAME, finished_blend, good_enough, make_blend
from learn.runs.reference_runs import Content, make_reference_runs, reference_run
from learn.runs.run import Run
from learn.runs.stored import open_run
from learn.workspace import Workspace

BLENDED_TOWER, BLENDED_REFERENCES = "b", ("slit", "l3ae", "svd")
"""What `rivals` makes text+counts of: codes of `learn.item_towers.ITEM_TOWERS` and of `BASELINES`, those that suit the
split and are good enough (`learn.runs.blend.good_enough`)."""


def make_references(
    workspace: Workspace, dataset: Dataset, *, key: str | None = None, refit: bool = False, progress: Any = None
) -> list[Run]:
    """The Runs of all references (`learn.runs.baselines.BASELINES`), replacing older ones.

    Args:
        workspace: where they go; it holds ``dataset``.
        key: of the content store for those that read texts; None: one that the workspace holds. Without any they are
            left out, and a warning says so.
        refit: make each once more, refitted on training and validation together.
        progress: where to show progress; None: the terminal.

    Raises:
        LearnError: nobody to evaluate, or the workspace cannot be written to.
    """
    content = content_of(workspace, dataset, key)
    return make_reference_runs(dataset, dataset.split, workspace, progress, content, refit)


def rivals(
    workspace: Workspace, dataset: Dataset, runs: Sequence[Run], *, refit: bool = False, progress: Any = None
) -> list[Run]:
    """What stands beside trained ``runs``: all references, and text and counts together (`learn.runs.blend`), tower (b)
    with L3AE (or SLIT-L3AE, where it validates better) and SVD, unless one is much weaker
    (`learn.runs.blend.good_enough`).

    Args:
        refit: the references, and the two together, once more, refitted.

    Raises:
        LearnError: as `make_references` and `blend`.
    """
    made = make_references(workspace, dataset, key=_content_key(runs), refit=refit, progress=progress)
    references = {run.name for run in made}
    for suffix in ("", REFIT_SUFFIX):
        text = [run for run in runs if run.info.variant == BLENDED_TOWER and bool(run.info.refit) == bool(suffix)]
        if "l3ae" + suffix in references and text:
            made.append(blend(workspace, dataset, text[0].name, blended_with(made, suffix)))
    return made


def blended_with(references: Sequence[Run], suffix: str = "") -> str:
    """Which of the Runs ``references`` text is blended with unless somebody says otherwise, with + between; "": none.

    Args:
        suffix: `learn.runs.baselines.REFIT_SUFFIX` for those that were refitted.
    """
    there = {run.name: run for run in references}
    counts = [there[code + suffix] for code in BLENDED_REFERENCES if code + suffix in there]
    return JOINED.join(one.name for one in good_enough(counts))


def _content_key(runs: Sequence[Run]) -> str | None:
    return next((run.info.content_key for run in runs if run.info.content_key), None)


def baseline_run(workspace: Workspace, dataset: Dataset, name: str, refit: bool = False) -> Run:
    """The reference ``name`` ("popularity", "ease", ...) as a Run: the finished one where it fits, else made now.

    Raises:
        LearnError: no such reference, it reads texts that no LLM has read yet, nobody to evaluate, or the workspace
            cannot be written to.
    """
    content = content_of(workspace, dataset) if BASELINES[name].reference.reads_content else None
    return reference_run(name, dataset, workspace, content, refit)


def blend(workspace: Workspace, dataset: Dataset, run: str, reference: str = "", name: str | None = None) -> Run:
    """The trained Run ``run``, or the mean of several with + between, and the reference Run ``reference``, or several
    with + between, as one (`learn.runs.blend`).

    Of Runs that were refitted the weights are those of the Runs that were not, which are blended first.

    Args:
        workspace: where the Runs are, and the blend goes.
        run, reference: names of Runs of ``dataset``; no reference: several trained Runs are averaged.
        name: of the blend; None: "text-counts", of trained Runs alone "learn-b-averaged" where the first is learn-b;
            with "-refit" where they were refitted.

    Raises:
        LearnError: there is no such Run, they do not go together, or the workspace cannot be written to.
    """
    texts, names = run.split(JOINED), reference.split(JOINED) if reference else []
    runs, counts = ([open_run(workspace, dataset, one) for one in some] for some in (texts, names))
    usual = RUN_NAME if names else f"{texts[0].removesuffix(REFIT_SUFFIX)}-averaged"
    plain = None
    if all(one.info.refit for one in (*runs, *counts)):
        name = name or usual + REFIT_SUFFIX
        earlier = name.removesuffix(REFIT_SUFFIX) + ("" if name.endswith(REFIT_SUFFIX) else "-plain")
        first, others = (
            [open_run(workspace, dataset, one.removesuffix(REFIT_SUFFIX)) for one in some] for some in (texts, names)
        )
        folder = workspace.run(dataset.name, earlier)
        plain = finished_blend(first, others, folder) or make_blend(first, others, folder)
    return make_blend(runs, counts, workspace.run(dataset.name, name or usual), plain)


def content_of(workspace: Workspace, dataset: Dataset, key: str | None = None) -> Content | None:
    """What a content store of the workspace, or of the prebuilt demo, holds of all items of ``dataset``.

    Args:
        key: which store; None: the newest that has every item.

    Returns:
        None where there is none.

    Raises:
        LearnError: the store that ``key`` names is there and cannot be read, or lacks an item.
    """
    for place in (workspace, Workspace.prebuilt()):
        root = place.content(dataset.name)
        there = sorted(root.iterdir(), key=lambda path: -path.stat().st_mtime_ns) if root.is_dir() else []
        for one in [key] if key is not None else [path.name for path in there if path.is_dir()]:
            try:
                return Content(stored_content(place, dataset, one), one)
            except LearnError:
                if key is not None and any((root / part).is_dir() for part in key.split(KEY_SEPARATOR)):
                    raise  # a reference that goes missing in silence is none the wiser
                continue  # of another version of the items, not read to the end, or not in this place
    return None
