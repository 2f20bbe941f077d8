"""From a reference's scores to its lists, to its figure on validation, and to its repeat-consumption bias."""

from __future__ import annotations

import numpy as np

from learn.data.schema import Recommendations
from learn.data.sequences import Sequences, take_users
from learn.data.split import Phase, Split
from learn.evaluation.metrics import METRICS
from learn.evaluation.protocol import LIST_LENGTH, evaluated_users
from learn.evaluation.references.base import BLOCK_SCORES, Scorer
from learn.evaluation.repeat_bias import fit_scaled_bias
from learn.evaluation.repeat_frequency import fit_repeat
from learn.evaluation.targets import is_left_out, make_targets
from learn.evaluation.validation import ValidationMetric, validation_metric
from learn.retrieval.exact import mask_excluded, top_k
from learn.retrieval.repeats import Repeat, as_repeat
from learn.retrieval.ties import tie_keys

Ranked = dict[str, tuple[np.ndarray, np.ndarray]]

TUNED_USERS = 10_000
"""Of more users than this, a random sample says how good settings are."""


def rank_scores(
    score: Scorer, split: Split, phase: Phase = Phase.TEST, k: int = LIST_LENGTH, repeat: Repeat | float = 0.0,
    everybody: bool = False,
) -> Ranked:  # fmt: skip
    """The top ``k`` of every user, of all items, of unseen ones and of an item-cold split's own.

    Equal scores go by `learn.retrieval.ties`.

    Args:
        score: a fitted reference.
        split, phase: the history before ``phase`` is what is ranked by, and what is left out of the unseen ones.
        k: list length.
        repeat: added to the score of what the history holds.
        everybody: whether users without history have a list too; else theirs are empty.

    Returns:
        candidates -> items [U, min(k, N)] int64 and scores float32, padded with -1 and -inf.
    """
    history, k = split.history(phase), min(k, split.n_items)
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {
        Recommendations.ALL_CANDIDATES: [],
        Recommendations.UNSEEN: [],
    }
    block, ties = max(1, BLOCK_SCORES // split.n_items), tie_keys(split.n_items)
    cold = np.flatnonzero(is_left_out(split))
    for start in range(0, len(history), block):
        stop = min(start + block, len(history))
        values = score(history, start, stop)
        if not everybody:
            values[history.lengths[start:stop] == 0] = -np.inf
        unseen = values.copy()
        mask_excluded(unseen, history, start)
        found[Recommendations.UNSEEN].append(top_k(unseen, k, ties))
        if len(cold):
            places, best = top_k(values[:, cold], min(k, len(cold)), ties[cold])
            found.setdefault(Recommendations.COLD, []).append((np.where(places < 0, -1, cold[places]), best))
        add_to_history(values, history, start, repeat)
        found[Recommendations.ALL_CANDIDATES].append(top_k(values, k, ties))
    return {
        candidates: (np.concatenate([items for items, _ in parts]), np.concatenate([values for _, values in parts]))
        for candidates, parts in found.items()
    }


def ranked_value(score: Scorer, split: Split, by: ValidationMetric, repeat: Repeat | float = 0.0) -> float:
    """The metric ``by`` on validation, as `learn.evaluation.protocol.validation_score` reckons it of vectors.

    Args:
        score: fitted on the training part.
        repeat: added to the score of what the history holds.
    """
    targets = make_targets(split, Phase.VALIDATION, by.candidates)
    rows = np.searchsorted(targets.users, evaluated_users(split, Phase.VALIDATION, by.candidates, TUNED_USERS))
    history, k = take_users(split.history(Phase.VALIDATION), targets.users[rows]), min(by.k, split.n_items)
    lists = np.full((len(targets.users), k), -1, dtype=np.int64)
    block, ties = max(1, BLOCK_SCORES // split.n_items), tie_keys(split.n_items)
    for start in range(0, len(rows), block):
        stop = min(start + block, len(rows))
        values = score(history, start, stop)
        if by.candidates == Recommendations.UNSEEN:
            mask_excluded(values, history, start)
        else:
            add_to_history(values, history, start, repeat)
        lists[rows[start:stop]] = top_k(values, k, ties)[0]
    return METRICS[by.metric].mean_of(targets.hits(lists), targets.counts(), by.k, rows)


def reference_bias(score: Scorer, split: Split, with_frequency: bool = True) -> Repeat:
    """The repeat-consumption bias of a reference fitted on the training part, in the unit of its scores.

    What is no recommendation counts as a score of 0. 0 where nobody has a validation target.

    Args:
        with_frequency: whether it may grow with how often the user had the item. Else the scores say that themselves,
            and there is none where the history is best ranked by them alone.
    """
    history = split.history(Phase.VALIDATION)

    def scores(some: np.ndarray) -> np.ndarray:
        found = score(take_users(history, some), 0, len(some))
        return np.where(np.isfinite(found), found, 0.0)

    constant, unit = fit_scaled_bias(scores, split)
    if with_frequency:
        return fit_repeat(scores, split, constant, unit)
    by = validation_metric(split)._replace(candidates=Recommendations.ALL_CANDIDATES)
    return max((Repeat(), Repeat(constant)), key=lambda repeat: ranked_value(score, split, by, repeat))


def add_to_history(scores: np.ndarray, history: Sequences, start: int, repeat: Repeat | float) -> None:
    """Adds ``repeat``, in place, to the scores of what users ``start`` onwards have had ([Q, N] ``scores``)."""
    repeat = as_repeat(repeat)
    if repeat:
        users, items, more = repeat.pairs(history.between(start, start + len(scores)))
        scores[users, items] += more
