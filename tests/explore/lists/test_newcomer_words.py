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
    answers = {"A": answer(kinds[one][:2], [1]), "B": answer(kinds[one][:2], [1], 0.9)}
    assert w.what_it_is(answers, catalogue) == "", "another line says it"
    assert w.what_it_is({"A": answer([], [1])}, catalogue) == "Nothing: there is no product that it could stand beside."


def test_variants_of_one_item_space_are_one_opinion(catalogue, kinds):
    first, second, third = next(iter(kinds.values()))[:3].tolist()
    same = {"C": answer([first, second], [1]), "W": answer([first, second], [9])}
    assert w.one_space(same) == [["C", "W"]]
    assert w.one_space(same | {"A": answer([first, second], [1], 0.9)}) == [["C", "W"], ["A"]]
    assert w.shared_vectors(same) == {"C": "Same item vectors as W"}
    three = same | {"A": answer([third, first], [1])}
    assert w.shared_vectors(three | {"V": same["C"]}) == dict.fromkeys("CW", "Same item vectors as V")
    assert w.shared_vectors({"A": same["C"]}) == {}


def test_two_opinions_name_who_has_which(catalogue):
    kinds = [n.taken_for(answer([item], [1]).beside, catalogue) for item in range(len(catalogue))]
    other = next(item for item, kind in enumerate(kinds) if kind != kinds[0])
    answers = {"A": answer([0], [1]), "B": answer([other], [1]), "C": answer([0], [1], 0.9)}
    assert w.what_it_is(answers, catalogue) == f"{kinds[0]} under A and C; {kinds[other]} under B."


def test_it_is_said_as_what_it_is_recognised(catalogue, kinds):
    (kind, items), (other, others) = list(kinds.items())[:2]
    item = int(items[0])
    right, wrong = answer(items[1:3], [50, 3000]), answer(others[:2], [4000, 3000])
    assert w.recognised({"A": right, "B": right}, catalogue, item) == f"Recognised as {kind} by both variants."
    assert w.recognised({"A": right, "B": wrong}, catalogue, item) == f"Recognised as {kind} by 1 of 2 variants."
    assert w.recognised({"A": wrong}, catalogue, item) == f"Taken for {other} by A."
    assert w.recognised({"A": right, "B": right}, catalogue) == f"Taken for {kind} by both variants."
    assert w.recognised({"A": right, "B": wrong}, catalogue) == "", "the line below names both kinds"


def test_the_verdict_says_who_brings_it_into_how_many_lists():
    some, none = answer([0], [50, 3000]), answer([0], [4000, 3000])
    begin = "into the first 100 for 1 of 2 people"
    assert w.verdict({"A": some, "B": some}, short(2)) == f"A and B bring it {begin} each."
    assert w.verdict({"A": none, "B": some}, short(2)) == f"B brings it {begin}; A for nobody."
    assert w.verdict({"A": none}, short(2)) == "A does not bring it into anybody's first 100: none of 2 people."
    assert w.verdict({"A": none, "B": none}, short(2)) == (
        "None of these variants brings it into anybody's first 100: none of 2 people."
    )
    assert w.verdict({"A": answer([0], [0, 0])}, short(2)) == "Nobody has a history to go by."
    most, two = answer([0], [1] * 30), answer([0], [1] * 4 + [3000] * 26)
    assert w.verdict({"A": two, "B": most, "C": two, "D": answer([0], [3000] * 30)}, short(30)) == (
        "B brings it into the first 100 for 30 of 30 people, A and C for 4 each; D for nobody."
    )


@pytest.mark.parametrize("people", [1, 2, 20, 100])
def test_how_many_people_is_said_in_figures(people):
    found = answer([0], [50] * people + [3000] * (200 - people))
    assert w.verdict({"A": found}, short(200)) == f"A brings it into the first 100 for {people} of 200 people."


def test_a_catalogue_without_kinds_has_a_verdict_too(catalogue):
    from dataclasses import replace

    size = len(catalogue)
    bare = replace(catalogue, categories=np.full(size, NO_CATEGORY, object), finer=np.full(size, "", object))
    one, other = answer([0], [50]), answer([1], [50])
    assert w.verdict({"A": one}, short(1)) == "A brings it into the first 100 for 1 of 1 person."
    assert w.recognised({"A": one}, bare, 2) == ""
    assert w.what_it_is({"A": one, "B": other}, bare) == w.what_it_is({"A": one}, bare) == ""


def test_what_was_not_trained_is_no_variant(catalogue, kinds):
    (kind, items), (_, others) = list(kinds.items())[:2]
    item, right, wrong = int(items[0]), answer(items[1:3], [50]), answer(others[:2], [50])

    def said(**answers):
        return w.recognised(answers, catalogue, item, ["W"]).removesuffix(".")

    assert said(A=right, B=right, C=right, W=right) == (
        f"Recognised as {kind} by all 3 variants and W, the untrained text"
    )
    assert said(A=right, B=wrong, W=right) == f"Recognised as {kind} by 1 of 2 variants and W, the untrained text"
    assert said(A=right, B=right, W=wrong) == f"Recognised as {kind} by both variants"
    assert said(A=wrong, W=right) == f"Recognised as {kind} by W, the untrained text"
    assert said(A=right, W=right) == f"Recognised as {kind} by A and W, the untrained text"


def test_the_verdict_has_what_chance_gives():
    found = answer([0], [50] * 20 + [3000] * 180)
    assert w.verdict({"A": found}, np.full(200, 1000)).endswith("20 of 200 people. By chance: 20.")
    assert "chance" not in w.verdict({"A": found}, short(200))


def test_a_typical_place_is_said_of_everybody_and_of_later_buyers(catalogue):
    length, none = np.full(100, 4000), {}
    high, higher, middle, low = (answer([0], [place] * 100) for place in (1200, 900, 2000, 3000))
    assert w.typical_place({"A": high, "B": high, "W": middle}, length, none, ["W"]) == (
        "In a typical list both variants place it above the middle, yet in nobody's first 1,000; "
        "W places it about in the middle, yet in nobody's first 1,000."
    )
    buyers = {"A": np.full(27, 1199), "B": np.full(27, 500)}
    assert w.typical_place({"A": high, "B": higher}, length, buyers) == (
        "In a typical list both variants place it above the middle, B higher still for its 27 later buyers."
    )
    assert w.typical_place({"A": answer([0], [150] * 100), "B": high}, length, {"A": np.full(9, 20)}) == (
        "In a typical list A places it near the top, higher still for its 9 later buyers; "
        "B places it above the middle, yet in nobody's first 1,000."
    )
    few = {"A": np.full(9, 20), "B": np.full(9, 20)}
    assert "B places it above the middle, higher still for them, too" in w.typical_place(
        {"A": answer([0], [150] * 100), "B": high}, length, few
    )
    assert w.typical_place({"A": low}, length, {"A": np.array([10])}) == (
        "In a typical list A places it below the middle, higher for its one later buyer."
    )
    assert w.typical_place({"A": low}, short(100), none) == w.typical_place({"A": answer([0], [0])}, length, none) == ""
    assert "A, B and W place it above" in w.typical_place(
        {"A": high, "B": high, "C": low, "W": high}, length, none, ["W"]
    )
