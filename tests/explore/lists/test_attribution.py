"""Attribution against brute force: items left out by hand, gradients by finite differences, ranks by sorting."""

from concurrent.futures import ThreadPoolExecutor
from copy import copy

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from learn.errors import LearnError
from learn.explore.figures import attribution as attribution_figures
from learn.explore.lists import attribution, left_out, why_words
from learn.explore.lists.attention_weights import attention_gradients, distinct_items, read_chunks
from learn.explore.lists.purchases import Groups, Level, first_level, group_purchases, other_cut, telling_levels
from learn.explore.lists.score_terms import (
    POPULARITY_BIAS,
    REPEAT_BIAS,
    rank_breakdowns_table,
    rank_of,
)
from tests.oracle import history_vector

SHORT, LONG = np.array([3, 17, 3, 40, 8, 21]), np.arange(2, 44, 2)
LORA = "llm-lora"
NAMES = ("learn-a", "learn-b", "learn-c", LORA, "without-align")
ITEM = 55


@pytest.fixture(scope="module")
def recommenders(recommenders, lora_recommender):
    """Of every variant, and of the LLM's own layers."""
    return recommenders | {LORA: lora_recommender}


def score(recommender, history):
    return float(history_vector(recommender.run, recommender.content[history], history) @ recommender.items[ITEM])


@pytest.mark.parametrize("history", [SHORT, LONG], ids=["one chunk", "three chunks"])
@pytest.mark.parametrize("name", NAMES)
def test_leaving_out_is_the_score_without_the_item(recommenders, name, history):
    recommender, items = recommenders[name], distinct_items(history)
    whole = score(recommender, history)
    expected = [whole - score(recommender, history[history != item]) for item in items]
    np.testing.assert_allclose(
        attribution.leave_one_out(recommender, history, recommender.items[ITEM], items), expected, atol=2e-4
    )


def embedded(recommender, part):
    """[d] the user embedding of one chunk, at length 1, worked out alone."""
    width = recommender.towers.pal.output.out_features
    vector = history_vector(recommender.run, recommender.content[part], part)[:width]
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("level", [Level.ITEM, Level.KIND])
@pytest.mark.parametrize("name", NAMES[:4])
def test_leaving_out_of_a_chunk_holds_the_others(recommenders, catalogue, name, level):
    recommender = recommenders[name]
    groups = group_purchases(LONG, catalogue, level)
    found = left_out.left_out(recommender, LONG, groups)
    assert found.n_chunks == 3 and len(found.shifts) == left_out.CUTS

    def whole(parts):
        total = sum(embedded(recommender, part) for part in parts if len(part))
        return total / np.linalg.norm(total) * recommender.towers.scale.item()

    for number in range(2):  # the served cut, and another one
        rng = np.random.default_rng([0, number]) if number else None
        parts = [LONG[part] for part in other_cut(len(LONG), 8, rng)]
        if not number:
            assert [part.tolist() for part in parts] == [one.tolist() for one in read_chunks(recommender, LONG)]
        expected = [whole(parts) - whole([p[~np.isin(p, group)] for p in parts]) for group in groups.members]
        np.testing.assert_allclose(found.shifts[number], expected, atol=2e-4)


def test_with_one_chunk_both_are_the_same(recommenders, catalogue):
    groups = group_purchases(SHORT, catalogue, Level.ITEM)
    for recommender in recommenders.values():
        items, vector = distinct_items(SHORT), recommender.items[ITEM]
        found = left_out.left_out(recommender, SHORT, groups)
        expected = attribution.leave_one_out(recommender, SHORT, vector, items)
        assert len(found.shifts) == 1
        np.testing.assert_allclose(found.falls(vector)[0], expected, atol=2e-4)


def test_a_history_of_one_item_leaves_nothing(recommenders, catalogue):
    history = np.array([5, 5])
    groups = group_purchases(history, catalogue, Level.KIND)
    for recommender in recommenders.values():
        found = left_out.left_out(recommender, history, groups)
        width = found.shifts.shape[2]
        whole = float(recommender.embed_history(history)[:width] @ recommender.items[ITEM][:width])
        np.testing.assert_allclose(found.falls(recommender.items[ITEM]), [[whole]], atol=2e-4)


def test_every_cut_holds_every_event_once_and_ends_near_the_latest():
    for number in range(1, 60):
        for seed in (None, 0, 1):
            parts = other_cut(number, 8, None if seed is None else np.random.default_rng(seed))
            assert sorted(np.concatenate(parts).tolist()) == list(range(number))
            assert all(
                len(part) <= 8 and (np.diff(part) > 0).all() and part[-1] >= number - len(parts) for part in parts
            )


def test_kinds_hold_all_items_and_few_kinds_are_none(catalogue):
    groups = group_purchases(LONG, catalogue, Level.KIND)
    for level in Level:
        found = group_purchases(LONG, catalogue, level)
        assert sorted(np.concatenate(found.members).tolist()) == sorted(LONG.tolist())
        sums = found.sums(LONG, LONG.astype(float))
        assert sums.tolist() == [float(group.sum()) for group in found.members]
    few = LONG[catalogue.categories[LONG] == catalogue.categories[LONG[0]]][:3]
    assert group_purchases(few, catalogue, Level.KIND).level is Level.ITEM
    if groups.level is Level.KIND:
        assert len(groups.members) < len(LONG)


def test_levels_are_coarser_step_by_step_and_shares_of_coarser_groups_add_up(catalogue):
    levels = telling_levels(LONG, catalogue)
    sizes = [len(group_purchases(LONG, catalogue, level).members) for level in levels]
    assert levels[-1] is Level.ITEM and sizes == sorted(set(sizes)) and sizes[0] >= 4
    assert first_level(LONG, catalogue, sizes[0]) is levels[0] and first_level(LONG, catalogue, 1) is levels[0]
    assert first_level(LONG, catalogue, sizes[-1]) is Level.ITEM and telling_levels(LONG[:3], catalogue) == [Level.ITEM]
    fine, coarse = (group_purchases(LONG, catalogue, level) for level in (Level.ITEM, levels[0]))
    points = np.arange(len(fine.members), dtype=float)
    found = attribution.summed(attribution.Attribution(fine, points, points[None], 1), coarse)
    by_item = dict(zip((int(one[0]) for one in fine.members), points, strict=True))
    assert found.points.tolist() == [sum(by_item[item] for item in group.tolist()) for group in coarse.members]
    assert found.by_cut.tolist() == [found.points.tolist()]


@pytest.mark.parametrize("name", NAMES[:4])
def test_gradients_agree_with_finite_differences(recommenders, name):
    recommender, step = recommenders[name], 1e-2
    rows = torch.as_tensor(recommender.prepared(SHORT_READ := distinct_items(SHORT)))[None]
    gradients = attention_gradients(recommender, [SHORT], recommender.items[ITEM])[0]
    direction = torch.as_tensor(recommender.items[ITEM][:-1]) * recommender.towers.scale.detach()

    def at(place, weight):
        log_weights = torch.zeros(1, len(SHORT_READ))
        log_weights[0, place] = np.log(weight)
        with torch.inference_mode():
            return float(recommender.towers.users(rows, log_weights)[0, -1] @ direction)

    expected = [(at(place, 1 + step) - at(place, 1 - step)) / (2 * step) for place in range(len(SHORT_READ))]
    np.testing.assert_allclose(gradients, expected, atol=2e-3, rtol=0.02)


def test_gradients_of_the_mean_agree_with_finite_differences_and_sum_to_zero(recommenders):
    recommender, step = recommenders["without-align"], 1e-3
    items, (gradients,) = (
        distinct_items(SHORT),
        attention_gradients(recommenders["without-align"], [SHORT], recommender.items[ITEM]),
    )
    times = np.array([(item == SHORT).sum() for item in items], dtype=float)

    def at(weights):
        mean = (times * weights) @ recommender.prepared(items).astype(float)
        return mean / np.linalg.norm(mean) @ recommender.items[ITEM]

    unit = np.eye(len(items)) * step
    np.testing.assert_allclose(gradients, [(at(1 + row) - at(1 - row)) / (2 * step) for row in unit], atol=1e-4)
    assert abs(gradients.sum()) < 1e-5  # all weights together change the mean's length only (Euler)


@pytest.mark.parametrize("name", ["learn-a", LORA])
def test_weights_of_one_change_nothing_and_leave_no_trace(recommenders, name):
    recommender = recommenders[name]
    rows = torch.as_tensor(recommender.prepared(LONG))[None]
    with torch.inference_mode():
        plain = recommender.towers.users(rows)
        ones, other = torch.zeros(1, len(LONG)), torch.linspace(-3, 0, len(LONG))[None]
        torch.testing.assert_close(recommender.towers.users(rows, ones), plain, atol=1e-5, rtol=1e-5)
        weighted = recommender.towers.users(rows, other)
        assert not torch.allclose(weighted, plain, atol=1e-4)
        # Several passes at once, weighted and not, each its own: nothing of a weight is kept in the towers.
        with ThreadPoolExecutor(4) as pool:
            passes = [pool.submit(_users, recommender, rows, other if i % 2 else None) for i in range(12)]
            for i, one in enumerate(passes):
                # In a thread of its own a kernel may sum in another order: what leaks would be a hundred times as much.
                torch.testing.assert_close(one.result(), weighted if i % 2 else plain, atol=1e-6, rtol=1e-5)


def _users(recommender, rows, log_weights):
    with torch.inference_mode():
        return recommender.towers.users(rows, log_weights)


def test_positions_are_weighted_under_the_causal_mask_only(recommenders):
    pal, rows = recommenders["learn-a"].towers.pal, torch.zeros(1, 2, recommenders["learn-a"].content.shape[1])
    with pytest.raises(ValueError, match="causal must be True"):
        pal(rows, causal=False, log_weights=torch.zeros(1, 2))


def test_the_estimate_orders_items_as_leaving_them_out_does(recommenders, phases):
    """On trained towers and real histories of one chunk, over all variants and several users."""
    found = []
    for recommender in recommenders.values():
        for user in range(0, 40, 4):
            history = distinct_items(phases[0][user])[-8:]
            exact = attribution.leave_one_out(recommender, history, recommender.items[ITEM], history)
            found.append(
                spearmanr(attention_gradients(recommender, [history], recommender.items[ITEM])[0], exact).statistic
            )
    assert np.median(found) > 0.8


def test_several_histories_at_once_are_as_one_by_one(recommenders):
    for recommender in recommenders.values():
        together = attention_gradients(recommender, [SHORT, LONG, np.zeros(0, int)], recommender.items[ITEM])
        for gradients, history in zip(together, [SHORT, LONG], strict=False):
            np.testing.assert_allclose(
                gradients, attention_gradients(recommender, [history], recommender.items[ITEM])[0], atol=2e-4
            )
        assert len(together[2]) == 0


@pytest.mark.parametrize("history", [SHORT, LONG], ids=["one chunk", "three chunks"])
def test_the_reasons_are_points_of_the_lead_over_an_average_product(recommenders, catalogue, history):
    allowed = np.ones(60, bool)
    allowed[history] = False
    groups = group_purchases(history, catalogue, Level.ITEM)
    for recommender in recommenders.values():
        rank = attribution.rank_breakdown(recommender, 7, ITEM, allowed)
        found = left_out.left_out(recommender, history, groups)
        one = attribution.explain(found, recommender, ITEM, allowed, rank)
        ranked = np.flatnonzero(allowed | (np.arange(60) == ITEM))
        width = found.shifts.shape[2]
        # The lead of the item over the mean of all that is ranked, with and without each item, under the served cut.
        items = recommender.items[:, :width]
        falls = found.shifts[0] @ items[ITEM] - (found.shifts[0] @ items[ranked].T).mean(axis=1)
        np.testing.assert_allclose(one.by_cut[0] * rank.point, falls, atol=1e-4)
        np.testing.assert_allclose(one.points, one.by_cut.mean(axis=0))
        assert one.exact and (one.stability == 1.0 if one.n_chunks == 1 else -1 <= one.stability <= 1)
        estimate = attribution.estimate(recommender, history, groups, ITEM, allowed, rank)
        assert not estimate.exact and not np.isfinite(estimate.stability)
        order = one.points[one.order]
        assert (np.diff(order) <= 0).all() and np.abs(order).min() >= np.sort(np.abs(one.points))[-len(order)] - 1e-12


def test_single_items_where_a_history_is_read_at_once(recommenders):
    assert left_out.level_for(recommenders.values(), SHORT) is Level.ITEM
    assert left_out.level_for(recommenders.values(), LONG) is Level.KIND
    assert left_out.level_for([recommenders["without-align"]], LONG) is Level.ITEM


def test_an_empty_history_is_refused(recommenders, catalogue):
    nothing = np.zeros(0, int)
    for recommender in recommenders.values():
        with pytest.raises(LearnError, match="history is empty"):
            left_out.left_out(recommender, nothing, group_purchases(nothing, catalogue, Level.ITEM))


def test_ranks_agree_with_sorting():
    rng = np.random.default_rng(0)
    scores, keep = rng.integers(0, 5, 40).astype(float), rng.random(40) < 0.7
    for item in range(40):
        allowed = sorted({*np.flatnonzero(keep), item}, key=lambda one: (-scores[one], one))
        assert rank_of(scores, keep, item) == allowed.index(item) + 1


def test_the_parts_of_a_score_sum_to_it_and_to_its_points(recommenders):
    for recommender in recommenders.values():
        keep = np.ones(len(recommender.items), bool)
        one = attribution.rank_breakdown(recommender, 7, ITEM, keep)
        assert sum(one.terms.values()) == pytest.approx(one.score, abs=1e-4) and REPEAT_BIAS not in one.terms
        assert one.score == pytest.approx(float(recommender.users[7] @ recommender.items[ITEM]), abs=1e-4)
        assert one.of == len(one.scores) == 60 and 1 <= one.rank <= 60
        assert (POPULARITY_BIAS in one.terms) == recommender.has_popularity_bias
        assert sum(one.term_points.values()) == pytest.approx(one.points, abs=1e-2)
        best = int(recommender.for_user(7, 1, unseen=False).items[0])
        first = attribution.rank_breakdown(recommender, 7, best, keep)
        assert first.rank == 1 and first.points == pytest.approx(100, abs=1e-2)


def test_an_item_of_the_history_has_the_repeat_consumption_bias(recommenders):
    recommender = copy(recommenders["learn-b"])
    recommender.run = copy(recommender.run)
    recommender.run.info = recommender.run.info.model_copy(update={"repeat": 1e3})
    everything, item = np.ones(len(recommender.items), bool), int(recommender.history[7][0])
    one = attribution.rank_breakdown(recommender, 7, item, everything)
    assert one.terms[REPEAT_BIAS] == 1e3 and one.rank <= len(np.unique(recommender.history[7]))
    assert one.rank == recommender.for_user(7, 60, unseen=False).items.tolist().index(item) + 1
    table = rank_breakdowns_table({"b": one}, {"b": "b"})
    assert table["rank"].tolist() == [one.rank] and table[REPEAT_BIAS].iloc[0] == round(one.term_points[REPEAT_BIAS], 1)
    assert "by had it before" in why_words.answer(one)


def test_all_purchases_together_are_the_points_by_purchases(recommenders, catalogue):
    """Left out as one group, by which the lead falls to nothing."""
    history = recommenders["learn-a"].history[7]
    allowed = np.ones(60, bool)
    for name in ("learn-a", "learn-b", "without-align"):
        recommender = recommenders[name]
        rank = attribution.rank_breakdown(recommender, 7, ITEM, allowed)
        groups = Groups(Level.KIND, ["all"], [np.unique(history)])
        found = left_out.left_out(recommender, history, groups)
        one = attribution.explain(found, recommender, ITEM, allowed, rank)
        assert why_words.by_purchases(rank) == pytest.approx(float(one.by_cut[0, 0]), abs=0.15)


def test_the_figure_shows_what_matters_most_and_escapes_titles(recommenders, catalogue):
    history = np.array([0, 1, 2, 3, 4, 5, 20, 30])
    allowed, groups = np.ones(60, bool), group_purchases(history, catalogue, Level.ITEM)
    found = {}
    for name, one in recommenders.items():
        rank = attribution.rank_breakdown(one, 7, ITEM, allowed)
        found[name] = attribution.explain(left_out.left_out(one, history, groups), one, ITEM, allowed, rank)
    labels = dict.fromkeys(recommenders, "x")
    alone = attribution_figures.reasons_figure(found, "learn-b", labels, {}, 1.0)
    assert {trace.type for trace in alone.data} == {"bar"}, "the other variants only when they are asked for"
    figure = attribution_figures.reasons_figure(found, "learn-b", labels, {}, 1.0, beside=True)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars) == 2 and len(figure.data) == len(recommenders) + 1, "single bars, and what they add up to"
    np.testing.assert_allclose(bars[0].x, found["learn-b"].points[found["learn-b"].order])
    assert "<script>" not in figure.to_json() and "&lt;script&gt;" in str(bars[0].customdata)
    assert len(attribution.attributions_table(found)) == 8 * len(recommenders)
