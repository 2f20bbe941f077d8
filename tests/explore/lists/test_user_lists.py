"""Filters, live and stored ranking, hits and sharing, each against plain Python."""

import numpy as np
import pandas as pd
import pytest

from learn.data.schema import Recommendations
from learn.explore.catalogue import OTHER_CATEGORIES, Filters, told_title
from learn.explore.figures import base as figures
from learn.explore.lists import user_lists as r
from learn.runs.run import Run
from learn.runs.stored_lists import StoredLists
from learn.runs.suggestions import Suggestions, best_of
from learn.runs.vectors import run_vectors
from tests import synthetic
from tests.exact import exact_scores

USER = 7


@pytest.fixture(scope="module")
def view(phases):
    return r.user_view(*phases, USER)


def test_user_view_is_the_users_events_cut_at_the_target(view, dataset, split):
    events = dataset.interactions[dataset.interactions["user_id"] == dataset.user_ids[USER]]
    before = events[events["timestamp"] < pd.Timestamp(split.info.test_start)]
    after = events[events["timestamp"] >= pd.Timestamp(split.info.test_start)]
    assert [dataset.item_ids[i] for i in view.history] == before["item_id"].tolist()
    assert [dataset.item_ids[i] for i in view.target] == after["item_id"].tolist()
    assert list(view.history_times) == list(before["timestamp"].to_numpy())


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(categories=("Tea",)),
        Filters(brands=("O'Neill & Söhne", 'The "Best"')),
        Filters(price=(5.0, 12.0)),
        Filters(categories=("Fruit", "Soap"), brands=("Orchard",), price=(1.0, 25.0)),
    ],
)
def test_filters_agree_with_plain_python(filters, catalogue, dataset):
    expected = []
    for row in dataset.items.to_dict("records"):
        keep = not filters.categories or row["category"].split(" > ")[0] in filters.categories
        keep &= not filters.brands or row["brand"] in filters.brands
        keep &= not filters.price or filters.price[0] <= row["price"] <= filters.price[1]
        expected.append(bool(keep))
    assert filters.mask(catalogue).tolist() == expected
    assert bool(filters) == (filters != Filters())


def test_an_item_without_a_price_passes_only_without_a_price_filter(catalogue):
    unpriced = np.flatnonzero(np.isnan(catalogue.prices))
    assert len(unpriced) == 1
    assert Filters().mask(catalogue)[unpriced].all()
    assert not Filters(price=(0, 1e9)).mask(catalogue)[unpriced].any()


@pytest.mark.parametrize("unseen", [True, False])
@pytest.mark.parametrize("categories", [(), ("Tea",), ("Bread", "Soap")])
def test_live_lists_fill_to_k_and_are_exact(workspace, dataset, catalogue, view, unseen, categories):
    run = Run(workspace.run(synthetic.NAME, "learn-a"), dataset)
    users, items = run_vectors(run, dataset)
    allowed = Filters(categories=categories).mask(catalogue)
    keep = r.rankable(allowed, view, unseen)
    found = run.recommender.for_user(USER, 8, unseen=unseen, allowed=allowed)
    best = sorted((-score, i) for i, score in enumerate(exact_scores(users[USER], items)) if keep[i])[:8]
    assert len(found.items) == min(8, int(keep.sum())) and found.live
    assert [(-score, item) for score, item in zip(found.scores, found.items, strict=True)] == best
    assert keep[found.items].all()
    if unseen:
        assert not set(found.items) & set(view.history)


def test_ties_go_to_the_lower_index_and_masked_items_never_come_back():
    allowed = np.array([True, False, True, True])
    assert best_of(np.zeros(4, np.float32), 10, allowed).items.tolist() == [0, 2, 3]


@pytest.mark.parametrize("repeat", [-1e3, 1e3])
def test_a_repeat_bias_moves_what_the_user_has(workspace, dataset, view, repeat):
    run = Run(workspace.run(synthetic.NAME, "learn-a"), dataset)
    run.info = run.info.model_copy(update={"repeat": repeat})
    held = set(view.history.tolist())
    found = run.recommender.for_user(USER, len(held), unseen=False).items.tolist()
    assert (set(found) == held) if repeat > 0 else not held & set(found)
    terms = run.recommender.score_terms(run.recommender.users[USER], view.history)
    assert set(np.flatnonzero(terms.repeat_bias)) == held
    np.testing.assert_allclose(terms.similarity + terms.popularity_bias + terms.repeat_bias, terms.total, rtol=1e-5)


@pytest.mark.parametrize("unseen", [True, False])
def test_unfiltered_live_and_stored_lists_agree(workspace, dataset, unseen):
    run = Run(workspace.run(synthetic.NAME, "learn-b"), dataset)
    stored = StoredLists(run, dataset).of(USER, 10, unseen)
    live = run.recommender.for_user(USER, 10, unseen=unseen)
    assert stored.items.tolist() == live.items.tolist() and live.live and not stored.live
    candidates = Recommendations.UNSEEN if unseen else Recommendations.ALL_CANDIDATES
    table = run.recommendations
    mine = table[(table["user_id"] == dataset.user_ids[USER]) & (table["among"] == candidates)]
    assert stored.depth == len(mine)


def test_stored_lists_are_filtered_in_their_order(workspace, dataset, catalogue):
    run = Run(workspace.run(synthetic.NAME, "popularity"), dataset)
    allowed = Filters(categories=("Tea",)).mask(catalogue)
    found = run.recommender.for_user(USER, 5, allowed=allowed)
    table = run.recommendations
    mine = table[(table["user_id"] == dataset.user_ids[USER]) & (table["among"] == "new")].sort_values("rank")
    expected = [item for item in mine["item_id"] if allowed[list(dataset.item_ids).index(item)]][:5]
    assert [dataset.item_ids[i] for i in found.items] == expected and len(expected) == 5 and not found.live


def test_a_user_without_a_stored_list_gets_an_empty_one(workspace, dataset):
    run = Run(workspace.run(synthetic.NAME, "popularity"), dataset)
    run.recommendations = run.recommendations[run.recommendations["user_id"] != dataset.user_ids[USER]]
    found = run.recommender.for_user(USER, 5)
    assert len(found.items) == 0 and found.depth == 0


def test_later_counts_distinct_items_that_may_be_ranked(catalogue):
    view = r.UserView(np.array([1, 2]), None, np.array([5, 2, 5, 9]))
    everything = np.ones(len(catalogue), dtype=bool)
    assert view.later(everything).tolist() == [2, 5, 9]
    assert view.later(r.rankable(everything, view, True)).tolist() == [5, 9]


def test_also_in_names_every_list_that_holds_an_item():
    def listed(*items):
        return r.Suggestions(np.array(items), np.zeros(len(items)), True)

    found = r.also_in({"x": listed(1, 2), "y": listed(2, 3), "z": listed(2)})
    assert found == {1: ["x"], 2: ["x", "y", "z"], 3: ["y"]}


def test_history_timeline_holds_every_event_once(view, catalogue):
    table = r.history_timeline(view, catalogue)
    assert table["events"].sum() == len(view.history)
    counts = table.groupby("category")["events"].sum().to_dict()
    expected = pd.Series(catalogue.categories[view.history]).value_counts().to_dict()
    assert counts == expected


def test_history_timeline_without_times_goes_by_tenths(catalogue):
    view = r.UserView(np.arange(20), None, np.array([], dtype=int))
    assert sorted(set(r.history_timeline(view, catalogue)["period"])) == list(range(1, 11))


def test_shares_sum_to_one_and_rare_categories_are_folded(catalogue):
    table = r.category_shares({"all": np.arange(len(catalogue)), "some": np.array([0, 1])}, catalogue, shown=2)
    assert table.groupby("group")["share"].sum().round(9).tolist() == [1.0, 1.0]
    assert set(table["category"]) <= {*catalogue.category_order[:2], OTHER_CATEGORIES}


def test_a_history_of_one_date_is_one_bar_in_the_middle_of_weeks(catalogue):
    time = np.datetime64("2024-02-07T10:00", "ns")
    view = r.UserView(np.array([3, 9, 3]), np.array([time, time, time]), np.array([5]))
    table = r.history_timeline(view, catalogue)
    assert table["period"].nunique() == 1
    figure = figures.history_figure(table, catalogue.category_order)
    low, high = (pd.Timestamp(end) for end in figure.layout.xaxis.range)
    assert low < pd.Timestamp(time) < high and pd.Timedelta(days=30) < high - low < pd.Timedelta(days=100)
    assert all(trace.width == 7 * 86_400_000 for trace in figure.data)
    assert "all in one stretch of time" in r.history_in_words(table)


def test_a_person_is_told_in_words(catalogue):
    times = np.array(["2024-01-03", "2024-02-01", "2024-03-07"], "datetime64[ns]")
    view = r.UserView(np.array([3, 9, 3]), times, np.array([5, 6]))
    words = r.person_in_words(view, catalogue)
    first = pd.Series(catalogue.categories[[3, 9, 3]]).value_counts(normalize=True)
    assert words.startswith(f"3 purchases of 2 items from Jan to Mar 2024, mostly {first.index[0]} {first.iloc[0]:.0%}")
    assert words.endswith("; later: 2 purchases of 2 items, 2 of them new to this user")
    again = r.UserView(np.array([3, 9, 3]), times, np.array([3, 6, 3]))
    assert r.person_in_words(again, catalogue).endswith("; later: 3 purchases of 2 items, 1 of them new to this user")
    known = r.UserView(np.array([3, 9, 3]), times + np.array([0, 0, 330], "timedelta64[D]"), np.array([9]))
    words = r.person_in_words(known, catalogue)
    assert (
        words.endswith("; later: 1 purchase of 1 item, not new to this user") and "from Jan 2024 to Jan 2025" in words
    )
    assert r.person_in_words(r.UserView(np.array([3]), None, np.zeros(0, int)), catalogue).endswith("; none later")
    nobody = r.UserView(np.zeros(0, int), None, np.array([5]))
    assert r.person_in_words(nobody, catalogue) == "bought nothing before the cut, 1 later"


def test_a_person_is_told_in_a_line_with_what_they_bought_most(catalogue):
    view = r.UserView(np.array([3, 9, 3]), None, np.array([5, 6, 9]))
    title, of = told_title(catalogue, 3), catalogue.categories[[3, 9, 3]]
    assert r.person_in_short(view, catalogue) == (
        f"3 purchases of 2 items, mostly {r.mostly(of, 1)}; later 2 new items; most often {title} ×2"
    )
    assert "; none later; " in r.person_in_short(r.UserView(view.history, None, view.target[:0]), catalogue)
    assert "; nothing new later; " in r.person_in_short(r.UserView(view.history, None, np.array([3])), catalogue)
    once = r.UserView(np.array([3, 9]), None, np.array([5]))
    assert r.person_in_short(once, catalogue) == r.person_in_words(once, catalogue), "nothing was bought more often"
    assert r.most_in_words(view.history, catalogue) == f"Bought most: {title} ×2 · {told_title(catalogue, 9)}."
    assert r.most_in_words(view.history[:0], catalogue) == ""


def test_charts_say_what_they_show():
    table = pd.DataFrame({"period": [1, 1, 2], "category": ["Tea", "Soap", "Tea"], "events": [3, 1, 2], "titles": ""})
    assert r.history_in_words(table) == "Tea makes up 83% of 6 purchases; the fullest bar is tenth 1, with 4."
    rows = [("past", "Tea", 0.8, 4), ("past", "Soap", 0.2, 1), ("one", "Tea", 0.5, 5), ("two", "Soap", 1.0, 9)]
    shares = pd.DataFrame(rows, columns=["group", "category", "share", "n"])
    assert r.shares_in_words(shares, "past") == "Tea is 80% of “past”, from 0% (two) to 50% (one) of the others."


def test_lists_under_each_other_are_a_table(catalogue, dataset):
    found = Suggestions(np.array([3, 9]), np.array([1.5, 1.25]), live=True)
    table = r.lists_table({"x": found}, {"x": "X"}, "u1", dataset.item_ids, catalogue)
    assert table.to_dict("list") == {
        "user": ["u1", "u1"],
        "variant": ["X", "X"],
        "rank": [1, 2],
        "item_id": [dataset.item_ids[3], dataset.item_ids[9]],
        "title": [catalogue.titles[3], catalogue.titles[9]],
        "score": [1.5, 1.25],
    }
