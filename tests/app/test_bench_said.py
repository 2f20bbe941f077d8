"""What a bench concludes from its lists: every case of who leads, nobody and equal, as the browser words it."""

import pytest

from app.components import bench_lists
from app.components.lists import ROWS_JS
from tests.app.test_browser import browser, page, pytestmark  # noqa: F401  (fixtures, marks)

FULL = {"similarity": 1, "popularity_bias": 1, "repeat_bias": 1}
SCRIPT = """([columns, lists, weights, items, told]) => conclusion(
  columns.map((column) => readColumn({ k: 4, of: null, terms: null, ...column })),
  lists.map((rows) => rows.map((row) => ({ row, score: 1 }))), weights, items, told)"""


@pytest.fixture
def scripted(page):  # noqa: F811
    """A page that knows what a bench says and how it tells items apart."""
    folder = bench_lists._HERE / "bench"
    names = ("rank", "said", "said_basket", "apart")
    page.set_content("<p></p>")
    page.add_script_tag(content="\n".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in names))
    return page


@pytest.fixture
def concluded(scripted):
    """concluded(lists, **marks) -> the sentences on lists of places in a table of 20 items, called (a), (b), ...

    ``kinds``: of each kind in a basket the places of its products, and how many of the basket's items are of it.
    """

    def said(lists, of=None, kinds=None, unknown=0, less=None, worth=None, **marks):
        items = {name: [int(row in rows) for row in range(20)] for name, rows in marks.items()}
        items = {"hit": [0] * 20, "best": [0] * 20} | items
        if kinds is not None:
            items["akin"] = [next((n for n, (rows, _) in enumerate(kinds, 1) if row in rows), 0) for row in range(20)]
        told = {"bestsellers": "the most bought 1%, 7 products", "unknown": unknown, "worth": worth}
        told["kinds"] = [size for _, size in kinds or []]
        told["names"] = [f"kind {place}" for place in range(1, len(kinds or []) + 1)]
        columns = [
            {"name": "abcd"[place], "short": f"({'abcd'[place]})", "of": of, "less": (less or {}).get(place)}
            for place in range(len(lists))
        ]
        return scripted.evaluate(SCRIPT, [columns, lists, FULL, items, told])

    return said


def test_lists_of_bestsellers_are_named_with_those_that_are_none(concluded):
    lists = [[0, 1, 2, 3], [0, 1, 2, 9], [0, 10, 11, 12]]
    assert concluded(lists, best=[0, 1, 2, 3])[0] == (
        "(a) and (b) show mostly bestsellers: all but one of their 8, against 1 of (c)’s 4."
    )
    assert concluded([lists[0], lists[2], [13, 14]], best=[0, 1, 2, 3])[0] == (
        "(a) shows only bestsellers, against 1 of (b)’s 4 and none of (c)’s 2."
    )
    assert concluded(lists[:2], best=[0, 1, 2])[0] == "6 of the 8 suggestions are bestsellers."
    assert concluded(lists[:2], best=[0, 1, 2, 3])[0] == "All but one of the 8 suggestions are bestsellers."
    assert concluded(lists[:1], best=[0, 1, 2, 3]) == ["(a) shows only bestsellers."]
    assert concluded(lists[:1], best=[0, 1, 2]) == ["(a) shows mostly bestsellers: all but one of its 4."]
    assert concluded([[0, 1, 2], [3, 4, 5, 6]], best=range(7))[0] == "All 7 suggestions are bestsellers."


def test_half_a_list_of_bestsellers_is_not_mostly(concluded):
    assert "bestsellers" not in " ".join(concluded([[0, 1, 2, 3], [4, 5, 6, 7]], best=[0, 1, 4]))


SEVEN = [list(range(7)), list(range(7, 14)), [*range(14, 20), 7]]


@pytest.mark.parametrize(
    ("hit", "words"),
    [
        ([*range(7), 8], "(a) hits most: 7 of 7 bought later; (b) 1, (c) none."),
        (range(6), "(a) hits most: 6 of 7 bought later; (b) and (c) none."),
        ([*range(7), 8, 15], "(a) hits most: 7 of 7 bought later; (b) and (c) 1 each."),
        ([*range(6), *range(8, 14)], "(a) and (b) hit most: 6 of 7 each bought later; (c) none."),
        ([0, 8, 15], "All these lists hit alike: 1 of 7 each bought later."),
        ([], "None of these lists names a product that they bought later."),
    ],
)
def test_who_hits_most_comes_first(concluded, hit, words):
    assert concluded(SEVEN, of=9, hit=hit, best=[0, 1, 2])[0] == words


@pytest.mark.parametrize(("hit", "few"), [([0, 1, 10], "1 to 2 of 8"), ([0, 1, 2, 3, 4, 5, 6], ""), ([0, 10], "")])
def test_that_a_few_hits_tell_nothing_is_said_first(concluded, hit, few):
    said = concluded([list(range(8)), list(range(10, 18))], of=9, hit=hit)
    assert (said[0] == f"Too few hits to tell them apart: {few}.") == bool(few)
    assert ("Too few" in " ".join(said)) == bool(few)


def test_where_hits_tell_nothing_who_shows_bestsellers_is_in_the_same_sentence(concluded):
    lists = [[0, 1, 2, 3], [0, 1, 2, 9], [0, 10, 11, 12]]
    assert concluded(lists, of=9, hit=[3, 10], best=[0, 1, 2, 3]) == [
        "Too few hits to tell them apart: 0 to 1 of 4; (a) and (b) show mostly bestsellers.",
        "Bestsellers: all but one of their 8, against 1 of (c)’s 4.",
    ]
    assert concluded(lists[:2], of=9, hit=[3], best=[0, 1, 2, 3, 9]) == [
        "Too few hits to tell them apart: 0 to 1 of 4; all 8 suggestions are bestsellers."
    ]
    unequal = concluded([[0, 1, 2], [4, 5, 6, 7]], of=9, hit=[0, 1, 4])
    assert unequal == ["Too few hits to tell them apart: 1 to 2.", "(a) and (b) share no product."]


def test_lists_of_other_lengths_and_a_single_one_say_of_how_many(concluded):
    assert concluded([[0, 1, 2, 3, 4, 5], [6, 7, 8, 9]], of=9, hit=range(6))[0] == (
        "(a) hits most: 6 of 6 bought later; (b) 0 of 4."
    )
    assert concluded([[0, 1, 2]], of=9, hit=[0, 1]) == ["2 of 3 bought later."]
    assert concluded([[0, 1, 2]], of=9) == ["This list names no product that they bought later."]


def test_what_lists_share(concluded):
    assert concluded([[0, 1, 2, 3], [0, 1, 2, 4], [0, 5, 6, 4]])[-1] == (
        "(a) and (b) share most, 3 of 4 products; (a) and (c) share fewest, 1."
    )
    assert concluded([[0, 1], [0, 2], [0, 3]])[-1] == (
        "Any two of these lists share 1 of 2 products; all of them share 1 of 2 products."
    )
    assert concluded([[0, 1], [2, 3]])[-1] == "(a) and (b) share no product."
    assert concluded([[0, 1], [2, 3], [4, 5]])[-1] == "Any two of these lists share no product."


def test_lists_that_share_alike_are_told_as_alike(concluded):
    assert concluded([[0, 1, 2], [0, 1, 3], [0, 9, 8], [12, 13, 14]])[-1] == (
        "(a) and (b) share most, 2 of 3 products; (d) shares none with any other."
    )
    assert concluded([[0, 1, 2], [0, 1, 3], [0, 8, 9]])[-1] == (
        "(a) and (b) share most, 2 of 3 products; (c) shares fewest, 1 with each other list."
    )
    assert concluded([[0, 1, 2], [0, 1, 3], [0, 1, 4], [9, 10, 11]])[-1] == (
        "Any two of (a), (b) and (c) share most, 2 of 3 products; (d) shares none with any other."
    )
    assert concluded([[0, 1, 2], [0, 1, 3], [0, 4, 5], [4, 7, 8]])[-1] == (
        "(a) and (b) share most, 2 of 3 products; (d) shares nothing with (a) and (b)."
    )
    assert concluded([[0, 1], [0, 2], [5, 6], [5, 7]])[-1] == (
        "No two lists share more than 1 of 2 products; 4 pairs of lists share none."
    )


KINDS = [(range(10, 14), 2), ([3], 1), ([14, 15], 2)]


def test_who_shows_bestsellers_whatever_the_basket(concluded):
    same = "show mostly the same bestsellers"
    lists = [[0, 1, 2, 3], [0, 1, 2, 10], [10, 11, 12, 13]]
    assert concluded(lists, best=[0, 1, 2, 3], kinds=KINDS) == [
        f"(a) and (b) {same}: only 1 of 4 each is of a kind in the basket.",
        "(c) sticks to part of the basket: all 4 are kind 1, like 2 of its 5 items.",
    ]
    three = [[0, 1, 2, 4], [0, 1, 2, 5], [0, 1, 4, 2]]
    assert concluded(three, best=range(7), kinds=KINDS) == [
        f"(a), (b) and (c) {same}: none is of a kind in the basket."
    ]
    nearly = concluded([[0, 1, 2, 4, 5], [0, 1, 2, 4, 6]], best=range(7), kinds=KINDS)
    assert nearly[0].startswith("(a) and (b) show nearly the same bestsellers: none is")
    assert concluded([[0, 1], [1, 0]], best=range(7), kinds=KINDS)[0].startswith("(a) and (b) show the same bestsell")
    assert concluded([[0, 1], [4, 5]], best=range(7), kinds=KINDS)[0].startswith("(a) and (b) show bestsellers: none")


def test_where_bestsellers_find_more_for_such_baskets_that_is_said_first(concluded):
    lists, words = [[0, 1, 2, 4], [0, 1, 6, 10], [10, 11, 14, 3]], "(b) finds more."
    worth = {"names": ["a", "b"], "words": words, "note": "Baskets like it."}
    said = concluded(lists, best=range(7), kinds=KINDS, worth=worth, less={2: "recall 0.1"})
    assert said == [
        "(a) and (b) show bestsellers: only 0 and 1 of 4 are of a kind in the basket.",
        words,
        "(c) follows the basket: all 4 are kind 1, kind 2 or kind 3.",
    ]
    alone = concluded(lists[:1], best=range(7), kinds=KINDS, worth=worth)
    assert alone[0] == "(a) ignores the basket and shows bestsellers."
    other = concluded(lists, best=range(7), kinds=KINDS, worth=worth | {"names": ["a"]})
    assert words not in other, "it is not known of (b)"
    assert concluded(lists, best=range(7), kinds=KINDS, worth={})[1] != words


def test_what_is_left_out_then_is_behind_the_question_mark(scripted):
    script = """(worth) => {
      const akin = Array.from({ length: 20 }, (_, row) => Number(row > 9 && row < 15));
      const kept = new Map([["1,0,1", [{ row: 10 }, { row: 11 }]]]);
      const column = { name: "a", short: "(a)", less: "", terms: { has_popularity: true }, kept };
      const columns = [column, { name: "w", short: "W", less: "recall 0.1", terms: null }];
      const lists = [[{ row: 0 }, { row: 1 }], [{ row: 10 }, { row: 12 }]];
      const items = { akin, best: akin.map((_, row) => Number(row < 5)) };
      return basketNotes(columns, lists, items, { worth, kinds: [2], names: ["kind 1"] }, FULL);
    }"""
    said = scripted.evaluate(script, {"names": ["a"], "words": "It finds more.", "note": "Baskets like it."})
    outweighs = "Popularity outweighs the basket: without it, all 2 of (a)’s would be kind 1."
    assert said == ["Baskets like it.", outweighs, "Over known users W finds less: recall 0.1."]
    assert scripted.evaluate(script, {}) == []


def test_how_much_bought_the_first_bestseller_is_is_said(concluded, scripted):
    script = """(more) => notes([{}], [[{ row: 1 }, { row: 0 }]], { title: ["Milk", "Petrol"], best: [1, 1], ...more },
      { bestsellers: "the most bought 1%" })"""
    said = scripted.evaluate(script, {"sold": [1, 4]})
    assert said[0] == "Bestsellers: the most bought 1%; “Petrol” is the 4th most bought."
    assert scripted.evaluate(script, {})[0] == "Bestsellers: the most bought 1%."
    assert not any("bestsellers" in line.lower() for line in scripted.evaluate(script, {"best": [0, 0]}))
    assert scripted.evaluate("[1, 2, 3, 11, 22, 113].map(nth)") == [
        "the",
        *(f"the {n}" for n in ("2nd", "3rd", "11th", "22nd", "113th")),
    ]


def test_a_basket_is_followed_only_where_most_of_its_items_are_answered(concluded):
    assert concluded([[10, 11, 14, 3]], kinds=KINDS) == ["(a) follows the basket: all 4 are kind 1, kind 2 or kind 3."]
    assert concluded([[10, 11, 14, 0], [14, 15, 9, 8]], kinds=KINDS) == [
        "(a) follows the basket: 3 of 4 are kind 1 or kind 3.",
        "Of a kind in the basket: 2 of (b)’s 4.",
        "(a) and (b) share 1 of 4 products.",
    ]
    assert concluded([[3, 4, 5]], kinds=[([3, 4], 1)], unknown=2) == ["(a) follows the basket: 2 of 3 are kind 1."]
    assert concluded([[3, 4, 5]], kinds=[([3, 4], 1), ([9], 1)], unknown=2) == [
        "(a) sticks to part of the basket: 2 of 3 are kind 1, like 1 of its 2 items of a known kind."
    ]
    assert concluded([[], []], kinds=KINDS) == []


def test_a_list_that_follows_a_basket_says_where_it_finds_less_for_real_users(concluded):
    less = {0: "recall@100 is 0.025, against 0.131 for (b)"}
    assert concluded([[10, 11, 14, 3]], kinds=KINDS, less=less) == [
        "(a) follows the basket: all 4 are kind 1, kind 2 or kind 3.",
        "Over known users it finds less: recall@100 is 0.025, against 0.131 for (b).",
    ]
    both = concluded([[10, 11, 14, 3], [10, 12, 15, 3]], kinds=KINDS, less=less)
    assert both[0].startswith("(a) and (b) follow the basket: ")
    assert both[1] == "Over known users (a) finds less: recall@100 is 0.025, against 0.131 for (b)."
    assert "known users" not in " ".join(concluded([[10, 11, 14, 3]], kinds=KINDS, less={1: "recall@100 0.1"}))


def test_a_few_names_are_counted(scripted):
    script = """(titles) => underNames([{ list: titles.map((_, row) => ({ row })) }], titles)"""
    assert scripted.evaluate(script, ["Milk, 1 l", "Milk, 2 l"]) == ", under one name"
    assert scripted.evaluate(script, ["Milk, 1 l", "Milk, 2 l", "Tea", "Tea, 5 oz"]) == ", under 2 names"
    assert scripted.evaluate(script, ["Milk, 1 l", "Tea", "Salt"]) == ""


@pytest.mark.parametrize(
    ("without", "words"),
    [
        (
            {"(a)": [10, 11, 12], "(b)": [10, 11, 12]},
            "Popularity outweighs the basket: without it, all 3 of (a)’s and all 3 of (b)’s would be kind 1.",
        ),
        (
            {"(a)": [10, 11, 5], "(b)": [10, 5, 6]},
            "Popularity outweighs the basket: without it, 2 of (a)’s 3 would be kind 1, but only 1 of (b)’s 3.",
        ),
        (
            {"(a)": [10, 11, 12], "(b)": [4, 5, 6]},
            "Popularity outweighs the basket: without it, all 3 of (a)’s would be kind 1, but none of (b)’s 3.",
        ),
        (
            {"(a)": [10, 5, 6], "(b)": [4, 5, 6]},
            "Popularity is only part of the reason: without it, 1 of (a)’s 3 and none of (b)’s 3 would be.",
        ),
        ({"(a)": [3, 5, 6], "(b)": [4, 5, 6]}, "Without popularity none would be, either."),
    ],
)
def test_lists_of_bestsellers_say_what_they_would_be_without_popularity(scripted, without, words):
    script = """([lists, full]) => {
      const akin = Array.from({ length: 20 }, (_, row) => Number(row > 9 && row < 15));
      const sell = Object.entries(lists).map(([short, rows]) => ({ short, n: 0, column: {
        kept: new Map([["1,0,1", rows.map((row) => ({ row }))]]), terms: { has_popularity: true } } }));
      const off = { ...FULL, popularity_bias: 0 };
      return [whyNot(sell, { akin }, ["kind 1"], full ? FULL : off), whyNot([], { akin }, ["kind 1"], FULL)];
    }"""
    assert scripted.evaluate(script, [without, True]) == [words, ""]
    assert scripted.evaluate(script, [without, False]) == ["", ""], "they are in sight then"


def test_lists_of_other_kinds_and_of_many_are_of_its_kinds(concluded):
    assert concluded([[10, 11], [14, 15]], kinds=[(range(10, 13), 1), ([14, 15], 1)])[0] == (
        "(a) and (b) stick to part of the basket: 2 of 2 each are of its kinds, like 1 of its 2 items."
    )
    many = concluded([[1, 2, 3, 4]], kinds=[([place], 1) for place in range(1, 5)])
    assert many == ["(a) follows the basket: all 4 are of its kinds."]


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Potato chips, 11 oz", ["Potato chips", "11 oz"]),
        ("Beer, ale and malt liquors, 12 oz/4 pk", ["Beer, ale and malt liquors", "12 oz/4 pk"]),
        ("Beer, ale", ["Beer, ale", ""]),
        ("12, 11 oz", ["12, 11 oz", ""]),
        ("Tea, a long story of 1001 nights", ["Tea, a long story of 1001 nights", ""]),
    ],
)
def test_a_size_stands_apart_from_its_title(scripted, title, parts):
    assert scripted.evaluate("(title) => withoutSize(title)", title) == parts


def test_in_a_list_with_several_of_one_name_the_size_stands_behind_it(scripted):
    folder = bench_lists._HERE / "bench"
    files = "\n".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in ("lines", "columns"))
    scripted.add_script_tag(content=ROWS_JS + files)
    script = """() => {
      const [same, none] = [[0, 0, 0], ["", "", ""]];
      const items = { id: ["1", "2", "3"], title: ["Tea, 1 oz", "tea, 2 oz", "Salt, 3 oz"], price: ["1.00", "", ""] };
      Object.assign(items, { category: same, finer: same, cold: same, hit: same, best: same, detail: none });
      const words = { categories: ["Food"], finer: [""], colours: ["#123456"] };
      const data = { items, words, links: [], columns: [0], hit_words: "" };
      const column = { colour: "#123456", label: "A", of: null, terms: null };
      const made = new BenchColumn(data, column, pattern([], []));
      made.show([0, 1, 2].map((row) => ({ row, score: 1 })), new Set(), new Map(), null);
      const told = (row, name) => row.querySelector(name)?.textContent;
      const rows = [...made.node.querySelectorAll(".row")];
      return rows.map((row) => [row.classList.contains("same"), told(row, ".title"), told(row, ".price")]);
    }"""
    assert scripted.evaluate(script) == [
        [True, "Tea, 1 oz", "price 1.00"],
        [True, "tea, 2 oz", None],
        [False, "Salt, 3 oz", None],
    ]


def test_items_of_one_title_are_told_apart_by_the_first_thing_that_is_their_own(scripted):
    def row(item, title="Tea", brand="", price="", finer=""):
        return {"item": item, "title": title, "brand": brand, "price": price, "finer": finer}

    def told(*rows):
        return dict(scripted.evaluate("(rows) => [...apart(rows)]", list(rows)))

    assert told(row("1"), row("2", "Milk"), row("1")) == {}  # one item, met twice, needs no more words
    assert told(row("1", brand="A"), row("2", "TEA", brand="B")) == {"1": ["brand", "A"], "2": ["brand", "B"]}
    assert told(row("1", brand="A", price="1"), row("2", brand="A", price="2")) == {
        "1": ["price", "1"],
        "2": ["price", "2"],
    }
    assert told(row("1", finer="x", price="1"), row("2", finer="y", price="1"), row("3", finer="y", price="1")) == {
        "1": ["finer", "x"],
        "2": ["no.", "2"],
        "3": ["no.", "3"],
    }
