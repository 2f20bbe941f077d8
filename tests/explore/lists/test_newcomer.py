"""One item under a variant, and what another text changes, against the numbers that it was made of."""

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
