"""Attribution: what each history item adds to an item's score, what the score is made of, and where it ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from learn.errors import LearnError
from learn.explore.lists.attention_weights import attention_gradients, distinct_items, read_chunks
from learn.runs.recommender import Recommender, sequences_of
from learn.runs.vectors import normalise


@dataclass(frozen=True)
class Attribution:
    """What each distinct item of a history adds to the score of one item.

    Attributes:
        items: [n] item indices, distinct, in order of their latest event, the oldest first.
        gradient: [n] the one-pass estimate, `learn.explore.lists.attention_weights.attention_gradients`.
        leave_one_out: [n] the score with the whole history less the score without this item; NaN where not computed.
        leave_one_out_chunk: [n] the same with the chunks of a long history held as they are.
        score: with the whole history, without a repeat-consumption bias, which no other item of the history changes.
        n_chunks: in how many chunks the history is read.
    """

    items: np.ndarray
    gradient: np.ndarray
    leave_one_out: np.ndarray
    leave_one_out_chunk: np.ndarray
    score: float
    n_chunks: int

    @property
    def agreement(self) -> float:
        """Spearman's rank correlation of the gradient with ``leave_one_out``; NaN with fewer than three items."""
        return _correlation(self.leave_one_out, self.gradient)

    @property
    def agreement_chunk(self) -> float:
        """The same with ``leave_one_out_chunk``: leaving an item out of a long history altogether also regroups the
        others into new chunks, which no gradient can know."""
        return _correlation(self.leave_one_out_chunk, self.gradient)


def _correlation(differences: np.ndarray, gradient: np.ndarray) -> float:
    computed = np.isfinite(differences)
    if computed.sum() < 3 or np.ptp(differences[computed]) == 0 or np.ptp(gradient[computed]) == 0:
        return float("nan")
    return float(spearmanr(differences[computed], gradient[computed]).statistic)


def leave_one_out(
    recommender: Recommender, history: np.ndarray, item_vector: np.ndarray, items: np.ndarray
) -> np.ndarray:
    """[n] float: how much the score falls when every event of one of ``items`` ([n]) is taken out of ``history``.

    Exact: the user is embedded anew without it. A history of this item alone leaves nothing, so all of the score that
    is not the item's popularity bias.
    """
    parts = [history, *(history[history != item] for item in items)]
    scores = recommender.embed_histories(sequences_of(parts)).astype(np.float64) @ item_vector.astype(np.float64)
    if recommender.has_popularity_bias:
        # An empty history's zeros would take the popularity bias away too, which is no matter of history.
        scores[[not len(part) for part in parts]] = item_vector[-1]
    falls: np.ndarray = scores[0] - scores[1:]
    return falls


def leave_one_out_chunk(
    recommender: Recommender, history: np.ndarray, item_vector: np.ndarray, items: np.ndarray
) -> np.ndarray:
    """[n] like `leave_one_out`, the chunks that a long history is read in staying as they are but for the item.

    A history of up to `learn.config.SamplingConfig.history_length` is one chunk: both are then the same.
    """
    towers = recommender.towers
    parts = read_chunks(recommender, history) if towers is not None else []
    if towers is None or len(parts) < 2:
        return leave_one_out(recommender, history, item_vector, items)
    holding = [(place, row) for place, item in enumerate(items) for row, part in enumerate(parts) if item in part]
    shorter = [parts[row][parts[row] != items[place]] for place, row in holding]
    vectors = recommender.embed_histories(sequences_of([*parts, *shorter])).astype(np.float64)
    scale = towers.scale.item()
    embedded = (vectors[:, :-1] if recommender.has_popularity_bias else vectors) / scale
    direction = item_vector[: embedded.shape[1]].astype(np.float64)
    whole = embedded[: len(parts)].sum(axis=0)
    totals = np.tile(whole, (len(items), 1))
    for (place, row), vector in zip(holding, embedded[len(parts) :], strict=True):
        totals[place] += vector - embedded[row]
    falls: np.ndarray = scale * (normalise(whole[None]) @ direction - normalise(totals) @ direction)
    return falls


def choose_items(gradients: Sequence[np.ndarray], most: int | None) -> np.ndarray:
    """[<= most] positions, increasing, of the items of a history to leave out; the same for every Run.

    Half of them are the largest by the gradients ([n] each, every one by its own scale), the others are spread evenly
    over the rest, so that the agreement is not one of extremes only. None: all n.
    """
    n = len(gradients[0])
    if most is None or n <= most:
        return np.arange(n)
    sizes = [np.abs(one) / max(float(np.abs(one).max()), 1e-12) for one in gradients]
    by_size = np.argsort(-np.max(sizes, axis=0), kind="stable")
    spread = np.linspace(most // 2, n - 1, most - most // 2).round().astype(int)
    return np.sort(by_size[np.concatenate([np.arange(most // 2), spread])])


def explain(
    recommenders: Mapping[str, Recommender],
    history: np.ndarray,
    item_vectors: Mapping[str, np.ndarray],
    most: int | None = 120,
) -> dict[str, Attribution]:
    """The `Attribution` of one item's score under every Run.

    Args:
        recommenders: Run name -> what answers for it.
        history: [H] item indices, oldest first; H at least 1.
        item_vectors: Run name -> [d] the item's.
        most: leave out at most this many items, see `choose_items`.

    Raises:
        LearnError: the history is empty, or a Run's LLM takes no weights on what it attends to.
    """
    if not len(history):
        raise LearnError("The history is empty: there is nothing that could speak for an item.", "Choose another user.")
    items = distinct_items(history)
    gradients = {name: attention_gradients(one, [history], item_vectors[name])[0] for name, one in recommenders.items()}
    selected = choose_items(list(gradients.values()), most)
    result = {}
    for name, recommender in recommenders.items():
        vector = item_vectors[name]
        whole, by_chunk = np.full(len(items), np.nan), np.full(len(items), np.nan)
        whole[selected] = leave_one_out(recommender, history, vector, items[selected])
        by_chunk[selected] = leave_one_out_chunk(recommender, history, vector, items[selected])
        score = float(recommender.embed_history(history) @ vector)
        n_chunks = len(read_chunks(recommender, history)) if recommender.towers is not None else 1
        result[name] = Attribution(items, gradients[name], whole, by_chunk, score, n_chunks)
    return result


@dataclass(frozen=True)
class RankBreakdown:
    """Where an item stands in one Run's ranking for one user.

    Attributes:
        score: similarity + popularity_bias + repeat_bias.
        similarity: what depends on the whole history.
        popularity_bias: what depends on the item's text alone; 0 where the Run has none.
        repeat_bias: the repeat-consumption bias, where the history holds the item; else 0.
        rank: 1 is the best, among ``of`` items; equal scores go to the lower item index.
        of: how many items were ranked.
        rank_by_similarity, rank_by_popularity: the same by one term alone.
        scores: [of] all scores that were ranked.
        has_popularity_bias: whether the Run has a popularity bias.
    """

    score: float
    similarity: float
    popularity_bias: float
    repeat_bias: float
    rank: int
    of: int
    rank_by_similarity: int
    rank_by_popularity: int
    scores: np.ndarray
    has_popularity_bias: bool

    @property
    def deviations(self) -> float:
        """How many standard deviations of the ranked scores the item is above their mean."""
        spread = float(self.scores.std())
        return (self.score - float(self.scores.mean())) / spread if spread else 0.0


def rank_of(scores: np.ndarray, allowed: np.ndarray, item: int) -> int:
    """The rank of ``item`` by [N] ``scores`` among the items ``allowed`` ([N] bool) and itself; ties as in `top_k`."""
    others = allowed.copy()
    others[item] = False
    better = scores > scores[item]
    tied = scores == scores[item]
    tied[item:] = False
    return 1 + int(((better | tied) & others).sum())


def rank_breakdown(recommender: Recommender, user: int, item: int, allowed: np.ndarray) -> RankBreakdown:
    """The `RankBreakdown` of an item for a user of the dataset.

    Args:
        recommender: of a Run with vectors.
        user: the user's index; item: the item's.
        allowed: [N] bool, the items that are ranked; ``item`` is ranked in any case.
    """
    terms = recommender.score_terms(recommender.users[user], recommender.history[user])
    ranked = allowed.copy()
    ranked[item] = True
    return RankBreakdown(
        score=float(terms.total[item]),
        similarity=float(terms.similarity[item]),
        popularity_bias=float(terms.popularity_bias[item]),
        repeat_bias=float(terms.repeat_bias[item]),
        rank=rank_of(terms.total, allowed, item),
        of=int(ranked.sum()),
        rank_by_similarity=rank_of(terms.similarity, allowed, item),
        rank_by_popularity=rank_of(terms.popularity_bias, allowed, item),
        scores=terms.total[ranked],
        has_popularity_bias=recommender.has_popularity_bias,
    )


def contributions_table(attributions: Mapping[str, Attribution]) -> pd.DataFrame:
    """The attributions of several Runs under each other.

    Columns run, item (index), leave_one_out, leave_one_out_chunk, gradient.
    """
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "run": name,
                    "item": one.items,
                    "leave_one_out": one.leave_one_out,
                    "leave_one_out_chunk": one.leave_one_out_chunk,
                    "gradient": one.gradient,
                }
            )
            for name, one in attributions.items()
        ],
        ignore_index=True,
    )


REPEAT_COLUMN = "repeat-consumption bias"


def rank_breakdowns_table(rank_breakdowns: Mapping[str, RankBreakdown], labels: Mapping[str, str]) -> pd.DataFrame:
    """One row per Run: where the item ranks, by its score and by each term of it alone."""
    table = pd.DataFrame(
        [
            {
                "Run": labels[name],
                "rank": one.rank,
                "of": one.of,
                "score": round(one.score, 4),
                "similarity": round(one.similarity, 4),
                "popularity bias": round(one.popularity_bias, 4),
                REPEAT_COLUMN: round(one.repeat_bias, 4),
                "rank by similarity alone": one.rank_by_similarity,
                "rank by popularity bias alone": one.rank_by_popularity if one.has_popularity_bias else None,
                "sd above mean": round(one.deviations, 2),
            }
            for name, one in rank_breakdowns.items()
        ]
    )
    # Of an item that the user never had there is nothing to say of repeats.
    return table if table[REPEAT_COLUMN].any() else table.drop(columns=REPEAT_COLUMN)


def in_words(rank_breakdowns: Mapping[str, RankBreakdown], labels: Mapping[str, str]) -> str:
    """What separates the Run that ranks the item best from the one that ranks it worst."""
    best = min(rank_breakdowns, key=lambda name: rank_breakdowns[name].rank)
    worst = max(rank_breakdowns, key=lambda name: rank_breakdowns[name].rank)
    if rank_breakdowns[best].rank == rank_breakdowns[worst].rank:
        one = rank_breakdowns[best]
        return f"{labels[best]} ranks it {one.rank:,} of {one.of:,}. {_terms(one)}"
    return " ".join(
        f"{labels[name]} ranks it {word}, at {rank_breakdowns[name].rank:,}. {_terms(rank_breakdowns[name])}"
        for name, word in ((best, "best"), (worst, "worst"))
    )


def _terms(one: RankBreakdown) -> str:
    """What the biases do to the rank."""
    biases = ["popularity"] * one.has_popularity_bias + ["repeat-consumption"] * bool(one.repeat_bias)
    if not biases:
        return "Its score is similarity alone."
    what, several = f"{' and '.join(biases)} bias{'es' * (len(biases) > 1)}", len(biases) > 1
    if one.rank_by_similarity == one.rank:
        return f"The {what} {'do' if several else 'does'} not move it."
    verb = "lift" if one.rank_by_similarity > one.rank else "push"
    ending = "" if several else "es" if verb == "push" else "s"
    alone = f"By similarity alone it would be at {one.rank_by_similarity:,}"
    return f"{alone}; the {what} {verb}{ending} it to {one.rank:,}."
