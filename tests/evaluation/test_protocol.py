"""The two regimes, who counts, what a slice restricts: against a world worked out by hand."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from learn.data.schema import Metrics, PerUser, Recommendations, Slices
from learn.data.slices import SliceConfig
from learn.data.splits import Phase, leave_one_out, split_by_time
from learn.errors import LearnError
from learn.evaluation.protocol import evaluate, evaluated_users, rank_vectors, validation_score
from learn.evaluation.targets import candidate_sets, make_targets, without_history
from learn.retrieval import build_index
from learn.retrieval.exact import ExactIndex

ALL, NEW = Recommendations.ALL_CANDIDATES, Recommendations.UNSEEN
ANN, BOB, CAT, DAN, EVE = range(5)


def value(evaluation, metric, k, candidates, part="all"):
    table = evaluation.metrics
    row = table[
        (table[Metrics.METRIC] == metric)
        & (table[Metrics.K] == k)
        & (table[Metrics.CANDIDATES] == candidates)
        & (table[Metrics.SLICE] == part)
    ]
    assert len(row) == 1
    return row.iloc[0]


def test_targets_by_hand(split):
    whole, new = make_targets(split, Phase.TEST, ALL), make_targets(split, Phase.TEST, NEW)
    assert whole.users.tolist() == [ANN, BOB, EVE]
    assert list(zip(whole.users[whole.rows], whole.items, strict=True)) == [
        *[(ANN, 1), (ANN, 3), (ANN, 5)],  # item 3 was bought twice and counts once
        (BOB, 0),
        *[(EVE, 0), (EVE, 4)],
    ]
    assert list(zip(new.users[new.rows], new.items, strict=True)) == [(ANN, 3), (ANN, 5), (EVE, 0)]
    assert whole.left_out == {"without_target": 1, "without_history": 1, "without_new_target": 0}
    assert new.left_out == {"without_target": 1, "without_history": 1, "without_new_target": 1}


def test_metrics_by_hand(split, everything):
    result = evaluate({ALL: everything, NEW: everything}, split, Phase.TEST, ks=(2, 4))
    # all: ann hits item 1, bob item 0, eve item 0 in the first two.
    assert value(result, "recall", 2, ALL)[Metrics.MEAN] == pytest.approx((1 / 3 + 1 + 1 / 2) / 3)
    assert value(result, "pooled_recall", 2, ALL)[Metrics.MEAN] == pytest.approx(3 / 6)
    assert value(result, "hit_rate", 2, ALL)[Metrics.MEAN] == 1
    assert value(result, "mrr", 2, ALL)[Metrics.MEAN] == pytest.approx((1 / 2 + 1 + 1) / 3)
    assert value(result, "coverage", 2, ALL)[Metrics.MEAN] == pytest.approx(2 / 6)
    # new: ann's list becomes 3, 4, 5 (she had 0, 1, 2), eve's 0, 3, 5 (she had 1, 2, 4).
    assert value(result, "recall", 2, NEW)[Metrics.MEAN] == pytest.approx((1 / 2 + 1) / 2)
    ann = (1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3))
    assert value(result, "ndcg", 4, NEW)[Metrics.MEAN] == pytest.approx((ann + 1) / 2)
    assert value(result, "coverage", 2, NEW)[Metrics.MEAN] == pytest.approx(3 / 6)
    assert value(result, "recall", 2, NEW)[Metrics.N_USERS] == 2
    assert result.users[ALL]["evaluated"] == 3 and result.users[NEW]["without_new_target"] == 1


def test_slices_restrict_targets_or_users(split, everything):
    # Training counts are 4, 3, 2, 0, 0, 0 for items 0 to 5: a share of 0.2 makes item 2 the long tail.
    result = evaluate({ALL: everything}, split, Phase.TEST, ks=(4,), slices=SliceConfig(user_cold_start=3))
    cold = value(result, "recall", 4, ALL, "item:cold-start")
    assert cold[Metrics.MEAN] == pytest.approx((1 / 2 + 0) / 2)  # ann: 3 of {3, 5}; eve: none of {4}
    assert cold[Metrics.N_USERS] == 2
    assert value(result, "mrr", 4, ALL, "item:cold-start")[Metrics.MEAN] == pytest.approx((1 / 4 + 0) / 2)
    assert value(result, "coverage", 4, ALL, "item:cold-start")[Metrics.MEAN] == pytest.approx(1 / 3)
    others = value(result, "recall", 4, ALL, "item:others")
    assert (others[Metrics.MEAN], others[Metrics.N_USERS]) == (1, 3)
    nobody = value(result, "recall", 4, ALL, "item:long-tail")
    assert nobody[Metrics.N_USERS] == 0 and math.isnan(nobody[Metrics.MEAN])
    beginners = value(result, "recall", 4, ALL, "user:cold-start")  # bob and eve with 3 events, not ann with 4
    assert beginners[Metrics.MEAN] == pytest.approx((1 + 1 / 2) / 2)
    assert result.slices.set_index(Slices.SLICE).loc["item:cold-start", Slices.COUNT] == 3


def test_table_has_every_cell_once_and_intervals_hold_the_mean(split, everything):
    table = evaluate({ALL: everything, NEW: everything}, split, Phase.TEST, ks=(1, 3)).metrics
    assert tuple(table.columns) == Metrics.ALL
    keys = [Metrics.METRIC, Metrics.K, Metrics.CANDIDATES, Metrics.SLICE]
    assert not table.duplicated(keys).any() and len(table) == (8 * 7 + 2 * 4) * 2 * 2
    known = table[table[Metrics.LOW].notna()]
    assert len(known) and (known[Metrics.LOW] <= known[Metrics.MEAN]).all()
    assert (known[Metrics.MEAN] <= known[Metrics.HIGH]).all()
    assert table.loc[table[Metrics.METRIC] == "coverage", [Metrics.LOW, Metrics.HIGH]].isna().all(axis=None)


def test_per_user_rows_give_the_table_again(split, everything):
    result = evaluate({ALL: everything, NEW: everything}, split, Phase.TEST, ks=(3,))
    for candidates, rows in result.per_user.groupby(PerUser.CANDIDATES):
        hits, targets = rows[PerUser.at(PerUser.HITS, 3)], rows[PerUser.N_TARGETS]
        again = {
            "recall": (hits / targets).mean(),
            "pooled_recall": hits.sum() / targets.sum(),
            "hit_rate": (hits > 0).mean(),
            "ndcg": rows[PerUser.at(PerUser.NDCG, 3)].mean(),
            "mrr": rows[PerUser.at(PerUser.MRR, 3)].mean(),
        }
        for metric, mean in again.items():
            assert value(result, metric, 3, candidates)[Metrics.MEAN] == pytest.approx(mean, abs=1e-6)


def test_seed_and_padding(split, everything):
    once, again = (evaluate({ALL: everything}, split, Phase.TEST, seed=5).metrics for _ in range(2))
    pd.testing.assert_frame_equal(once, again)
    padded = np.pad(everything, ((0, 0), (0, 3)), constant_values=-1)
    pd.testing.assert_frame_equal(once, evaluate({ALL: padded}, split, Phase.TEST, seed=5).metrics)


def test_without_history_moves_up_and_is_idempotent(split, everything):
    once = without_history(everything, split, Phase.TEST)
    assert once[ANN].tolist() == [3, 4, 5, -1, -1, -1]
    assert once[DAN].tolist() == [0, 1, 2, 3, 4, 5]
    assert (without_history(once, split, Phase.TEST) == once).all()


def test_leave_one_out_does_not_mask_history(world):
    split = leave_one_out(world)
    lists = np.full((5, 1), -1)
    lists[BOB] = 0  # bob's last event is item 0, which he also had first
    result = evaluate({ALL: lists, NEW: lists}, split, Phase.TEST, ks=(1,))
    hits = result.per_user.set_index([PerUser.CANDIDATES, PerUser.USER])[PerUser.at(PerUser.HITS, 1)]
    assert hits[(ALL, BOB)] == 1
    assert (NEW, BOB) not in hits.index


def test_rank_vectors(split):
    items = np.eye(6, dtype=np.float32)
    users = np.tile(np.arange(6, 0, -1, dtype=np.float32), (5, 1))
    ranked = rank_vectors(users, items, split)
    assert ranked[ALL][0][ANN].tolist() == [0, 1, 2, 3, 4, 5]
    assert ranked[ALL][1][ANN].tolist() == [6, 5, 4, 3, 2, 1]
    assert ranked[NEW][0][ANN].tolist() == [3, 4, 5, -1, -1, -1]
    assert (ranked[ALL][0][DAN] == -1).all() and np.isneginf(ranked[NEW][1][DAN]).all()
    flat = rank_vectors(users, items, split, index=build_index("flat", items))
    assert all((flat[candidates][0] == ranked[candidates][0]).all() for candidates in (ALL, NEW))
    history = split.history(Phase.VALIDATION)
    earlier = rank_vectors(users, items, split, Phase.VALIDATION)[NEW][0]
    assert 2 in earlier[ANN] and not set(earlier[ANN].tolist()) & set(history[ANN].tolist())


def test_one_search_gives_both_lists_of_a_large_catalogue(split, monkeypatch):
    rng = np.random.default_rng(2)
    users, items = rng.normal(size=(5, 3)).astype(np.float32), rng.normal(size=(6, 3)).astype(np.float32)
    plain, searches, search = rank_vectors(users, items, split), [], ExactIndex.search
    monkeypatch.setattr("learn.evaluation.protocol.suits_tiles", lambda n_items, k: True)
    monkeypatch.setattr(ExactIndex, "search", lambda *given: searches.append(1) or search(*given))
    once = rank_vectors(users, items, split)
    assert len(searches) == 1
    for candidates, found in plain.items():
        assert all(np.array_equal(*pair) for pair in zip(found, once[candidates], strict=True))


@pytest.mark.parametrize("candidates", [ALL, NEW])
@pytest.mark.parametrize("metric", ["recall", "ndcg"])
def test_validation_score_is_the_protocols_number(split, candidates, metric):
    rng = np.random.default_rng(1)
    users, items = rng.normal(size=(5, 3)).astype(np.float32), rng.normal(size=(6, 3)).astype(np.float32)
    lists = {a: found for a, (found, _) in rank_vectors(users, items, split, Phase.VALIDATION).items()}
    full = evaluate(lists, split, Phase.VALIDATION, ks=(2,))
    score = validation_score(users, items, split, candidates=candidates, metric=metric, k=2)
    assert score == pytest.approx(value(full, metric, 2, candidates)[Metrics.MEAN])


def test_validation_score_of_a_sample(split):
    users, items = np.ones((5, 2), dtype=np.float32), np.ones((6, 2), dtype=np.float32)

    def score(seed):
        people = evaluated_users(split, Phase.VALIDATION, ALL, 1, seed)
        return validation_score(users, items, split, candidates=ALL, k=2, users=people)

    # Ties: everybody is shown items 0 and 1. Validation targets: ann 2, bob 1, eve 4.
    assert {score(seed) for seed in range(12)} == {0.0, 1.0}
    assert [score(seed) for seed in range(12)] == [score(seed) for seed in range(12)]
    assert evaluated_users(split, Phase.VALIDATION, ALL, 9).tolist() == [ANN, BOB, EVE]


def test_where_every_target_is_a_repeat_only_all_items_are_ranked(world, everything):
    repeats = world.interactions[world.interactions["user_id"] == "bob"].reset_index(drop=True)
    split = split_by_time(replace(world, interactions=repeats), "2024-01-21", validation_days=10)
    assert candidate_sets(split, Phase.TEST) == [ALL]
    result = evaluate({ALL: everything[:1], NEW: everything[:1]}, split, Phase.TEST, ks=(3,))
    assert set(result.metrics[Metrics.CANDIDATES]) == set(result.users) == {ALL}


def test_bad_input_is_named(split, everything):
    with pytest.raises(LearnError, match="came for 2 users, the split has 5"):
        evaluate({ALL: everything[:2]}, split, Phase.TEST)
    with pytest.raises(LearnError, match="no candidates 'some'"):
        make_targets(split, Phase.TEST, "some")
    with pytest.raises(LearnError, match="no metric 'auc'"):
        validation_score(np.ones((5, 2)), np.ones((6, 2)), split, metric="auc")


def test_recall_of_cold_and_of_long_tail_targets_stands_beside_recall(split, everything):
    table = evaluate({ALL: everything, NEW: everything}, split, Phase.TEST, ks=(1, 3)).metrics
    keys = [Metrics.K, Metrics.CANDIDATES]
    of_slices = table[table[Metrics.METRIC] == "recall"]
    for metric, part in (("long_tail_recall", "item:long-tail"), ("cold_start_recall", "item:cold-start")):
        beside = table[(table[Metrics.METRIC] == metric) & (table[Metrics.SLICE] == Slices.WHOLE)]
        expected = of_slices[of_slices[Metrics.SLICE] == part].set_index(keys)
        numbers = [Metrics.MEAN, Metrics.LOW, Metrics.HIGH, Metrics.N_USERS]
        pd.testing.assert_frame_equal(beside.set_index(keys)[numbers], expected[numbers])
    cold = table[(table[Metrics.METRIC] == "cold_start_recall") & (table[Metrics.SLICE] == Slices.WHOLE)]
    assert cold[Metrics.N_USERS].max() > 0, "items 3, 4 and 5 are not in training, and some are bought later"


def test_without_slices_and_intervals_the_figures_are_the_same(split, everything):
    whole, brief = (
        evaluate({ALL: everything, NEW: everything}, split, ks=(2, 4), **more)
        for more in ({}, {"resamples": 0, "sliced": False})
    )
    expected = whole.metrics[whole.metrics[Metrics.SLICE] == Slices.WHOLE].reset_index(drop=True)
    columns = [Metrics.METRIC, Metrics.K, Metrics.CANDIDATES, Metrics.SLICE, Metrics.MEAN, Metrics.N_USERS]
    pd.testing.assert_frame_equal(brief.metrics[columns], expected[columns])
    assert brief.metrics[[Metrics.LOW, Metrics.HIGH]].isna().all(axis=None)


def test_history_and_target_are_made_once(split):
    assert split.history(Phase.TEST) is split.history("test")
    assert split.target(Phase.TEST).items.tolist() != split.target(Phase.VALIDATION).items.tolist()
    moved = replace(split, codes=np.zeros_like(split.codes))
    assert not len(moved.target(Phase.TEST).items)
