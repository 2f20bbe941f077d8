"""Runs of references: tuned on validation, fitted, ranked and written; the finished one where it fits."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from learn.data.categories import category_groups
from learn.data.dataset import Dataset
from learn.data.split import Phase
from learn.data.splits import Split
from learn.evaluation import references
from learn.evaluation.references.base import CannotFit, known_only
from learn.evaluation.references.ranking import rank_scores, ranked_value, reference_bias
from learn.evaluation.references.tune import tune
from learn.evaluation.validation import comparing_metric
from learn.progress import make_progress
from learn.retrieval.repeats import Repeat
from learn.runs.baselines import BASELINES, REFIT_SUFFIX, baselines_for
from learn.runs.folder import RunFolder
from learn.runs.info import RunInfo, provenance, repeat_fields
from learn.runs.run import Run
from learn.runs.stored import finished_run
from learn.runs.write import finish_run
from learn.workspace import Workspace


@dataclass(frozen=True)
class Content:
    """Content embeddings of a catalogue, for references that read them.

    Attributes:
        vectors: [N, D_llm] float32.
        key: of the content store that they came from.
    """

    vectors: np.ndarray
    key: str | None


@dataclass(frozen=True)
class Choice:
    """What validation chose for a reference.

    Attributes:
        settings: the reference's own.
        repeat: its repeat-consumption bias, in the unit of its scores.
        validation: see `learn.runs.info.RunInfo`.
    """

    settings: dict[str, Any]
    repeat: Repeat
    validation: float


def choose(
    reference: references.Reference,
    split: Split,
    content: np.ndarray | None = None,
    groups: np.ndarray | None = None,
) -> Choice:
    """Tunes ``reference`` on validation; it knows the training part alone.

    Args:
        content: [N, D_llm] of the catalogue; groups: [N, 2] its categories; for references that read them.

    Raises:
        LearnError: nobody can be validated, or it cannot be fitted.
    """
    settings = tune(reference, split, content, groups).settings
    scorer = reference.fit(references.Known(split.train(), split.n_items, content, groups), **settings)
    repeat = reference_bias(scorer, split, not reference.ranks_history)
    return Choice(settings, repeat, ranked_value(scorer, split, comparing_metric(split), repeat))


def make_reference_run(
    name: str,
    dataset: Dataset,
    split: Split,
    folder: Path,
    content: Content | None = None,
    refit: bool = False,
    choice: Choice | None = None,
) -> Run:
    """Makes the reference Run ``name`` (a code of `BASELINES`) in ``folder``, replacing an older one.

    Settings and repeat-consumption bias are chosen on validation by what the training part tells. The lists come from
    that part too or, with ``refit``, from training and validation under the same settings; a user's own history is
    all that they did before the test target either way.

    Args:
        content: for references that read it.
        refit: learn from training and validation together.
        choice: what validation chose, where that is known; None: it is asked.

    Raises:
        LearnError: no such baseline, content that is needed and missing, nobody to evaluate, or the folder cannot be
            written.
    """
    baseline, began = BASELINES[name], time.monotonic()
    reference = baseline.reference
    if reference.reads_content and content is None:
        raise CannotFit(
            f"{baseline.label} reads content embeddings, and those of {dataset.name} are not there.",
            f"Let the LLM read the items first: learn extract {dataset.name}",
        )
    vectors = content.vectors if content is not None and reference.reads_content else None
    groups = category_groups(dataset.items)
    choice = choice or choose(reference, split, vectors, groups)
    events = split.history(Phase.TEST) if refit else split.train()
    known = references.Known(events, split.n_items, vectors, groups)
    scorer = fitted(reference, known, split, choice.settings)
    ranked = rank_scores(scorer, split, repeat=choice.repeat, everybody=baseline.everybody)
    info = RunInfo(
        name=folder.name,
        label=baseline.label + (", refitted" if refit else ""),
        kind="reference",
        variant=baseline.code,
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        split=split.describe(),
        content_key=content.key if content is not None and reference.reads_content else None,
        refit=refit,
        settings=choice.settings,
        validation=choice.validation,
        train_seconds=round(time.monotonic() - began, 1),
        made=provenance(),
    )
    info = info.model_copy(update=repeat_fields(choice.repeat))
    return finish_run(folder, info, dataset=dataset, split=split, ranked=ranked)


def fitted(
    reference: references.Reference, known: references.Known, split: Split, settings: Mapping[str, Any]
) -> references.Scorer:
    """The `Scorer` of ``reference`` under ``settings``. Of an item-cold split's items, what cannot tell one from
    another shows none: a list of ties would be a draw."""
    scorer = reference.fit(known, **settings)
    return known_only(scorer, known) if split.info.is_item_cold and not reference.scores_cold else scorer


def reference_run(
    name: str, dataset: Dataset, workspace: Workspace, content: Content | None = None, refit: bool = False
) -> Run:
    """The reference Run ``name``: the finished one where it fits, else made now; one that is refitted takes what
    validation chose for the other where that is there.

    Raises:
        LearnError: as `make_reference_run`.
    """
    reads = BASELINES[name].reference.reads_content
    folder = workspace.run(dataset.name, name + REFIT_SUFFIX * refit)
    plain = _finished(workspace.run(dataset.name, name), dataset, content if reads else None)
    kept = _finished(folder, dataset, content if reads else None)
    if kept is not None:
        return kept
    choice = None if plain is None else choice_of(plain)
    return make_reference_run(name, dataset, dataset.split, folder, content, refit, choice)


def choice_of(run: RunFolder) -> Choice | None:
    """What validation chose for a reference Run; None for one that does not say, made by an earlier version."""
    if run.info.refit is None or run.info.validation is None:
        return None
    return Choice(read_settings(run.info.settings), run.info.repeat_bias, run.info.validation)


def _finished(folder: Path, dataset: Dataset, content: Content | None) -> Run | None:
    """The reference Run in ``folder`` where it was made from the same data and says how it was fitted."""
    run = finished_run(folder, dataset, dataset.split, None, None)
    if run is None or run.info.kind != "reference" or choice_of(run) is None:
        return None
    return run if content is None or run.info.content_key == content.key else None


def make_reference_runs(
    dataset: Dataset,
    split: Split,
    workspace: Workspace,
    progress: Any = None,
    content: Content | None = None,
    refit: bool = False,
) -> list[Run]:
    """Makes the Runs of all references of ``dataset``, replacing older ones.

    Those that read content embeddings are left out where there are none, and those whose matrix is too large; a
    warning says so.

    Args:
        progress: where to show progress; None: the terminal.
        content: content embeddings of the catalogue.
        refit: make them once more, refitted on training and validation, under names that end in `REFIT_SUFFIX`.
    """
    runs = []
    total = len(baselines_for(split)) * (2 if refit else 1)
    with (progress or make_progress()).task("Fitting the references", total=total, unit="Runs") as bar:
        for name in (one.code for one in baselines_for(split)):
            try:
                made = make_reference_run(name, dataset, split, workspace.run(dataset.name, name), content)
                runs.append(made)
                if refit:
                    folder = workspace.run(dataset.name, name + REFIT_SUFFIX)
                    runs.append(make_reference_run(name, dataset, split, folder, content, True, choice_of(made)))
            except CannotFit as error:
                warnings.warn(f"Left out: {error}", stacklevel=2)
            bar.update(2 if refit else 1)
    return runs


def read_settings(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as references take them, from run.json, which knows no tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
