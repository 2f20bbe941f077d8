"""text+counts: a trained Run and a reference as one, because the two know different things.

The score is z(reference) + weight x z(Run), where z takes off a user's mean over the items new to them and divides by
the standard deviation there: the two scores are of different kinds. One weight, chosen on validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from learn.data.sequences import Sequences
from learn.data.split import Phase
from learn.errors import LearnError
from learn.evaluation import references
from learn.evaluation.references.ranking import rank_scores, ranked_value, reference_bias
from learn.evaluation.validation import comparing_metric, validation_metric
from learn.runs.baselines import BASELINES, REFIT_SUFFIX
from learn.runs.fitted_again import scorer_again
from learn.runs.info import RunInfo, provenance
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.runs.stored import finished_run
from learn.runs.vectors import embeds, stored_content_of
from learn.runs.write import finish_run

VARIANT = "text+counts"

RUN_NAME = "text-counts"

WEIGHTS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0)
"""The weights that are tried: at 0 there is nothing but the reference."""


def z_scores(scores: np.ndarray, history: Sequences, start: int) -> np.ndarray:
    """[Q, N] float32: ``scores`` of users ``start`` onwards in units of their spread among what ``history`` lacks.

    What is no recommendation (-inf) counts as 0 before; a user to whom all is the same has zeros.
    """
    found = np.where(np.isfinite(scores), scores, 0.0).astype(np.float32)
    held = np.zeros(found.shape, dtype=bool)
    rows = np.repeat(np.arange(len(found)), history.lengths[start : start + len(found)])
    held[rows, history.items[history.offsets[start] : history.offsets[start + len(found)]]] = True
    new = np.maximum((~held).sum(axis=1, keepdims=True), 1)
    mean = np.where(held, 0.0, found).sum(axis=1, keepdims=True, dtype=np.float64) / new
    spread = np.sqrt((np.where(held, 0.0, found - mean) ** 2).sum(axis=1, keepdims=True) / new)
    return np.where(spread > 0, (found - mean) / np.where(spread > 0, spread, 1.0), 0.0).astype(np.float32)


class EmbeddedScores:
    """A trained Run as a `references.Scorer`; the vectors of the histories asked for last are kept."""

    def __init__(self, recommender: Recommender) -> None:
        self._recommender = recommender
        self._asked: Sequences | None = None
        self._users = np.zeros((0, 0), np.float32)

    def __call__(self, histories: Sequences, start: int, stop: int) -> np.ndarray:
        """[stop - start, N] float32 scores of users ``start`` to ``stop`` of ``histories``."""
        asked = self._asked
        same = asked is not None and np.array_equal(asked.offsets, histories.offsets)
        if asked is None or not same or not np.array_equal(asked.items, histories.items):
            self._asked, self._users = histories, self._recommender.embed_histories(histories)
        found: np.ndarray = self._users[start:stop] @ self._recommender.items.T
        return found


def blended(text: references.Scorer, counts: references.Scorer, weight: float) -> references.Scorer:
    """The `references.Scorer` of z(counts) + ``weight`` x z(text)."""

    def score(histories: Sequences, start: int, stop: int) -> np.ndarray:
        found = z_scores(counts(histories, start, stop), histories, start)
        if weight:
            found += np.float32(weight) * z_scores(text(histories, start, stop), histories, start)
        return found

    return score


@dataclass(frozen=True)
class Blending:
    """What validation chose.

    Attributes:
        weight: of the trained Run.
        repeat: the blend's repeat-consumption bias.
        validation: see `RunInfo`.
    """

    weight: float
    repeat: float
    validation: float | None


def choose_weight(run: Run, reference: Run) -> Blending:
    """Tries `WEIGHTS` on validation.

    Args:
        run, reference: both learned from the training part alone.

    Raises:
        LearnError: nobody can be validated.
    """
    split = run.split
    text, counts = EmbeddedScores(run.recommender), reference_scorer(reference)
    by = validation_metric(split)
    values = {weight: ranked_value(blended(text, counts, weight), split, by) for weight in WEIGHTS}
    weight = max(WEIGHTS, key=lambda one: values[one])
    score = blended(text, counts, weight)
    repeat = reference_bias(score, split)
    return Blending(weight, repeat, ranked_value(score, split, comparing_metric(split), repeat))


def reference_scorer(reference: Run) -> references.Scorer:
    """A reference Run fitted anew, from what it was fitted on, under the settings that it stores."""
    reads = BASELINES[reference.info.variant].reference.reads_content
    content = stored_content_of(reference, reference.dataset) if reads else None
    return scorer_again(reference, reference.dataset, reference.split, content)


def make_blend(run: Run, reference: Run, folder: Path, plain: Run | None = None) -> Run:
    """Makes the Run of ``run`` and ``reference`` together in ``folder``, replacing an older one: lists and metrics.

    Args:
        run: a trained Run; reference: a reference Run of the same dataset.
        plain: the blend of the two before they were refitted, which has the weight; needed where they are.

    Raises:
        LearnError: ``run`` does not embed histories, ``reference`` is none or of an earlier version, only one of them
            was refitted, or the folder is another Run's.
    """
    _check(run, reference, folder)
    refit = run.info.refit is True
    if refit and plain is None:
        raise LearnError(
            f"Run {run.name} was refitted: on validation, which it knows, no weight can be chosen.",
            f"Blend {run.name.removesuffix(REFIT_SUFFIX)} first; learn blend does so by itself.",
        )
    chosen = choose_weight(run, reference) if plain is None or not refit else blending_of(plain)
    score = blended(EmbeddedScores(run.recommender), reference_scorer(reference), chosen.weight)
    dataset = run.dataset
    info = RunInfo(
        name=folder.name,
        label=f"{run.info.label.removesuffix(', refitted')} and {reference.info.label}",
        kind="blend",
        variant=VARIANT,
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        split=dataset.split.describe(),
        content_key=run.info.content_key,
        repeat=chosen.repeat,
        refit=refit,
        settings=parts_of(run, reference) | {"weight": chosen.weight},
        validation=chosen.validation,
        seed=run.info.seed,
        trainable_parameters=run.info.trainable_parameters,
        train_seconds=run.info.train_seconds + reference.info.train_seconds,
        made=provenance(),
    )
    ranked = rank_scores(score, dataset.split, Phase.TEST, repeat=chosen.repeat)
    return finish_run(folder, info, dataset=dataset, split=dataset.split, ranked=ranked)


def parts_of(run: Run, reference: Run) -> dict[str, Any]:
    """What a blend stores of what it was made from."""
    return {"run": run.name, "reference": reference.name}


def blending_of(blend: Run) -> Blending:
    """What validation chose for a blend that is there."""
    return Blending(float(blend.info.settings["weight"]), blend.info.repeat, blend.info.validation)


def finished_blend(run: Run, reference: Run, folder: Path) -> Run | None:
    """The blend in ``folder`` when it is of these two and not older than they; else None."""
    found = finished_run(folder, run.dataset, run.split, None, None)
    if found is None or found.info.kind != "blend":
        return None
    made = [(one.path / "run.json").stat().st_mtime_ns for one in (run, reference, found)]
    same = all(found.info.settings.get(name) == value for name, value in parts_of(run, reference).items())
    return found if same and made[2] >= max(made[:2]) else None


def _check(run: Run, reference: Run, folder: Path) -> None:
    if not embeds(run):
        raise LearnError(
            f"Run {run.name} ({run.info.label}) does not score histories, so it cannot be the text's part.",
            f"Name a trained Run first: learn train {run.info.dataset}",
        )
    if reference.info.kind != "reference" or reference.info.validation is None:
        raise LearnError(
            f"Run {reference.name} ({reference.info.label}) is no reference that says how it was fitted.",
            f"Name one of {', '.join(BASELINES)}, made by this version: learn references {run.info.dataset}",
        )
    if (run.info.refit is True) != (reference.info.refit is True):
        raise LearnError(
            f"Of {run.name} and {reference.name} only one was refitted on training and validation together.",
            f"Name both with or both without {REFIT_SUFFIX}.",
        )
    if (folder / "run.json").exists() and (kind := Run(folder).info.kind) != "blend":
        raise LearnError(f"Run {folder.name!r} exists and is a {kind} Run.", "Choose another --name.")
