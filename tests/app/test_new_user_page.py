"""The New user page: search, basket, lists that follow, and what one click changed."""

import pytest

from app.shared import theme
from learn.data.dataset import Dataset
from learn.explore.lists import new_user
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from tests import synthetic
from tests.app.conftest import texts

BASKET = ["i14", "i03", "i40"]


@pytest.fixture
def recommender(trained_workspace):
    dataset = Dataset.load(trained_workspace.dataset(synthetic.NAME))
    return dataset, Recommender(Run(trained_workspace.run(synthetic.NAME, "learn-c")), dataset)


def rows(mounted, key, name):
    return next(one for one in mounted[key]["data"]["columns"] if one["name"] == name)["rows"]


def indices(dataset, ids):
    return dataset.item_index.get_indexer(ids).tolist()


def test_a_basket_of_the_link_is_shown_with_the_functions_lists(open_page, recommender, mounted_by_key):
    dataset, one = recommender
    open_page("new_user", basket=BASKET, k="5")
    assert [row["item"] for row in rows(mounted_by_key, "new_user_basket", "basket")] == BASKET
    found = new_user.recommend(one, indices(dataset, BASKET), 5)
    shown = rows(mounted_by_key, "new_user_lists", "learn-c")
    assert [row["item"] for row in shown] == [dataset.item_ids[item] for item in found.items]
    assert {column["name"] for column in mounted_by_key["new_user_lists"]["data"]["columns"]} == {
        "learn-a",
        "learn-b",
        "learn-c",
        "without-align",
    }


def test_the_last_click_is_told_in_every_list(open_page, recommender, mounted_by_key):
    dataset, one = recommender
    page = open_page("new_user", basket=BASKET, k="10", change="+i40")
    before = new_user.recommend(one, indices(dataset, BASKET[:2]), 10)
    change = new_user.what_changed(before, new_user.recommend(one, indices(dataset, BASKET), 10))
    for row in rows(mounted_by_key, "new_user_lists", "learn-c"):
        item = indices(dataset, [row["item"]])[0]
        moved = change.moves.get(item)
        wanted = ("new", "new") if moved is None else None if moved == 0 else "rose" if moved > 0 else "fell"
        assert row["badge"] == wanted or row["badge"][1] == wanted
    assert "was put in" in texts(page)
    left = next(one.value for one in page.expander[0].markdown if "no item PAL" in one.value)
    assert left.count("\n- ") == len(change.left)
    assert all(f"- {theme.plain(dataset.items['title'][item])}" in left for item in change.left)


def test_taking_something_out_is_told_as_well(open_page, recommender, mounted_by_key):
    assert "was taken out" in texts(open_page("new_user", basket=BASKET[:2], change="-i40"))


def test_search_results_can_be_put_into_an_empty_basket(open_page, recommender, mounted_by_key):
    page = open_page("new_user", find="number")
    found = rows(mounted_by_key, "new_user_found", "found")
    assert found and all("number" in row["title"] for row in found)
    assert "new_user_basket" not in mounted_by_key and "Click" in page.info[0].value
    assert mounted_by_key["new_user_found"]["data"]["action"]["sign"] == "+"


def test_hostile_titles_stay_text(open_page, recommender, mounted_by_key):
    page = open_page("new_user", basket=["i00", "i01", "i03", "i04"], change="+i04")
    assert synthetic.SCRIPT_TITLE in {row["title"] for row in rows(mounted_by_key, "new_user_basket", "basket")}
    assert synthetic.SCRIPT_TITLE not in texts(page) and "](javascript" not in texts(page).replace("\\]\\(", "")


def test_unknown_items_of_the_link_are_named(open_page, recommender, mounted_by_key):
    page = open_page("new_user", basket=["i14", "**nothing**"])
    assert "\\*\\*nothing" in page.warning[0].value
    assert [row["item"] for row in rows(mounted_by_key, "new_user_basket", "basket")] == ["i14"]


def test_an_example_fills_the_basket_and_it_can_be_emptied(open_page, recommender, mounted_by_key):
    page = open_page("new_user")
    next(button for button in page.button if button.label == "An example").click().run()
    assert not page.exception and 0 < len(page.query_params["basket"]) <= 5
    assert "new_user_lists" in mounted_by_key
    next(button for button in page.button if button.label == "Empty it").click().run()
    assert not page.exception and not any(page.query_params.get("basket", []))


def test_a_search_without_a_find_says_so(open_page, recommender, mounted_by_key):
    assert "No item has all of these words" in texts(open_page("new_user", find="xyzzy"))


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page):
    assert open_page("new_user").code[0].value == "learn demo"
