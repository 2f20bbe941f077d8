"""The verdict over one item's answers and the lines below it, against the answers that they were made of."""

import numpy as np
import pytest

from learn.explore.catalogue import NO_CATEGORY
from learn.explore.lists import newcomer as n
from learn.explore.lists import newcomer_words as w
from learn.explore.lists.audience import Audience
from learn.runs.suggestions import Suggestions


def short(people):
    """Lists so short that everybody has everything in their first 100: chance tells nothing."""
    return np.full(people, 60)


def answer(items, reach, top=1.0):
    ranks = np.sort([rank for rank in reach if rank])
    found = Suggestions(np.array(items, dtype=int), np.linspace(top, 0.5, len(items)), live=True)
    return n.Answer(found, Audience(np.arange(len(ranks)), ranks, [], np.array(reach)))


@pytest.fixture
def kinds(catalogue):
    """Finer category -> its items, the largest first."""
    found = {kind: np.flatnonzero(catalogue.finer == kind) for kind in np.unique(catalogue.finer) if kind}
    return dict(sorted(found.items(), key=lambda pair: -len(pair[1])))


def test_what_it_is_taken_for_is_the_kind_of_most_neighbours(catalogue, kinds):
    one, other = list(kinds)[:2]
    mixed = [kinds[other][0], kinds[one][0], kinds[one][1]]
    assert n.taken_for(answer(mixed, [1]).beside, catalogue) == one
    category = catalogue.categories[kinds[one][0]]
    said = f"{one} ({category})" if set(catalogue.categories[kinds[one][:2]]) == {category} != {one} else one
    answers = {"A": answer(kinds[one][:2], [1]), "B": answer(kinds[one][:2], [1], 0.9)}
    assert w.what_it_is(answers, catalogue) == f"{said}: beside the same 2 products."
    assert w.what_it_is({"A": answer([], [1])}, catalogue) == "Nothing: there is no product that it could stand beside."


def test_where_all_agree_it_is_said_how_alike_the_neighbours_are(catalogue, kinds):
    first, second, third = next(iter(kinds.values()))[:3].tolist()

    def said(*lists):
        answers = {str(at): answer(items, [1], 1 - at / 100) for at, items in enumerate(lists)}
        return w.what_it_is(answers, catalogue)

    title = catalogue.titles[first]
    assert said([first], [first]).endswith(f": beside “{title}”.")
    assert said([first, second], [second, first]).endswith(": beside the same 2 products.")
    assert said([first, second], [first, third]).endswith(f": “{title}” is nearest under each.")
    assert said([first, second], [third, first]).endswith(": 1 of the 2 nearest stands in every list.")
    assert said([first], [second]).endswith(": none of the 1 nearest stands in every list.")
    assert said([first]).endswith(" under 0.")


def test_products_of_one_name_are_said_to_be(catalogue):
    from dataclasses import replace

    titles = np.array([f"Raisins, {size} oz" for size in range(len(catalogue))], object)
    named = replace(catalogue, titles=titles, finer=np.full(len(catalogue), "Dried fruit", object))
    answers = {"A": answer([0, 1, 2], [1]), "B": answer([2, 1, 3], [1], 0.9)}
    assert w.what_it_is(answers, named).endswith(
        ": the nearest are all called “Raisins”; 2 of the 3 stand in every list."
    )
    titles[3] = "Figs, 3 oz"
    assert w.what_it_is(answers, named).endswith(": 2 of the 3 nearest stand in every list.")


def test_variants_of_one_item_space_are_one_opinion(catalogue, kinds):
    first, second, third = next(iter(kinds.values()))[:3].tolist()
    same = {"C": answer([first, second], [1]), "W": answer([first, second], [9])}
    assert w.one_space(same) == [["C", "W"]]
    assert w.one_space(same | {"A": answer([first, second], [1], 0.9)}) == [["C", "W"], ["A"]]
    alone = w.what_it_is(same, catalogue)
    assert "stand" not in alone and "beside" not in alone, "no agreement of two"
    assert w.shared_vectors(same) == "C and W have the same item vectors."
    other = w.what_it_is(same | {"A": answer([third, first], [1])}, catalogue)
    assert other.endswith(": 1 of the 2 nearest stands in every list.")
    assert w.shared_vectors({"A": same["C"]}) == ""


def test_two_opinions_name_who_has_which(catalogue):
    kinds = [n.taken_for(answer([item], [1]).beside, catalogue) for item in range(len(catalogue))]
    other = next(item for item, kind in enumerate(kinds) if kind != kinds[0])
    answers = {"A": answer([0], [1]), "B": answer([other], [1]), "C": answer([0], [1], 0.9)}
    assert w.what_it_is(answers, catalogue) == f"{kinds[0]} under A and C; {kinds[other]} under B."


def test_the_verdict_says_whether_it_is_recognised_and_who_is_shown_it(catalogue, kinds):
    (kind, items), (other, others) = list(kinds.items())[:2]
    item = int(items[0])
    right, wrong = answer(items[1:3], [50, 3000]), answer(others[:2], [4000, 3000])
    half = "in the first 100 of most people: 1 of 2 people"
    assert w.verdict({"A": right, "B": right}, catalogue, short(2), item) == (
        f"Recognised by all 2 variants ({kind}), and {half} at most."
    )
    assert w.verdict({"A": right, "B": wrong}, catalogue, short(2), item) == (
        f"Recognised by 1 of 2 variants ({kind}), and {half} at most."
    )
    assert w.verdict({"A": wrong}, catalogue, short(2), item) == (
        f"Taken for {other} by A, but in nobody's first 100: none of 2 people."
    )
    assert (
        w.verdict({"A": right, "B": right}, catalogue, short(2))
        == f"Taken for {kind} by all 2 variants, and {half} at most."
    )
    assert w.verdict({"A": right, "B": wrong}, catalogue, short(2)).startswith(
        "Taken for 2 different kinds of product, and "
    )
    assert w.verdict({"A": answer(items[1:3], [0, 0])}, catalogue, short(2)).endswith(
        "but nobody has a history to go by."
    )


@pytest.mark.parametrize(
    ("people", "words"),
    [(1, "but in the first 100 of almost nobody"), (2, "but in the first 100 of few people"),
     (20, "and in the first 100 of many people"), (100, "and in the first 100 of most people")],
)  # fmt: skip
def test_how_many_people_is_said_in_words_and_figures(catalogue, people, words):
    found = answer([0], [50] * people + [3000] * (200 - people))
    assert w.verdict({"A": found}, catalogue, short(200)).endswith(f"{words}: {people} of 200 people.")


def test_a_catalogue_without_kinds_has_a_verdict_too(catalogue):
    from dataclasses import replace

    size = len(catalogue)
    bare = replace(catalogue, categories=np.full(size, NO_CATEGORY, object), finer=np.full(size, "", object))
    one, other = answer([0], [50]), answer([1], [50])
    assert w.verdict({"A": one}, bare, short(1), 2) == "In the first 100 of most people: 1 of 1 people."
    assert w.what_it_is({"A": one, "B": other}, bare) == "None of the 1 nearest stands in every list."
    assert w.what_it_is({"A": one}, bare) == ""


def test_who_would_see_it_names_where_most_do():
    few, many, none = answer([0], [3, 2000, 0]), answer([0], [90, 100, 101]), answer([0], [1001, 5000, 0])
    long = np.full(3, 10_000)
    assert w.who_would_see_it({"A": few, "B": many, "C": none}, long) == (
        "Most under B: 2 of 3 people, the first at place 90; nobody under C."
    )
    assert w.who_would_see_it({"B": many, "C": none}, long) == ("Only under B: 2 of 3 people, the first at place 90.")
    assert w.who_would_see_it({"B": many}, long) == "2 of 3 people, the first at place 90."
    assert w.who_would_see_it({"C": none, "D": answer([0], [101, 4000, 0])}, long) == (
        "Nobody of 2 with a history; it stands highest under D: at place 101 of somebody's list."
    )
    assert w.who_would_see_it({"C": none}, long).endswith("it stands highest: at place 1,001 of somebody's list.")
    assert w.who_would_see_it({"C": answer([0], [0, 0, 0])}, long) == ""


def test_fewer_people_than_by_chance_are_said_to_be():
    length = np.full(200, 1000)
    few = answer([0], [50] + [600] * 199)
    assert w.who_would_see_it({"A": few}, length).endswith(
        "1 of 200 people, fewer than by chance (20), and its median place is no better."
    )
    assert w.who_would_see_it({"A": answer([0], [50] + [400] * 199)}, length).endswith(", fewer than by chance (20).")
    assert "chance" not in w.who_would_see_it({"A": answer([0], [50] * 20 + [600] * 180)}, length)


def test_who_lifts_it_for_most_but_to_nobodys_top_is_said():
    length = np.full(100, 10_000)
    high, higher, chance = (answer([0], [place] * 100) for place in (4000, 2000, 4900))
    seen = answer([0], [50] + [4000] * 99)
    assert w.who_would_see_it({"A": high, "B": higher, "C": chance, "D": seen}, length).endswith(
        " A and B lift it for most (median place 2,000 to 4,000; by chance 5,000), but into nobody's first 1,000."
    )
    assert w.who_would_see_it({"B": higher}, length).endswith(
        "list. B lifts it for most (median place 2,000; by chance 5,000), but into nobody's first 1,000."
    )
    assert "lift" not in w.who_would_see_it({"C": chance, "D": seen}, length)
    assert "lift" not in w.who_would_see_it({"B": answer([0], [2000] * 5)}, np.full(5, 10_000)), "chance gives none"


def test_the_verdict_has_what_chance_gives(catalogue):
    found = answer([0], [50] * 20 + [3000] * 180)
    assert w.verdict({"A": found}, catalogue, np.full(200, 1000)).endswith("20 of 200 people (by chance: 20).")
    assert "chance" not in w.verdict({"A": found}, catalogue, short(200))
