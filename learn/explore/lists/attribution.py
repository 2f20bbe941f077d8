"""Why an item has the score that it has: what each history item adds, what the score is made of, where it ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from learn.errors import LearnError
from learn.explore.lists.attention_weights import attention_gradients, distinct_items, read_chunks
from learn.retrieval.scores import pair_scores
from learn.runs.recommender import Recommender, sequences_of
from learn.runs.vectors import normalise


@dataclass(frozen=True)
class Attribution:
    """What each distinct item of a history adds to the score of one item.

    Attributes:
        items: [n] item indices, distinct, in order of their latest event, the oldest first.
        approximate: [n] `learn.explore.lists.attention_weights.attention_gradients`.
        exact: [n] the score with the whole history less the score without this item; NaN where not computed.
        held: [n] the same with the strands of a long history held as they are (`leave_one_out_of_chunk`).
        score: with the whole history.
        n_strands: how many strands the history is read in.
    """

    items: np.ndarray
    approximate: np.ndarray
    exact: np.ndarray
    held: np.ndarray
    score: float
    n_strands: int

    @property
    def agreement(self) -> float:
        """Spearman's rank correlation of the approximation with ``exact``; NaN with fewer than three items."""
        return _correlation(self.exact, self.approximate)

    @property
    def agreement_held(self) -> float:
        """The same with ``held``: leaving an item out of a long history also regroups the others into new strands,
        which no slope can know."""
        return _correlation(self.held, self.approximate)


def _correlation(exact: np.ndarray, approximate: np.ndarray) -> float:
    both = np.isfinite(exact)
    if both.sum() < 3 or np.ptp(exact[both]) == 0 or np.ptp(approximate[both]) == 0:
        return float("nan")
    return float(spearmanr(exact[both], approximate[both]).statistic)


def leave_one_out(
    recommender: Recommender, history: np.ndarray, item_vector: np.ndarray, items: np.ndarray
) -> np.ndarray:
    """[n] float: how much the score falls when every event of one of ``items`` ([n]) is taken out of ``history``.

    Exact: the user is embedded anew without it. A history of this item alone leaves nothing, so all of the score that
    is not the item's popularity prior.
    """
    parts = [history, *(history[history != item] for item in items)]
    scores = recommender.embed_histories(sequences_of(parts)).astype(np.float64) @ item_vector.astype(np.float64)
    if (
        recommender.has_popularity_bias
    ):  # an empty history's zeros would take the prior away too, which is no matter of history
        scores[[not len(part) for part in parts]] = item_vector[-1]
    return scores[0] - scores[1:]


def leave_one_out_of_chunk(
    recommender: Recommender, history: np.ndarray, item_vector: np.ndarray, items: np.ndarray
) -> np.ndarray:
    """[n] like `leave_one_out`, the strands that a long history is read in staying as they are but for the item.

    A history of up to `learn.config.SamplingConfig.history_length` is one strand: both are then the same.
    """
    parts = read_chunks(recommender, history) if recommender.towers is not None else []
    if len(parts) < 2:
        return leave_one_out(recommender, history, item_vector, items)
    holding = [(place, row) for place, item in enumerate(items) for row, part in enumerate(parts) if item in part]
    shorter = [parts[row][parts[row] != items[place]] for place, row in holding]
    vectors = recommender.embed_histories(sequences_of([*parts, *shorter])).astype(np.float64)
    scale = recommender.towers.scale.item()
    embedded = (vectors[:, :-1] if recommender.has_popularity_bias else vectors) / scale
    direction = item_vector[: embedded.shape[1]].astype(np.float64)
    whole = embedded[: len(parts)].sum(axis=0)
    totals = np.tile(whole, (len(items), 1))
    for (place, row), vector in zip(holding, embedded[len(parts) :], strict=True):
        totals[place] += vector - embedded[row]
    return scale * (normalise(whole[None]) @ direction - normalise(totals) @ direction)


def choose_items(approximations: Sequence[np.ndarray], most: int | None) -> np.ndarray:
    """[<= most] places, increasing, of the items of a history to leave out exactly; the same for every Run.

    Half of them are the largest by the approximations ([n] each, every one by its own scale), the others are spread
    evenly over the rest, so that the agreement is not one of extremes only. None: all n.
    """
    n = len(approximations[0])
    if most is None or n <= most:
        return np.arange(n)
    sizes = [np.abs(one) / max(float(np.abs(one).max()), 1e-12) for one in approximations]
    by_size = np.argsort(-np.max(sizes, axis=0), kind="stable")
    spread = np.linspace(most // 2, n - 1, most - most // 2).round().astype(int)
    return np.sort(by_size[np.concatenate([np.arange(most // 2), spread])])


def explain(
    recommenders: dict[str, Recommender],
    history: np.ndarray,
    item_vectors: dict[str, np.ndarray],
    most: int | None = 120,
) -> dict[str, Attribution]:
    """The `Attribution` of one item's score under every Run.

    Args:
        lives: Run name -> what answers for it.
        history: [H] item indices, oldest first; H at least 1.
        item_vectors: Run name -> [d] the item's.
        most: leave out at most this many items exactly, see `choose_items`.

    Raises:
        LearnError: the history is empty.
    """
    if not len(history):
        raise LearnError("The history is empty: there is nothing that could speak for an item.", "Choose another user.")
    items = distinct_items(history)
    slopes = {name: attention_gradients(one, [history], item_vectors[name])[0] for name, one in recommenders.items()}
    chosen = choose_items(list(slopes.values()), most)
    found = {}
    for name, recommender in recommenders.items():
        exact, held = np.full(len(items), np.nan), np.full(len(items), np.nan)
        exact[chosen] = leave_one_out(recommender, history, item_vectors[name], items[chosen])
        held[chosen] = leave_one_out_of_chunk(recommender, history, item_vectors[name], items[chosen])
        score = float(recommender.embed_histories(sequences_of([history]))[0] @ item_vectors[name])
        n_strands = len(read_chunks(recommender, history)) if recommender.towers is not None else 1
        found[name] = Attribution(items, slopes[name], exact, held, score, n_strands)
    return found


@dataclass(frozen=True)
class RankBreakdown:
    """Where an item stands in one Run's ranking for one user.

    Attributes:
        score: similarity + prior.
        similarity: what depends on the user.
        prior: what does not: the popularity prior; 0 where the Run has none.
        rank: 1 is the best, among ``of`` items; equal scores go to the lower item index.
        of: how many items were ranked.
        rank_by_similarity, rank_by_prior: the same by one part alone.
        scores: [of] all scores that were ranked.
        has_prior: whether the Run has a popularity prior.
    """

    score: float
    similarity: float
    prior: float
    rank: int
    of: int
    rank_by_similarity: int
    rank_by_prior: int
    scores: np.ndarray
    has_popularity_bias: bool

    @property
    def deviations(self) -> float:
        """How many standard deviations of the ranked scores the item is above their mean."""
        spread = float(self.scores.std())
        return (self.score - float(self.scores.mean())) / spread if spread else 0.0


def rank_of(scores: np.ndarray, keep: np.ndarray, item: int) -> int:
    """The place of ``item`` by [N] ``scores`` among the items of ``keep`` ([N] bool) and itself; ties as in `top_k`."""
    others = keep.copy()
    others[item] = False
    better = scores > scores[item]
    tied = scores == scores[item]
    tied[item:] = False
    return 1 + int(((better | tied) & others).sum())


def rank_breakdown(
    user_vector: np.ndarray, item_vectors: np.ndarray, keep: np.ndarray, item: int, has_popularity_bias: bool
) -> RankBreakdown:
    """The `RankBreakdown` of ``item`` for a user.

    Args:
        user_vector: [d]; item_vectors: [N, d].
        keep: [N] bool, the items that are ranked; ``item`` is ranked in any case.
        has_prior: the last dimension is the popularity prior.
    """
    whole = pair_scores(user_vector, item_vectors)
    prior = item_vectors[:, -1] * user_vector[-1] if has_popularity_bias else np.zeros_like(whole)
    similarity = whole - prior
    ranked = keep.copy()
    ranked[item] = True
    return RankBreakdown(
        float(whole[item]),
        float(similarity[item]),
        float(prior[item]),
        rank_of(whole, keep, item),
        int(ranked.sum()),
        rank_of(similarity, keep, item),
        rank_of(prior, keep, item),
        whole[ranked],
        has_popularity_bias,
    )


def contributions_table(found: dict[str, Attribution]) -> pd.DataFrame:
    """The attributions of several Runs under each other: columns run, item (index), exact, held, approximate."""
    return pd.concat(
        [
            pd.DataFrame(
                {"run": name, "item": one.items, "exact": one.exact, "held": one.held, "approximate": one.approximate}
            )
            for name, one in found.items()
        ],
        ignore_index=True,
    )


def rank_breakdowns_table(rank_breakdowns: dict[str, RankBreakdown], labels: dict[str, str]) -> pd.DataFrame:
    """One row per Run: where the item ranks, by its score and by each part of it alone."""
    return pd.DataFrame(
        [
            {
                "Run": labels[name],
                "rank": one.rank,
                "of": one.of,
                "score": round(one.score, 4),
                "similarity": round(one.similarity, 4),
                "popularity prior": round(one.prior, 4),
                "rank by similarity alone": one.rank_by_similarity,
                "rank by prior alone": one.rank_by_prior if one.has_popularity_bias else None,
                "sd above mean": round(one.deviations, 2),
            }
            for name, one in rank_breakdowns.items()
        ]
    )


def in_words(rank_breakdowns: dict[str, RankBreakdown], labels: dict[str, str]) -> str:
    """What separates the Run that ranks the item best from the one that ranks it worst."""
    best = min(rank_breakdowns, key=lambda name: rank_breakdowns[name].rank)
    worst = max(rank_breakdowns, key=lambda name: rank_breakdowns[name].rank)
    if rank_breakdowns[best].rank == rank_breakdowns[worst].rank:
        one = rank_breakdowns[best]
        return f"{labels[best]} ranks it {one.rank:,} of {one.of:,}. {_parts(one)}"
    return " ".join(
        f"{labels[name]} ranks it {word}, at {rank_breakdowns[name].rank:,}. {_parts(rank_breakdowns[name])}"
        for name, word in ((best, "best"), (worst, "worst"))
    )


def _parts(one: RankBreakdown) -> str:
    if not one.has_popularity_bias:
        return "Its score is similarity alone."
    if one.rank_by_similarity == one.rank:
        return "The popularity prior does not move it."
    verb = "lifts" if one.rank_by_similarity > one.rank else "pushes"
    alone = f"By similarity alone it would be at {one.rank_by_similarity:,}"
    return f"{alone}; the popularity prior {verb} it to {one.rank:,}."
