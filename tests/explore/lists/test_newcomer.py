"""What is said of one item under several variants, each sentence against the numbers that it was made of."""

import numpy as np

from learn.explore.lists import newcomer as n
from learn.explore.lists.audience import Audience
from learn.runs.suggestions import Suggestions


def answer(items, reach):
    ranks = np.sort([rank for rank in reach if rank])
    found = Suggestions(np.array(items), np.linspace(1, 0.5, len(items)), live=True)
    return n.Answer(found, Audience(np.arange(len(ranks)), ranks, [], np.array(reach)))


def test_an_answer_is_the_nearest_warm_items_and_the_audience(recommenders, phases, split):
    recommender, warm = recommenders["learn-b"], split.training_counts() > 0
    found = n.answer(recommender, recommender.items[5], phases[0], warm, 4, 3, 5)
    assert found.beside.items.tolist() == recommender.neighbours(recommender.items[5], 4, warm).items.tolist()
    assert len(found.audience.users) == len(found.audience.ranks) == 3


def test_what_it_is_taken_for_is_the_kind_of_most_neighbours(catalogue):
    kinds = {kind: np.flatnonzero(catalogue.finer == kind) for kind in np.unique(catalogue.finer) if kind}
    one, other = sorted(kinds, key=lambda kind: -len(kinds[kind]))[:2]
    mixed = [kinds[other][0], kinds[one][0], kinds[one][1]]
    assert n.taken_for(answer(mixed, [1]).beside, catalogue) == one
    same = answer(kinds[one][:2], [1])
    category = catalogue.categories[kinds[one][0]]
    said = f"{one} ({category})" if set(catalogue.categories[kinds[one][:2]]) == {category} != {one} else one
    assert (
        n.what_it_is({"A": same, "B": same}, catalogue) == f"{said}, under all 2 variants: beside the same 2 products."
    )
    assert n.what_it_is({"A": answer([], [1])}, catalogue) == "Nothing: there is no product that it could stand beside."


def test_where_all_agree_it_is_said_how_alike_the_neighbours_are(catalogue):
    kinds = {kind: np.flatnonzero(catalogue.finer == kind) for kind in np.unique(catalogue.finer) if kind}
    first, second, third = max(kinds.values(), key=len)[:3].tolist()

    def said(*lists):
        return n.what_it_is({str(place): answer(items, [1]) for place, items in enumerate(lists)}, catalogue)

    title = catalogue.titles[first]
    assert said([first], [first]).endswith(f"under all 2 variants: beside “{title}”.")
    assert said([first, second], [second, first]).endswith(": beside the same 2 products.")
    nearest = f": “{title}” is nearest under each, 1 of 2 neighbours is the same."
    assert said([first, second], [first, third]).endswith(nearest)
    assert said([first, second], [third, first]).endswith(": 1 of 2 neighbours is the same.")
    assert said([first], [second]).endswith(": none of 1 neighbours are the same.")
    assert said([first]).endswith(" under 0.")


def test_two_opinions_name_who_has_which(catalogue):
    kinds = [n.taken_for(answer([item], [1]).beside, catalogue) for item in range(len(catalogue))]
    other = next(item for item, kind in enumerate(kinds) if kind != kinds[0])
    text = n.what_it_is({"A": answer([0], [1]), "B": answer([other], [1]), "C": answer([0], [1])}, catalogue)
    assert text == f"{kinds[0]} under A and C; {kinds[other]} under B."


def test_who_would_see_it_is_how_many_at_best():
    few, many, none = answer([0], [3, 2000, 0]), answer([0], [90, 100, 101]), answer([0], [1001, 5000, 0])
    text = n.who_would_see_it({"A": few, "B": many, "C": none})
    assert text == (
        "Most people: at best 2 of 3 have it in their first 100 (B). It stands highest under A: at place 3 of "
        "somebody's list. Under C it is in nobody's first 1,000."
    )
    assert n.who_would_see_it({"C": none}).startswith("Nobody: it is in nobody's first 1,000")
    assert n.who_would_see_it({"B": answer([0], [101, 4000])}) == (
        "Nobody in their first 100; 1 of 2 has it in their first 1,000, the first of them at place 101."
    )
    for people, words in ((1, "Almost nobody"), (2, "Few people"), (20, "Many people"), (100, "Most people")):
        found = answer([0], [50] * people + [3000] * (200 - people))
        assert n.who_would_see_it({"A": found, "B": none}).startswith(f"{words}: at best {people} of 200 ha")
    assert n.reach(none.audience) == "in nobody's first 1,000"
    assert n.reach(few.audience) == "1 person has it in their first 100, 1 in their first 1,000"
    assert n.reach(many.audience) == "2 people have it in their first 100, 3 in their first 1,000"


def test_a_variant_that_places_an_item_alike_for_everybody_is_named():
    alike = answer([0], [*range(101, 201), 5000, 0])
    other = answer([0], range(1, 9001, 90))
    words = "A places it alike for everybody: for nine in ten at 106 to 196."
    assert n.alike_for_all({"A": alike, "B": other}, 2000) == words
    assert n.alike_for_all({"A": alike, "B": alike}, 2000) == (
        "A and B place it alike for everybody: for nine in ten at 106 to 196 and 106 to 196."
    )
    assert n.alike_for_all({"A": alike}, 1000) == "", "90 places are more than a twentieth of 1,000"
    assert n.alike_for_all({"A": answer([0], [5] * 29)}, 2000) == "", "of few people nothing is claimed"
    high = answer([0], range(10, 110))
    assert n.alike_for_all({"A": high}, 20_000) == "", "place 14 and place 104 are not alike, however long the list is"


def test_a_change_says_what_is_new_and_where_its_best_place_went():
    before, after = answer([1, 2, 3], [40, 7]), answer([3, 4, 5], [2, 120])
    one = n.change(before, after)
    assert one == n.Change(frozenset({4, 5}), (7, 2), (2, 1))
    text = n.what_changed({"A": one, "B": n.change(before, before)}, 3)
    assert text == (
        "The new text matters most under A: 2 of the 3 items beside it are others, and its best place in anybody's "
        "list went from 7 to 2; B keeps all of them."
    )
    assert "same items" in n.what_changed({"B": n.change(before, before)}, 3)
