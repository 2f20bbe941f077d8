"""What a bench concludes from its lists: every case of who leads, nobody and equal, as the browser words it."""

import pytest

from app.components import bench_lists
from tests.app.test_browser import browser, page, pytestmark  # noqa: F401  (fixtures, marks)

FULL = {"similarity": 1, "popularity_bias": 1, "repeat_bias": 1}
SCRIPT = """([columns, lists, weights, items, best]) => conclusion(
  columns.map((column) => readColumn({ k: 4, of: null, terms: null, ...column })),
  lists.map((rows) => rows.map((row) => ({ row, score: 1 }))), weights, items, best)"""


@pytest.fixture
def concluded(page):  # noqa: F811
    """concluded(lists, **marks) -> the sentences on lists of places in a table of 20 items, called (a), (b), ..."""
    folder = bench_lists._HERE / "bench"
    source = "\n".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in ("rank", "said"))
    page.set_content("<p></p>")
    page.add_script_tag(content=source)

    def said(lists, of=None, **marks):
        items = {name: [int(row in rows) for row in range(20)] for name, rows in marks.items()}
        items = {"hit": [0] * 20, "best": [0] * 20} | items
        columns = [{"short": f"({'abcd'[place]})", "of": of} for place in range(len(lists))]
        return page.evaluate(SCRIPT, [columns, lists, FULL, items, 7])

    return said


def test_lists_of_bestsellers_are_named_first_with_those_that_are_none(concluded):
    lists = [[0, 1, 2, 3], [0, 1, 2, 9], [0, 10, 11, 12]]
    assert concluded(lists, best=[0, 1, 2, 3])[0] == (
        "(a) and (b) show mostly bestsellers: 4 and 3 of 4 are among the catalogue’s 7 most bought products, against "
        "1 of (c)’s 4."
    )
    assert concluded(lists[:2], best=[0, 1, 2])[0] == (
        "All these lists show mostly bestsellers: 3 of 4 each are among the catalogue’s 7 most bought products."
    )
    one = "(a) shows mostly bestsellers: 4 of 4 are among the catalogue’s 7 most bought products."
    assert concluded(lists[:1], best=[0, 1, 2, 3]) == [one]
    assert concluded([[0, 1, 2], [3, 4, 5, 6]], best=range(7))[0].endswith(
        ": 3 of 3 and 4 of 4 are among the catalogue’s 7 most bought products."
    )


def test_half_a_list_of_bestsellers_is_not_mostly(concluded):
    assert "bestsellers" not in " ".join(concluded([[0, 1, 2, 3], [4, 5, 6, 7]], best=[0, 1, 4]))


@pytest.mark.parametrize(
    ("hit", "words"),
    [
        ([0, 1, 4], "(a) hits most often: 2 of its 4 were bought later; (c) least: none."),
        ([0], "(a) hits most often: 1 of its 4 was bought later; (b) and (c) least: none."),
        ([0, 1, 4, 5, 8], "(a) and (b) hit most often: 2 of 4 each were bought later; (c) least: 1."),
        ([0, 4, 8], "All these lists hit alike: 1 of 4 each was bought later."),
        ([], "None of these lists names a product that they bought later."),
    ],
)
def test_who_hits_most_often(concluded, hit, words):
    assert words in concluded([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], of=9, hit=hit)


def test_what_lists_share(concluded):
    assert concluded([[0, 1, 2, 3], [0, 1, 2, 4], [0, 5, 6, 7]])[-1] == (
        "(a) and (b) share most, 3 of 4 products; (b) and (c) fewest, 1."
    )
    assert concluded([[0, 1], [0, 2], [0, 3]])[-1] == (
        "Any two of these lists share 1 of 2 products; all of them share 1 of 2 products."
    )
    assert concluded([[0, 1], [2, 3]])[-1] == "(a) and (b) share no product."


def test_who_follows_a_basket_and_who_shows_bestsellers(concluded):
    lists = [[0, 1, 2, 3], [0, 1, 2, 10], [10, 11, 12, 13], [14, 15, 16, 10]]
    found = concluded(lists[:3], best=[0, 1, 2, 3], akin=[3, 10, 11, 12, 13])
    assert found == [
        "(a) and (b) show bestsellers, not the kinds in the basket: 4 and 3 of 4 are among the 7 most bought, 1 of 4 "
        "each of a kind in it. Only (c) follows it: 4 of 4."
    ]
    assert concluded(lists[2:], akin=[10, 11, 12]) == [
        "(a) follows the basket: 3 of 4. Of a kind in the basket: 1 of (b)’s 4."
    ]
    assert concluded(lists[:2], best=[0, 1, 2], akin=[0, 1, 2]) == ["(a) and (b) follow the basket: 3 of 4 each."]
    assert concluded([[], []], akin=[0]) == []
