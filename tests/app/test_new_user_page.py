"""The New user page: search, basket, lists that follow, and what one click changed."""

import pytest
import streamlit as st

from app.panels import basket as baskets
from app.shared import bench_settings, theme
from learn.data.dataset import Dataset
from learn.explore.catalogue import read_catalogue
from learn.explore.lists import basket_worth, new_user, user_lists
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from tests import synthetic
from tests.app.bench_lists import item_rows
from tests.app.conftest import texts

BASKET = ["i14", "i03", "i40"]


@pytest.fixture
def recommender(trained_workspace):
    dataset = Dataset.load(trained_workspace.dataset(synthetic.NAME))
    return dataset, Recommender(Run(trained_workspace.run(synthetic.NAME, "learn-c")), dataset)


def lists(mounted):
    """Run name -> item ids, with every term in full."""
    data = mounted["new_user_bench"]["data"]
    return {column["name"]: [row["item"] for row in item_rows(data, column["name"])] for column in data["columns"]}


def basket(mounted):
    return mounted["new_user_bench"]["data"]["basket"]


def indices(dataset, ids):
    return dataset.item_index.get_indexer(ids).tolist()


def test_a_basket_of_the_link_is_shown_with_the_functions_lists(open_page, recommender, mounted_by_key):
    dataset, one = recommender
    open_page("new_user", basket=BASKET, k="5")
    assert basket(mounted_by_key)["items"] == BASKET and basket(mounted_by_key)["likes"] == []
    assert [row["item"] for row in basket(mounted_by_key)["held"]] == BASKET
    found = new_user.recommend(one, indices(dataset, BASKET), 5)
    shown = lists(mounted_by_key)
    assert shown["learn-c"] == [dataset.item_ids[item] for item in found.items]
    assert set(shown) == {"learn-a", "learn-b", "learn-c", "without-align"}


def test_what_popularity_is_worth_for_such_baskets_is_the_functions(open_page, recommender, mounted_by_key):
    dataset, one = recommender
    open_page("new_user", basket=BASKET, k="5", runs=["learn-c"])
    catalogue, history = read_catalogue(dataset), synthetic.synthetic_split(dataset).history("test")
    kinds = new_user.kinds_in(catalogue, indices(dataset, BASKET))
    like = basket_worth.baskets_like(history, catalogue, dataset.available, 3, len(kinds.sizes) == 1)
    worth = basket_worth.worth_of_popularity(one, like)
    words = basket_worth.worth_in_words({"(c)": worth} if worth else {})
    told = mounted_by_key["new_user_bench"]["data"]["told"]["worth"]
    assert told.get("words", "") == words and told.get("names", []) == (["learn-c"] if words else [])


def test_likes_count_as_long_ago_and_are_not_recommended(open_page, recommender, mounted_by_key):
    dataset, one = recommender
    open_page("new_user", basket=BASKET[:2], likes=["i40", "i20", "i03"], k="5")
    assert basket(mounted_by_key)["likes"] == ["i40", "i20"]  # i03 was bought
    found = new_user.recommend(one, indices(dataset, ["i40", "i20", *BASKET[:2]]), 5)
    assert lists(mounted_by_key)["learn-c"] == [dataset.item_ids[item] for item in found.items]
    assert not set(lists(mounted_by_key)["learn-c"]) & {"i40", "i20", *BASKET}


def test_the_last_click_is_told_in_every_list(open_page, recommender, mounted_by_key):
    dataset, one = recommender
    page = open_page("new_user", basket=BASKET, k="10", change="+i40")
    before = new_user.recommend(one, indices(dataset, BASKET[:2]), 10)
    change = new_user.what_changed(before, new_user.recommend(one, indices(dataset, BASKET), 10))
    data = mounted_by_key["new_user_bench"]["data"]
    column = next(column for column in data["columns"] if column["name"] == "learn-c")
    assert [data["items"]["id"][row] for row in column["before"]] == [dataset.item_ids[item] for item in before.items]
    assert column["source"] == f"{len(change.entered)} of 10 are new since the last click"
    assert "was put in" in data["changed"]
    left = next(one.value for one in page.expander[0].markdown if "no item PAL" in one.value)
    assert left.count("\n- ") == len(change.left)
    assert all(f"- {theme.plain(dataset.items['title'][item])}" in left for item in change.left)


def test_several_clicks_are_told_as_one_change(open_page, recommender, mounted_by_key):
    dataset, one = recommender
    open_page("new_user", basket=BASKET, k="5", change=["+i40", "+i03", "-i20"])
    data = mounted_by_key["new_user_bench"]["data"]
    assert "2 were put in" in data["changed"] and "was taken out" in data["changed"]
    before = new_user.recommend(one, indices(dataset, ["i14", "i20"]), 5)
    column = next(column for column in data["columns"] if column["name"] == "learn-c")
    assert [data["items"]["id"][row] for row in column["before"]] == [dataset.item_ids[item] for item in before.items]


def test_what_the_browser_tells_goes_into_the_link_with_what_changed(open_page, recommender, monkeypatch):
    told = {"items": ["i14", "i40", "i40"], "likes": ["i03"], "token": "t"}
    monkeypatch.setattr(st, "session_state", {"bench": {"basket": told}, "bench_basket_shown": ["i14", "i20"]})
    written = []
    monkeypatch.setattr(bench_settings, "write", written.append)
    baskets.heard("bench")
    assert written == [{"basket": ["i14", "i40"], "likes": ["i03"], "change": ["+i40", "+i03", "-i20"]}]


def test_it_opens_with_the_last_items_of_a_household_as_an_example(open_page, recommender, mounted_by_key):
    dataset, one = recommender
    page = open_page("new_user", k="5")
    shown = basket(mounted_by_key)
    assert [row["item"] for row in shown["first"]] == shown["items"] and 0 < len(shown["items"]) <= baskets.EXAMPLE
    history, _ = user_lists.history_and_target(synthetic.synthetic_split(dataset))
    items = indices(dataset, shown["items"])
    ends = [list(dict.fromkeys(past[::-1].tolist()))[: len(items)][::-1] for past in history if len(past)]
    assert items in ends
    found = new_user.recommend(one, items, 5)
    assert lists(mounted_by_key)["learn-c"] == [dataset.item_ids[item] for item in found.items]
    assert page.session_state["new_user_bench_basket_shown"] == shown["items"]  # a click is told as one click


def test_it_opens_with_the_basket_after_which_the_lists_differ_most(
    open_page, recommender, mounted_by_key, monkeypatch
):
    dataset, _ = recommender
    baskets_of = [indices(dataset, ids) for ids in (["i14"], ["i20", "i40"], BASKET)]
    asked = []
    monkeypatch.setattr(baskets, "offered", lambda view: baskets_of)
    monkeypatch.setattr(new_user, "differ_most", lambda lists: asked.append(lists) or 1)
    open_page("new_user", k="5")
    assert basket(mounted_by_key)["items"] == ["i20", "i40"]
    assert [len(found) for found in asked[0]] == [4, 4, 4]


def test_an_emptied_basket_stays_empty(open_page, mounted_by_key, monkeypatch):
    monkeypatch.setattr(st, "session_state", {"b": {"basket": {"items": [], "likes": []}}, "b_basket_shown": ["i14"]})
    written = []
    monkeypatch.setattr(bench_settings, "write", written.append)
    baskets.heard("b")
    assert written == [{"basket": baskets.EMPTY, "likes": [], "change": ["-i14"]}]
    monkeypatch.undo()


def test_a_link_of_an_empty_basket_opens_empty(open_page, recommender, mounted_by_key):
    page = open_page("new_user", basket="")
    assert basket(mounted_by_key)["items"] == [] and lists(mounted_by_key) == {}
    assert "as soon as something" in texts(page)


def test_search_results_can_be_put_into_an_empty_basket(open_page, recommender, mounted_by_key):
    page = open_page("new_user", find="number", basket="")
    found = basket(mounted_by_key)["found"]
    assert found and all("number" in row["title"] for row in found)
    assert basket(mounted_by_key)["items"] == [] and lists(mounted_by_key) == {}
    assert 0 < len(basket(mounted_by_key)["example"]) <= 5 and "as soon as something" in texts(page)


def test_hostile_titles_stay_text(open_page, recommender, mounted_by_key):
    page = open_page("new_user", basket=["i00", "i01", "i03", "i04"], change="+i04")
    assert synthetic.SCRIPT_TITLE in {row["title"] for row in basket(mounted_by_key)["held"]}
    assert synthetic.SCRIPT_TITLE not in texts(page) and "](javascript" not in texts(page).replace("\\]\\(", "")


def test_unknown_items_of_the_link_are_named(open_page, recommender, mounted_by_key):
    page = open_page("new_user", basket=["i14", "**nothing**"])
    assert "\\*\\*nothing" in texts(page)
    assert basket(mounted_by_key)["items"] == ["i14"]


def test_a_search_without_a_find_says_so(open_page, recommender, mounted_by_key):
    open_page("new_user", find="xyzzy")
    assert "No item has all of these words" in basket(mounted_by_key)["note"]


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page):
    assert open_page("new_user").code[0].value == "learn demo"
