"""Attribution against brute force: items left out by hand, gradients by finite differences, ranks by sorting."""

from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import cache

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from learn.errors import LearnError
from learn.explore.figures import attribution as attribution_figures
from learn.explore.lists import attribution
from learn.explore.lists.attention_weights import attention_gradients, distinct_items, read_chunks
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


@pytest.mark.parametrize("name", NAMES[:4])
def test_leaving_out_of_a_chunk_holds_the_others(recommenders, name):
    recommender = recommenders[name]
    parts, vector = read_chunks(recommender, LONG), recommender.items[ITEM]
    assert len(parts) == 3
    width = recommender.items.shape[1] - 1

    @cache
    def embedded(part):
        return history_vector(recommender.run, recommender.content[list(part)], np.array(part))[:width]

    def whole(chunks):
        total = sum(embedded(tuple(part.tolist())) for part in chunks)
        return total / np.linalg.norm(total) * recommender.towers.scale.item() @ vector[:width]

    expected = [whole(parts) - whole([part[part != item] for part in parts]) for item in LONG]
    np.testing.assert_allclose(attribution.leave_one_out_chunk(recommender, LONG, vector, LONG), expected, atol=2e-4)


def test_with_one_chunk_both_are_the_same(recommenders):
    for recommender in recommenders.values():
        both = [
            f(recommender, SHORT, recommender.items[ITEM], SHORT)
            for f in (attribution.leave_one_out, attribution.leave_one_out_chunk)
        ]
        np.testing.assert_allclose(*both, atol=2e-4)


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


def test_explain_leaves_out_the_same_items_for_every_run(recommenders):
    found = attribution.explain(
        recommenders, LONG, {name: one.items[ITEM] for name, one in recommenders.items()}, most=8
    )
    done = {name: set(one.items[np.isfinite(one.leave_one_out)].tolist()) for name, one in found.items()}
    assert all(len(items) == 8 and items == done["learn-a"] for items in done.values())
    for name, one in found.items():
        largest = max(zip(np.abs(one.gradient), one.items, strict=True))[1]
        assert largest in done[name]
        assert one.score == pytest.approx(score(recommenders[name], LONG), abs=1e-4)
        assert -1 <= one.agreement_chunk <= 1
    whole = attribution.explain(
        recommenders, LONG, {name: one.items[ITEM] for name, one in recommenders.items()}, most=None
    )
    assert all(np.isfinite(one.leave_one_out).all() for one in whole.values())
    assert whole["learn-a"].n_chunks == 3 and whole["without-align"].n_chunks == 1


def test_an_empty_history_is_refused(recommenders):
    with pytest.raises(LearnError, match="history is empty"):
        attribution.explain(
            recommenders,
            np.zeros(0, int),
            {name: one.items[ITEM] for name, one in recommenders.items()},
        )


def test_ranks_agree_with_sorting():
    rng = np.random.default_rng(0)
    scores, keep = rng.integers(0, 5, 40).astype(float), rng.random(40) < 0.7
    for item in range(40):
        allowed = sorted({*np.flatnonzero(keep), item}, key=lambda one: (-scores[one], one))
        assert attribution.rank_of(scores, keep, item) == allowed.index(item) + 1


def test_the_parts_of_a_score_sum_to_it(recommenders, split):
    for recommender in recommenders.values():
        keep = np.ones(len(recommender.items), bool)
        one = attribution.rank_breakdown(recommender, 7, ITEM, keep)
        assert one.similarity + one.popularity_bias == pytest.approx(one.score, abs=1e-4) and one.repeat_bias == 0
        assert one.score == pytest.approx(float(recommender.users[7] @ recommender.items[ITEM]), abs=1e-4)
        assert one.of == len(one.scores) == 60 and 1 <= one.rank <= 60
        assert (one.popularity_bias != 0) == recommender.has_popularity_bias


def test_an_item_of_the_history_has_the_repeat_consumption_bias(recommenders):
    recommender = copy(recommenders["learn-b"])
    recommender.run = copy(recommender.run)
    recommender.run.info = recommender.run.info.model_copy(update={"repeat": 1e3})
    everything, item = np.ones(len(recommender.items), bool), int(recommender.history[7][0])
    one = attribution.rank_breakdown(recommender, 7, item, everything)
    assert one.repeat_bias == 1e3 and one.rank <= len(np.unique(recommender.history[7]))
    assert one.score == pytest.approx(one.similarity + one.popularity_bias + 1e3, rel=1e-6)
    first = recommender.for_user(7, 60, unseen=False).items.tolist().index(item) + 1
    assert one.rank == first
    table = attribution.rank_breakdowns_table({"b": one}, {"b": "b"})
    assert table["repeat-consumption bias"].tolist() == [1e3]
    words = attribution.in_words({"b": one}, {"b": "Bee"})
    assert words.startswith(f"Bee ranks it {one.rank} of 60.")
    if one.rank_by_similarity > one.rank:
        assert f"the popularity and repeat-consumption biases lift it to {one.rank}" in words
    else:
        assert "The popularity and repeat-consumption biases do not move it." in words
    without = attribution.rank_breakdown(recommender, 7, ITEM, everything)
    assert "repeat-consumption bias" not in attribution.rank_breakdowns_table({"b": without}, {"b": "b"})


def test_the_words_name_best_and_worst():
    def rank_breakdown(rank, alone):
        return attribution.RankBreakdown(1.0, 0.5, 0.5, 0.0, rank, 100, alone, 3, np.arange(100.0), True)

    words = attribution.in_words({"x": rank_breakdown(2, 40), "y": rank_breakdown(70, 70)}, {"x": "Ex", "y": "Why"})
    assert words.startswith("Ex ranks it best, at 2. By similarity alone it would be at 40; the popularity bias lifts")
    assert "Why ranks it worst, at 70. The popularity bias does not move it." in words


def test_the_figure_shows_what_matters_most_and_escapes_titles(recommenders, catalogue):
    history = np.array([0, 1, 2, 3, 4, 5, 20, 30])
    found = attribution.explain(recommenders, history, {name: one.items[ITEM] for name, one in recommenders.items()})
    table = attribution.contributions_table(found)
    assert len(table) == 8 * len(recommenders)
    labels = dict.fromkeys(recommenders, "x")
    figure = attribution_figures.contributions_figure(table, catalogue, labels, {})
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars) == len(recommenders)
    order = attribution_figures.strongest(table)
    first = table[table["run"] == next(iter(recommenders))].set_index("item").loc[order]
    np.testing.assert_allclose(bars[0].x, first["leave_one_out_chunk"].to_numpy())
    assert "<script>" not in figure.to_json() and "&lt;script&gt;" in str(bars[0].customdata)
