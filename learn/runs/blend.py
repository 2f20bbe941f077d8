"""text+counts: a trained Run and references as one, because they know different things.

The score is z(reference) + weight x z(Run), of further references with a weight each, where z takes off a user's mean
over the items new to them and divides by the standard deviation there: the scores are of different kinds. Where time is
cut the long tail gets a constant more, so that lists are not the same few hundred products for everybody. Weights and
constant are chosen on validation (`learn.runs.blend_weights`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

VARIANT = "text+counts"

RUN_NAME = "text-counts"

COUNTS = "counts"
"""What several references together are called in a blend's label."""

JOINED = "+"
"""Between the names of several references."""


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


def choose(run: Run, counts: Sequence[Run]) -> Blending:
    """What validation says of a blend.

    Args:
        run, counts: all learned from the training part alone.

    Raises:
        LearnError: nobody can be validated.
    """
    split = run.split
    text, counted = EmbeddedScores(run.recommender), [reference_scorer(one) for one in counts]
    weights = choose_weights(text, counted, split)
    score = blended(text, counted, weights, long_tail(split))
    repeat = reference_bias(score, split)
    return Blending(weights, repeat, ranked_value(score, split, comparing_metric(split), repeat))


def reference_scorer(reference: Run) -> references.Scorer:
    """A reference Run fitted anew, from what it was fitted on, under the settings that it stores."""
    reads = BASELINES[reference.info.variant].reference.reads_content
    content = stored_content_of(reference, reference.dataset) if reads else None
    return scorer_again(reference, reference.dataset, reference.split, content)


def make_blend(run: Run, counts: Sequence[Run], folder: Path, plain: Run | None = None) -> Run:
    """Makes the Run of ``run`` and ``counts`` together in ``folder``, replacing an older one: lists and metrics.

    Args:
        run: a trained Run; counts: reference Runs of the same dataset, at least one.
        plain: the blend of them before they were refitted, which has the weights; needed where they are.

    Raises:
        LearnError: ``run`` does not embed histories, one of ``counts`` is no reference or of an earlier version, only
            some of them were refitted, or the folder is another Run's.
    """
    for reference in counts:
        _check(run, reference, folder)
    refit = run.info.refit is True
    if refit and plain is None:
        raise LearnError(
            f"Run {run.name} was refitted: on validation, which it knows, no weights can be chosen.",
            f"Blend {run.name.removesuffix(REFIT_SUFFIX)} first; learn blend does so by itself.",
        )
    chosen = choose(run, counts) if plain is None or not refit else blending_of(plain)
    parts = [reference_scorer(one) for one in counts]
    score = blended(EmbeddedScores(run.recommender), parts, chosen.weights, long_tail(run.split))
    dataset, counted = run.dataset, counts[0].info.label if len(counts) == 1 else COUNTS
    info = RunInfo(
        name=folder.name,
        label=f"{brief(run.info.label.removesuffix(', refitted'))} + {counted}",
        kind="blend",
        variant=VARIANT,
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        split=dataset.split.describe(),
        content_key=run.info.content_key,
        refit=refit,
        settings=parts_of(run, counts) | _stored(chosen.weights),
        validation=chosen.validation,
        seed=run.info.seed,
        trainable_parameters=run.info.trainable_parameters,
        train_seconds=run.info.train_seconds + sum(one.info.train_seconds for one in counts),
        made=provenance(),
    )
    ranked = rank_scores(score, dataset.split, Phase.TEST, repeat=chosen.repeat)
    info = info.model_copy(update=repeat_fields(chosen.repeat))
    return finish_run(folder, info, dataset=dataset, split=dataset.split, ranked=ranked)


def parts_of(run: Run, counts: Sequence[Run]) -> dict[str, Any]:
    """What a blend stores of what it was made from."""
    return {"run": run.name, "reference": JOINED.join(one.name for one in counts)}


def _stored(weights: Weights) -> dict[str, Any]:
    return {"weight": weights.text, "weights": list(weights.counts), "tail": weights.tail}


def blending_of(blend: Run) -> Blending:
    """What validation chose for a blend that is there; those of earlier versions have one reference and no tail."""
    stored = blend.info.settings
    weights = Weights(float(stored["weight"]), tuple(stored.get("weights", (1.0,))), float(stored.get("tail", 0.0)))
    return Blending(weights, blend.info.repeat_bias, blend.info.validation)


NEARLY = 0.9


def good_enough(references: Sequence[Run]) -> list[Run]:
    """Of ``references`` those whose own validation is at least `NEARLY` of the best one's, in their order.

    A much weaker one costs a blend more than it knows: on amazon-scientific SVD, at 72% of L3AE, took recall@10 down;
    on completejourney, where the two are level, it added.
    """
    best = max((one.info.validation or 0.0 for one in references), default=0.0)
    return [one for one in references if (one.info.validation or 0.0) >= NEARLY * best]


def finished_blend(run: Run, counts: Sequence[Run], folder: Path) -> Run | None:
    """The blend in ``folder`` when it is of these and not older than they; else None."""
    found = finished_run(folder, run.dataset, run.split, None, None)
    if found is None or found.info.kind != "blend":
        return None
    made = [(one.path / "run.json").stat().st_mtime_ns for one in (run, *counts, found)]
    same = all(found.info.settings.get(name) == value for name, value in parts_of(run, counts).items())
    return found if same and made[-1] >= max(made[:-1]) else None


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
