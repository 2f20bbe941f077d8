"""What validation chooses for a blend: the weights of its parts, and how much the long tail is lifted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from learn.data.schema import Recommendations
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
TAIL_COST = 0.02
"""Share of the validation recall that lists may lose to it: where lists are long, the end of one is worth little."""

KEPT_SCORES = 60_000_000
"""Of each part, kept while weights are tried: 240 MB; of more users a random sample decides."""


def choose_weights(text: references.Scorer, counts: Sequence[references.Scorer], split: Split) -> Weights:
    """The weights of a blend, by validation: from equal ones each goes to a neighbour for as long as that pays.

    With several references it has to pay more than a standard error over users: several weights climb into noise. Then
    the long tail is lifted as far as `TAIL_COST` allows.

    Equal weights are hard to beat where little is known (the forecast combination puzzle: Smith and Wallis, 2009), and
    references were tuned on this same validation, on which they look better than they are. The tail is lifted only
    where time is cut and lists of 100 are measured: of a list of ten nothing is to spare.

    Args:
        text, counts: fitted on the training part alone.

    Raises:
        LearnError: nobody can be validated.
    """
    tried = _Tried((text, *counts), split)
    more = [f"count {number}" for number in range(1, len(counts))]

    def value_of(settings: dict[str, Any]) -> float:
        return float(tried.values(_weights(settings)).mean())

    def pays(one: dict[str, Any], other: dict[str, Any]) -> bool:
        gain = tried.values(_weights(one)) - tried.values(_weights(other))
        return bool(gain.mean() > (gain.std() / np.sqrt(len(gain)) if more else 0.0))

    best: dict[str, Any] = {"text": 1.0, **dict.fromkeys(more, 1.0), "tail": 0.0}
    before = None
    while best != before:
        before = best
        for name in ("text", *more):
            best = climb(value_of, best, name, TEXT if name == "text" else MORE, pays)
    if tried.by.metric == "recall":
        least = value_of(best) * (1 - TAIL_COST)
        best |= {"tail": max(one for one in TAIL if value_of(best | {"tail": one}) >= least)}
    return _weights(best)


class _Tried:
    """Every user's figure on validation under weights; the parts' z-scores are reckoned once."""

    def __init__(self, parts: Sequence[references.Scorer], split: Split) -> None:
        self.by = validation_metric(split)
        self._targets = make_targets(split, Phase.VALIDATION, self.by.candidates)
        most = max(1, KEPT_SCORES // split.n_items)
        users = evaluated_users(split, Phase.VALIDATION, self.by.candidates, most)
        self._rows = np.searchsorted(self._targets.users, users)
        self._history = take_users(split.history(Phase.VALIDATION), users)
        self._k, self._ties, self._tail = min(self.by.k, split.n_items), tie_keys(split.n_items), long_tail(split)
        block = max(1, references.base.BLOCK_SCORES // split.n_items)
        self._blocks = [(start, min(start + block, len(users))) for start in range(0, len(users), block)]
        self._parts = [
            np.concatenate(
                [z_scores(part(self._history, start, stop), self._history, start) for start, stop in self._blocks]
            )
            for part in parts
        ]
        self._seen: dict[Weights, np.ndarray] = {}

    def values(self, weights: Weights) -> np.ndarray:
        """[E] the metric of each user."""
        if weights not in self._seen:
            self._seen[weights] = self._measure(weights)
        return self._seen[weights]

    def _measure(self, weights: Weights) -> np.ndarray:
        lists = np.full((len(self._targets.users), self._k), -1, dtype=np.int64)
        for start, stop in self._blocks:
            scores = np.tile(np.float32(weights.tail) * self._tail, (stop - start, 1))
            for part, weight in zip(self._parts, (weights.text, *weights.counts), strict=True):
                if weight:
                    scores += np.float32(weight) * part[start:stop]
            if self.by.candidates == Recommendations.UNSEEN:
                mask_excluded(scores, self._history, start)
            lists[self._rows[start:stop]] = top_k(scores, self._k, self._ties)[0]
        of_user = METRICS[self.by.metric].of_user
        assert of_user is not None
        found: np.ndarray = of_user(self._targets.hits(lists), self._targets.counts(), self.by.k)[self._rows]
        return found


def _weights(settings: dict[str, Any]) -> Weights:
    counts = (1.0, *(value for name, value in settings.items() if name.startswith("count")))
    plain = Weights(settings["text"], counts)
    return Weights(plain.text, plain.counts, settings["tail"] * plain.total)
