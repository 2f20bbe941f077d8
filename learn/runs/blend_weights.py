"""What validation chooses for a blend: the weights of its parts, and how much the long tail is lifted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from learn.data.sequences import take_users
from learn.data.split import Phase, Split
from learn.evaluation import references
from learn.evaluation.climb import climb
from learn.evaluation.metrics import METRICS
from learn.evaluation.protocol import evaluated_users
from learn.evaluation.targets import make_targets
from learn.evaluation.validation import validation_metric
from learn.retrieval.exact import mask_excluded, top_k
from learn.retrieval.ties import tie_keys
from learn.runs.blend_scores import Weights, long_tail, z_scores

TEXT = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0)
"""Weights of the trained Run that are tried: at 0 there is nothing but references."""
MORE = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Of every reference after the first."""
TAIL = (0.0, 1.0, 1.5, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 4.0)
"""Of the long tail, times the weights of the others together: standard deviations of a user's scores."""
TAIL_COST = 0.025
"""Share of the validation recall that lists may lose to it: where lists are long, the end of one is worth little."""

KEPT_SCORES = 60_000_000
"""Of each part, kept while weights are tried: 240 MB; of more users a random sample decides."""


def choose_weights(text: references.Scorer, counts: Sequence[references.Scorer], split: Split) -> Weights:
    """The weights of a blend, by validation: from equal ones each goes to a neighbour for as long as that pays by more
    than a standard error over users. Then the long tail is lifted as far as `TAIL_COST` allows.

    Equal weights are hard to beat where little is known (the forecast combination puzzle: Smith and Wallis, 2009), and
    references were tuned on this same validation, on which they look better than they are.

    The tail is lifted only where time is cut and lists of 100 are measured: of a list of ten nothing is to spare.

    Args:
        text, counts: fitted on the training part alone.

    Raises:
        LearnError: nobody can be validated.
    """
    by = validation_metric(split)
    targets = make_targets(split, Phase.VALIDATION, by.candidates)
    most = max(1, KEPT_SCORES // split.n_items)
    users = evaluated_users(split, Phase.VALIDATION, by.candidates, most)
    rows, history = np.searchsorted(targets.users, users), take_users(split.history(Phase.VALIDATION), users)
    k, ties, tail = min(by.k, split.n_items), tie_keys(split.n_items), long_tail(split)
    block = max(1, references.base.BLOCK_SCORES // split.n_items)
    blocks = [(start, min(start + block, len(users))) for start in range(0, len(users), block)]
    parts = [
        np.concatenate([z_scores(part(history, start, stop), history, start) for start, stop in blocks])
        for part in (text, *counts)
    ]
    seen: dict[Weights, np.ndarray] = {}
    of_user = METRICS[by.metric].of_user
    assert of_user is not None

    def measure(weights: Weights) -> np.ndarray:
        lists = np.full((len(targets.users), k), -1, dtype=np.int64)
        for start, stop in blocks:
            scores = np.tile(np.float32(weights.tail) * tail, (stop - start, 1))
            for part, weight in zip(parts, (weights.text, *weights.counts), strict=True):
                if weight:
                    scores += np.float32(weight) * part[start:stop]
            if by.candidates != "all":
                mask_excluded(scores, history, start)
            lists[rows[start:stop]] = top_k(scores, k, ties)[0]
        found: np.ndarray = of_user(targets.hits(lists), targets.counts(), by.k)[rows]
        return found

    def values_of(settings: dict[str, Any]) -> np.ndarray:
        weights = _weights(settings)
        if weights not in seen:
            seen[weights] = measure(weights)
        return seen[weights]

    def value_of(settings: dict[str, Any]) -> float:
        return float(values_of(settings).mean())

    def pays(one: dict[str, Any], other: dict[str, Any]) -> bool:
        gain = values_of(one) - values_of(other)
        return bool(gain.mean() > gain.std() / np.sqrt(len(gain)))

    more = [f"count {number}" for number in range(1, len(counts))]
    best: dict[str, Any] = {"text": 1.0, **dict.fromkeys(more, 1.0), "tail": 0.0}
    before = None
    while best != before:
        before = best
        for name in ("text", *more):
            best = climb(value_of, best, name, TEXT if name == "text" else MORE, pays)
    if by.metric == "recall":
        least = value_of(best) * (1 - TAIL_COST)
        able = [one for one in TAIL if value_of(best | {"tail": one}) >= least]
        best |= {"tail": max(able)}
    return _weights(best)


def _weights(settings: dict[str, Any]) -> Weights:
    counts = (1.0, *(value for name, value in settings.items() if name.startswith("count")))
    plain = Weights(settings["text"], counts)
    return Weights(plain.text, plain.counts, settings["tail"] * plain.total)
