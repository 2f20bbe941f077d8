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
    agreed = n.what_it_is({"A": same, "B": same}, catalogue)
    assert agreed == f"{one}, under all 2 variants."
    assert n.what_it_is({"A": answer([], [1])}, catalogue) == "Nothing: there is no product that it could stand beside."


def test_two_opinions_name_who_has_which(catalogue):
    kinds = [n.taken_for(answer([item], [1]).beside, catalogue) for item in range(len(catalogue))]
    other = next(item for item, kind in enumerate(kinds) if kind != kinds[0])
    text = n.what_it_is({"A": answer([0], [1]), "B": answer([other], [1]), "C": answer([0], [1])}, catalogue)
    assert text == f"{kinds[0]} under A and C; {kinds[other]} under B."


def test_who_would_see_it_is_the_variant_with_most_people():
    few, many, none = answer([0], [3, 2000, 0]), answer([0], [90, 100, 101]), answer([0], [1001, 5000, 0])
    text = n.who_would_see_it({"A": few, "B": many, "C": none})
    assert text == (
        "Most people under B: 2 of 3 have it in the first 100 of their list. It stands highest under A: at place 3 "
        "of somebody's list. Under C it is in nobody's first 1,000."
    )
    assert n.who_would_see_it({"C": none}).startswith("Nobody: it is in nobody's first 1,000")
    assert n.who_would_see_it({"B": answer([0], [101, 4000])}).endswith(
        "of their list, the first of them at place 101."
    )
    assert n.reach(none.audience) == "in nobody's first 1,000"
    assert n.reach(few.audience) == "in the first 100 of 1 person · in the first 1,000 of 1 person"


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
