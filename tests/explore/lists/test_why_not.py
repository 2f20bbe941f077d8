"""Why not this item: places, gaps and what would bring it, against sorting and against the recommender itself."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from learn.explore.lists import attribution, score_terms, why_not, why_not_words, why_words
from learn.explore.lists.purchases import Level, group_purchases
from learn.runs.fitted_again import knn_terms
from learn.runs.recommender import Recommender
from learn.runs.reference_runs import make_reference_runs
from tests import trained

USER, K = 7, 4


@pytest.fixture(scope="module")
def counted(trained_once, tmp_path_factory, dataset):
    place = trained.copy_of(trained_once, tmp_path_factory.mktemp("counted") / "workspace")
    return {run.name: Recommender(run, dataset) for run in make_reference_runs(dataset, dataset.split, place)}


def smallest_that_brings(recommender, history, item):
    """By hand: every set of the nearest new products, each asked for as a history of its own."""
    allowed = np.ones(len(recommender.items), bool)
    allowed[[*history, item]] = False
    nearest = recommender.neighbours(recommender.items[item], why_not.NEAREST, allowed).items.tolist()
    for size in range(1, why_not.MOST_ADDED + 1):
        for chosen in combinations(nearest, size):
            if item in recommender.for_history([*history, *chosen[::-1]], K).items.tolist():
                return list(chosen)
    return None


def test_what_would_bring_it_is_what_brings_it(recommenders):
    seen = set()
    for name in ("learn-b", "learn-c", "without-align"):
        recommender = recommenders[name]
        history = recommender.history[USER]
        order = recommender.for_user(USER, 60).items
        for item in (*order[K : K + 4], order[-1]):
            found = why_not.why_not(recommender, USER, int(item), K)
            expected = smallest_that_brings(recommender, history, int(item))
            assert (None if found.added is None else found.added.tolist()) == expected
            if found.added is not None:
                assert why_not.brings(recommender, history, found.added, int(item), K) and found.rank_with <= K
            else:
                assert found.rank_with > K
            seen.add(expected is None)
    assert seen == {True, False}


def row_of(found, catalogue):
    table = why_not_words.why_not_table({"x": found}, {"x": "Ex"}, catalogue)
    assert table[why_not_words.VARIANT].tolist() == ["Ex"]
    tried = why_not_words.tried_words({"x": found})
    heads = {f"{why_not_words.BY} ({tried})": why_not_words.BY}
    assert not tried or set(heads) <= set(table.columns)
    return table.rename(columns=heads).iloc[0]


def test_the_table_says_what_would_bring_it(recommenders, catalogue):
    seen = set()
    orders = [(one, one.for_user(USER, 60).items) for name, one in recommenders.items() if name != "learn-a"]
    for recommender, item in [(one, item) for one, order in orders for item in (*order[:1], order[K], order[-1])]:
        found = why_not.why_not(recommender, USER, int(item), K)
        row = row_of(found, catalogue)
        if found.shown:
            assert row[why_not_words.PLACE] == "1, so it is shown" and why_not_words.BROUGHT not in row
            continue
        assert row[why_not_words.PLACE] == f"{found.breakdown.rank:,}"
        if found.added is None:
            assert row[why_not_words.BY] == f"None of these sets brings it among the first {K}."
            assert row[why_not_words.BROUGHT] == f"{found.rank_with:,} at best"
        else:
            assert row[why_not_words.BROUGHT] == f"{found.rank_with:,}"
            titles = [f"“{catalogue.titles[one]}”" for one in found.added]
            assert row[why_not_words.BY] == why_words.listed(titles)
        assert f"up to 3 of the {found.tried} products" in why_not_words.tried_words({"x": found})
        seen.add(found.added is None)
    assert seen == {True, False}


def test_places_and_gaps_are_those_of_the_list(recommenders, catalogue):
    for recommender in recommenders.values():
        order = recommender.for_user(USER, 60).items.tolist()
        terms = recommender.score_terms(recommender.users[USER], recommender.history[USER])
        for place in (0, K - 1, K, len(order) - 1):
            found = why_not.why_not(recommender, USER, order[place], K)
            assert found.breakdown.rank == place + 1 and found.shown == (place < K)
            if found.shown:
                assert found.held_back_by is None and found.last == order[place]
                continue
            assert found.last == order[K - 1]
            ahead = float(terms.total[order[K - 1]] - terms.total[order[place]])
            assert sum(found.gap.values()) * found.breakdown.point == pytest.approx(ahead, abs=1e-4)
            assert found.gap[found.held_back_by] == max(found.gap.values())
            behind = float(why_not_words.points_behind(found).replace(",", ""))
            assert behind == pytest.approx(sum(found.gap.values()), abs=0.06)


def test_where_it_comes_nearest_is_told_with_what_it_lacks(recommenders):
    item = int(recommenders["learn-b"].for_user(USER, 60).items[-1])
    found = {name: why_not.why_not(one, USER, item, K) for name, one in recommenders.items()}
    found = {name: one for name, one in found.items() if not one.shown}
    best = min(found, key=lambda name: found[name].breakdown.rank)
    labels = {name: f"<{name}>" for name in found}
    said = why_not_words.nearest_miss({best: found[best]}, labels)
    assert said.startswith(f"<{best}> comes nearest to showing it: place {found[best].breakdown.rank:,}, ")
    assert why_words.SHORT_TERMS[found[best].held_back_by] in said and why_not_words.nearest_miss({}, {}) == ""


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        ({"similarity": 6.5}, "6.5 points behind place 4, all by fit to their purchases."),
        ({"similarity": 2.0, "popularity bias": 4.5}, "6.5 points behind place 4, most by popularity."),
        (
            {"similarity": 6.8, "popularity bias": -3.0},
            "3.8 points behind place 4. It loses 6.8 by fit to their purchases, and gains 3.0 by popularity.",
        ),
        ({"similarity": 0.0, "popularity bias": 0.0}, "0.0 points behind place 4."),
    ],
)
def test_the_best_place_is_the_nearest_whatever_the_points(recommenders, gap, said):
    item = int(recommenders["learn-b"].for_user(USER, 60).items[-1])
    one = why_not.why_not(recommenders["learn-b"], USER, item, K)
    fewer = replace(one, gap={"similarity": 0.4}, breakdown=replace(one.breakdown, rank=26))
    best = replace(one, gap=gap, breakdown=replace(one.breakdown, rank=23))
    assert why_not_words.nearest_miss({"fewer": fewer, "best": best}, {"fewer": "(c)", "best": "(b)"}) == (
        f"(b) comes nearest to showing it: place 23, {said}"
    )


def test_the_heading_says_where_another_variant_is_explained():
    assert why_not_words.heading() == "Why not another product?"
    assert (
        why_not_words.heading("(b)", "(a)") == "Why not another product? Explained for (b), not (a): it comes nearest"
    )


def test_what_they_had_is_held_back_by_their_history(recommenders, catalogue):
    recommender = recommenders["learn-b"]
    item = int(recommender.history[USER][0])
    found = why_not.why_not(recommender, USER, item, K)
    everything = recommender.for_user(USER, 60, unseen=False).items.tolist()
    assert found.had and not found.shown and found.held_back_by == why_not.HISTORY and found.added is None
    assert found.rank_if_not_hidden == everything.index(item) + 1
    row = row_of(found, catalogue)
    assert row[why_not_words.PLACE] == f"hidden: they had it before (else place {found.rank_if_not_hidden:,} of all)"
    assert why_not_words.tried_words({"x": found}) == ""
    assert why_not_words.BROUGHT not in row, "nothing was tried"


def test_counted_runs_are_counted_again(counted, dataset):
    assert [name for name, one in counted.items() if score_terms.user_terms(one, USER) is not None] == [
        "popularity",
        "item-knn",
    ], "others have their lists only"
    for recommender in (counted["popularity"], counted["item-knn"]):
        scores = score_terms.user_terms(recommender, USER).total
        stored = recommender.for_user(USER, 10)
        np.testing.assert_allclose(scores[stored.items], stored.scores, rtol=2e-3)
        best = why_not.why_not(recommender, USER, int(stored.items[0]), K)
        assert best.shown and best.breakdown.rank == 1
        last = why_not.why_not(recommender, USER, int(stored.items[-1]), K)
        assert not last.shown and last.rank_with is None and last.breakdown.rank == len(stored.items)
        assert "speak" not in why_words.answer(last.breakdown)


def test_the_reasons_of_item_knn_are_the_similar_items(counted, dataset, catalogue):
    recommender = counted["item-knn"]
    history = recommender.history[USER]
    item = int(recommender.for_user(USER, 1).items[0])
    allowed = np.ones(60, bool)
    allowed[history] = False
    groups = group_purchases(history, catalogue, Level.ITEM)
    rank = attribution.rank_breakdown(recommender, USER, item, allowed)
    found = attribution.explain_by_neighbours(recommender, USER, groups, item, allowed, rank)
    assert found.exact and found.stability == 1.0
    assert found.points.sum() == pytest.approx(rank.points, abs=0.1)
    items, terms = knn_terms(recommender.run, dataset.split, USER)
    strongest = items[int(terms[:, [item]].toarray().argmax())]
    assert terms[:, [item]].toarray().max() > 0 and strongest in history
    with pytest.raises(ValueError, match="not item-kNN"):
        attribution.explain_by_neighbours(counted["popularity"], USER, groups, item, allowed, rank)


def test_an_added_product_of_the_same_title_is_told_apart(recommenders, catalogue):
    item = int(recommenders["learn-b"].for_user(USER, 60).items[-1])
    one = why_not.why_not(recommenders["learn-b"], USER, item, K)
    twin = next(other for other in range(len(catalogue)) if other != item)
    titles, brands = catalogue.titles.copy(), catalogue.brands.copy()
    titles[[item, twin]], brands[[item, twin]] = "Bread", ("Own", "Other")
    one = replace(one, added=np.array([twin]), rank_with=3, tried=5)
    named = replace(catalogue, titles=titles, brands=brands)
    assert row_of(one, named)[why_not_words.BY] == "another “Bread” (brand Other)"
    third = next(other for other in range(len(catalogue)) if other not in (item, twin))
    titles[[item, twin, third]] = "Bread, 20 oz", "Bread, 20 oz", "Bread, 16 oz"
    sizes = replace(one, added=np.array([twin, third]))
    assert row_of(sizes, named)[why_not_words.BY] == "“Bread”: another 20 oz (brand Other) and 16 oz"
    titles[third] = "Milk, 16 oz"
    assert row_of(sizes, named)[why_not_words.BY] == "another “Bread, 20 oz” (brand Other) and “Milk, 16 oz”"
