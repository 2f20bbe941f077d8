"""text+counts: a trained Run and references as one, because they know different things; several trained Runs as one.

The score is z(reference) + weight x z(Run), of further references with a weight each, where z takes off a user's mean
over the items new to them and divides by the standard deviation there: the scores are of different kinds. Where time is
cut the long tail gets a constant more, so that lists are not the same few hundred products for everybody. Weights and
constant are chosen on validation (`learn.runs.blend_weights`).

Trained Runs are of one kind: of several, such as trainings from different seeds, the scores are averaged as they are,
an ensemble: what one training got wrong by chance, the others did not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from learn.data.sequences import Sequences as Histories
from learn.data.split import Phase
from learn.errors import LearnError
from learn.evaluation import references
from learn.evaluation.references.ranking import rank_scores, ranked_value, reference_bias
from learn.evaluation.validation import comparing_metric
from learn.item_towers import brief
from learn.retrieval.repeats import Repeat
from learn.runs.baselines import BASELINES, REFIT_SUFFIX
from learn.runs.blend_scores import EmbeddedScores, Weights, blended, long_tail
from learn.runs.blend_weights import choose_weights
from learn.runs.fitted_again import scorer_again
from learn.runs.info import RunInfo, provenance, repeat_fields
from learn.runs.run import Run
from learn.runs.stored import finished_run
from learn.runs.vectors import embeds, stored_content_of
from learn.runs.write import finish_run

VARIANT, AVERAGE = "text+counts", "average"
"""What is blended: trained Runs with references, or trained Runs alone."""

RUN_NAME = "text-counts"

COUNTS = "counts"
"""What several references together are called in a blend's label."""

JOINED = "+"
"""Between the names of several Runs."""

KINDS = ("blend", "average")
"""What `RunInfo.kind` says of what is made here: of trained Runs and references, of trained Runs alone."""


@dataclass(frozen=True)
class Blending:
    """What validation chose.

    Attributes:
        weights: of the parts.
        repeat: the blend's repeat-consumption bias.
        validation: see `RunInfo`.
    """

    weights: Weights
    repeat: Repeat
    validation: float | None


def choose(runs: Sequence[Run], counts: Sequence[Run]) -> Blending:
    """What validation says of a blend.

    Args:
        runs, counts: all learned from the training part alone.

    Raises:
        LearnError: nobody can be validated.
    """
    split = runs[0].split
    text, counted = averaged(runs), [reference_scorer(one) for one in counts]
    weights = choose_weights(text, counted, split) if counts else Weights(1.0, ())
    score = blended(text, counted, weights, long_tail(split)) if counts else text
    repeat = reference_bias(score, split)
    return Blending(weights, repeat, ranked_value(score, split, comparing_metric(split), repeat))


def reference_scorer(reference: Run) -> references.Scorer:
    """A reference Run fitted anew, from what it was fitted on, under the settings that it stores."""
    reads = BASELINES[reference.info.variant].reference.reads_content
    content = stored_content_of(reference, reference.dataset) if reads else None
    return scorer_again(reference, reference.dataset, reference.split, content)


def averaged(runs: Sequence[Run]) -> references.Scorer:
    """The mean of the scores of trained ``runs``, at least one, as a `references.Scorer`."""
    parts = [EmbeddedScores(run.recommender) for run in runs]

    def score(histories: Histories, start: int, stop: int) -> np.ndarray:
        found = parts[0](histories, start, stop)
        for part in parts[1:]:
            found = found + part(histories, start, stop)
        return found / np.float32(len(parts))

    return parts[0] if len(parts) == 1 else score


def make_blend(runs: Run | Sequence[Run], counts: Sequence[Run], folder: Path, plain: Run | None = None) -> Run:
    """Makes the Run of ``runs`` and ``counts`` together in ``folder``, replacing an older one: lists and metrics.

    Args:
        runs: a trained Run, or several, whose scores are averaged.
        counts: reference Runs of the same dataset; none where several Runs are only averaged.
        plain: the blend of them before they were refitted, which has the weights; needed where they are.

    Raises:
        LearnError: one of ``runs`` does not embed histories, one of ``counts`` is no reference or of an earlier
            version, only some of them were refitted, there is one part alone, or the folder is another Run's.
    """
    runs = [runs] if isinstance(runs, Run) else list(runs)
    _check(runs, counts, folder)
    first, refit = runs[0], runs[0].info.refit is True
    if refit and plain is None:
        raise LearnError(
            f"Run {first.name} was refitted: on validation, which it knows, no weights can be chosen.",
            f"Blend {first.name.removesuffix(REFIT_SUFFIX)} first; learn blend does so by itself.",
        )
    chosen = choose(runs, counts) if plain is None or not refit else blending_of(plain)
    text, parts = averaged(runs), [reference_scorer(one) for one in counts]
    score = blended(text, parts, chosen.weights, long_tail(first.split)) if counts else text
    dataset = first.dataset
    info = RunInfo(
        name=folder.name,
        label=_label(runs, counts),
        kind="blend" if counts else "average",
        variant=VARIANT if counts else AVERAGE,
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        split=dataset.split.describe(),
        content_key=first.info.content_key,
        refit=refit,
        settings=parts_of(runs, counts) | _stored(chosen.weights),
        validation=chosen.validation,
        seed=first.info.seed,
        trainable_parameters=sum(run.info.trainable_parameters for run in runs),
        train_seconds=sum(one.info.train_seconds for one in (*runs, *counts)),
        made=provenance(),
    )
    ranked = rank_scores(score, dataset.split, Phase.TEST, repeat=chosen.repeat)
    info = info.model_copy(update=repeat_fields(chosen.repeat))
    return finish_run(folder, info, dataset=dataset, split=dataset.split, ranked=ranked)


def _label(runs: Sequence[Run], counts: Sequence[Run]) -> str:
    """What people read: "(b) + L3AE", "(b), 3 averaged", "(b), 3 averaged + counts"."""
    labels = dict.fromkeys(brief(run.info.label.removesuffix(", refitted")) for run in runs)
    text = " and ".join(labels) + (f", {len(runs)} averaged" if len(runs) > 1 else "")
    return text if not counts else f"{text} + {counts[0].info.label if len(counts) == 1 else COUNTS}"


def parts_of(runs: Sequence[Run], counts: Sequence[Run]) -> dict[str, Any]:
    """What a blend stores of what it was made from."""
    return {
        "run": JOINED.join(one.name for one in runs),
        "reference": JOINED.join(one.name for one in counts),
    }


def _stored(weights: Weights) -> dict[str, Any]:
    return {"weight": weights.text, "weights": list(weights.counts), "tail": weights.tail}


def blending_of(blend: Run) -> Blending:
    """What validation chose for a blend that is there; those of earlier versions have one reference and no tail."""
    stored = blend.info.settings
    weights = Weights(float(stored["weight"]), tuple(stored.get("weights", (1.0,))), float(stored.get("tail", 0.0)))
    return Blending(weights, blend.info.repeat_bias, blend.info.validation)


NEARLY = 0.9


def good_enough(references: Sequence[Run]) -> list[Run]:
    """Of ``references`` those whose own validation is at least `NEARLY` of the best one's, in their order; of two that
    know the same (`learn.runs.baselines.Baseline.instead_of`) the better one.

    A much weaker one costs a blend more than it knows: on amazon-scientific SVD, at 72% of L3AE, took recall@10 down;
    on completejourney, where the two are level, it added.
    """
    value = {one.info.variant: one.info.validation or 0.0 for one in references}
    for code, other in [(one.code, one.instead_of) for one in BASELINES.entries]:
        if code in value and other in value:
            del value[min(code, other, key=lambda each: value[each])]
    best = max(value.values(), default=0.0)
    return [one for one in references if value.get(one.info.variant, -1.0) >= NEARLY * best]


def finished_blend(runs: Run | Sequence[Run], counts: Sequence[Run], folder: Path) -> Run | None:
    """The blend in ``folder`` when it is of these and not older than they; else None."""
    runs = [runs] if isinstance(runs, Run) else list(runs)
    found = finished_run(folder, runs[0].dataset, runs[0].split, None, None)
    if found is None or found.info.kind not in KINDS:
        return None
    made = [(one.path / "run.json").stat().st_mtime_ns for one in (*runs, *counts, found)]
    same = all(found.info.settings.get(name) == value for name, value in parts_of(runs, counts).items())
    return found if same and made[-1] >= max(made[:-1]) else None


def _check(runs: Sequence[Run], counts: Sequence[Run], folder: Path) -> None:
    for run in runs:
        if not embeds(run):
            raise LearnError(
                f"Run {run.name} ({run.info.label}) does not score histories, so it cannot be the text's part.",
                f"Name a trained Run first: learn train {run.info.dataset}",
            )
    for reference in counts:
        if reference.info.kind != "reference" or reference.info.validation is None:
            raise LearnError(
                f"Run {reference.name} ({reference.info.label}) is no reference that says how it was fitted.",
                f"Name one of {', '.join(BASELINES)}, made by this version: learn references {reference.info.dataset}",
            )
    first, *others = (*runs, *counts)
    for other in others:
        if (other.info.refit is True) != (first.info.refit is True):
            raise LearnError(
                f"Of {first.name} and {other.name} only one was refitted on training and validation together.",
                f"Name both with or both without {REFIT_SUFFIX}.",
            )
    if not others or len({run.path.resolve() for run in runs}) < len(runs):
        raise LearnError(
            f"Run {first.name} alone, or twice, is no blend.",
            f"Name a reference after it (learn references {first.info.dataset}), or other trained Runs with + between.",
        )
    if (folder / "run.json").exists() and (kind := Run(folder).info.kind) not in KINDS:
        raise LearnError(f"Run {folder.name!r} exists and is a {kind} Run.", "Choose another --name.")
