"""A basket's lists against the command line's, search against plain Python, changes by hand."""

from dataclasses import replace

import numpy as np
import pytest

from learn.explore.catalogue import NO_CATEGORY, told_title
from learn.explore.lists import new_user as n
from learn.runs.suggestions import Suggestions
from tests import synthetic

BASKET = [14, 3, 40]


@pytest.mark.parametrize("name", ["learn-a", "learn-b", "learn-c", "without-align"])
def test_lists_are_those_of_the_command_line(recommenders, dataset, name):
    ids = [str(dataset.item_ids[item]) for item in BASKET]
    table = recommenders[name].run.recommend_for(ids, 8)
    found = n.recommend(recommenders[name], BASKET, 8)
    assert [dataset.item_ids[item] for item in found.items] == table["item_id"].tolist()
    np.testing.assert_allclose(found.scores, table["score"], atol=1e-3)
    assert not set(found.items) & set(BASKET)


def test_an_empty_basket_has_no_list(recommenders):
    assert len(n.recommend(recommenders["learn-a"], [], 5).items) == 0


def test_search_wants_every_word_and_puts_titles_and_popular_items_first(catalogue, split):
    counts = split.training_counts()
    found = n.search_items(catalogue, "NUMBER tea", counts, 100)
    said = [
        f"{catalogue.titles[i]} {catalogue.categories[i]} {catalogue.finer[i]} {catalogue.details[i]}".casefold()
        for i in range(len(catalogue))
    ]
    assert sorted(found) == [i for i, text in enumerate(said) if "number" in text and "tea" in text]
    assert (np.diff(counts[found]) <= 0).all()
    in_title = n.search_items(catalogue, "number", counts, 5)
    assert all("number" in catalogue.titles[item] for item in in_title)


def test_search_without_words_is_by_popularity_and_nonsense_finds_nothing(catalogue, split):
    counts = split.training_counts()
    assert counts[n.search_items(catalogue, "  ", counts, 3)].tolist() == sorted(counts)[::-1][:3]
    assert len(n.search_items(catalogue, "xyzzy [(*", counts, 3)) == 0


def test_search_finds_strangers_titles(catalogue, split):
    counts = split.training_counts()
    for title in synthetic.HOSTILE_TITLES[:4]:
        assert title in catalogue.titles[n.search_items(catalogue, title.split()[-1], counts, 60)]


def test_changes_are_told_by_rank():
    def listed(*items):
        return Suggestions(np.array(items, dtype=int), np.zeros(len(items)), True)

    change = n.what_changed(listed(1, 2, 3, 4), listed(3, 1, 9, 4))
    assert change.moves == {3: 2, 1: -1, 4: 0} and change.entered == [9] and change.left == [2]
    assert n.what_changed(listed(), listed(5)).entered == [5]


def test_the_lists_that_share_fewest_items_differ_most():
    def lists(*each):
        return [Suggestions(np.array(items), np.zeros(len(items), np.float32), live=True) for items in each]

    alike, apart, half = lists([1, 2], [2, 1]), lists([1, 2], [3, 4]), lists([1, 2], [2, 3])
    assert n.differ_most([alike, apart, half]) == 1 and n.differ_most([half, half]) == 0
    assert n.differ_most([[*alike, *apart], [*half, *half]]) == 0
    assert n.differ_most([[], []]) == 0


def test_suggested_baskets_are_of_kinds_whose_few_buyers_have_most_items_of_them(catalogue, split):
    history = split.history("test")
    available = np.ones(len(catalogue), dtype=bool)
    found = n.suggested_baskets(catalogue, history, available, most=2, size=2)
    each, baskets = {}, {}
    for kind in sorted(set(zip(catalogue.categories, catalogue.finer, strict=True))):
        own = [i for i in range(len(catalogue)) if (catalogue.categories[i], catalogue.finer[i]) == kind]
        buyers = [len(set(past.tolist()) & set(own)) for past in history]
        people = {i: sum(i in past for past in history) for i in own}
        share = sum(count > 0 for count in buyers) / sum(len(past) > 0 for past in history)
        if kind[1] and n.LEAST_SHARE <= share <= n.MOST_SHARE and sum(count > 0 for count in people.values()) >= 2:
            each[kind[1]] = max(each.get(kind[1], 0.0), sum(buyers) / sum(count > 0 for count in buyers))
            baskets[kind[1]] = sorted(own, key=lambda i: (-people[i], i))[:2][::-1]
    best = sorted(each, key=lambda name: -each[name])[:2]
    assert [each[name] for name in found] == pytest.approx([each[name] for name in best])
    assert len(found) == len(best) and all(found[name] == baskets[name] for name in found)


def test_what_cannot_be_had_is_suggested_to_nobody(catalogue, split):
    gone = np.zeros(len(catalogue), dtype=bool)
    assert n.suggested_baskets(catalogue, split.history("test"), gone) == {}


def test_items_of_a_kind_that_is_in_the_basket_are_told(catalogue):
    kinds = [catalogue.finer[item] or catalogue.categories[item] for item in range(len(catalogue))]
    other = next(item for item in range(len(catalogue)) if kinds[item] == kinds[14] and item != 14)
    basket = [14, 3, other]
    assert kinds[3] != kinds[14]
    found = n.kinds_in(catalogue, basket)
    names = sorted({kinds[item] for item in basket})
    assert found.places.tolist() == [names.index(kind) + 1 if kind in names else 0 for kind in kinds]
    assert found.sizes == [sum(kinds[item] == name for item in basket) for name in names] and found.unknown == 0
    assert found.names == list(names)
    assert sorted(found.sizes) == [1, 2] and (found.places == 0).any()
    empty = n.kinds_in(catalogue, [])
    assert not empty.places.any() and empty.sizes == [] and empty.unknown == 0


def test_items_without_a_category_are_of_no_kind(catalogue):
    categories, finer = catalogue.categories.copy(), catalogue.finer.copy()
    categories[:5], finer[:5] = NO_CATEGORY, ""
    found = n.kinds_in(replace(catalogue, categories=categories, finer=finer), [0, 1, 14])
    assert not found.places[:5].any() and found.places[14] == 1
    assert found.sizes == [1] and found.unknown == 2


@pytest.mark.parametrize(
    ("title", "finer", "told"),
    [
        ("Lean, 1 lb", "Beef", "Beef: lean, 1 lb"),
        ("Lean", "", "Meat: lean"),
        ("Bananas", "Tropical fruit", "Bananas"),
        ("Choice beef", "Beef", "Choice beef"),
    ],
)
def test_a_title_of_one_describing_word_comes_after_its_kind(catalogue, title, finer, told):
    titles, kinds, categories = catalogue.titles.copy(), catalogue.finer.copy(), catalogue.categories.copy()
    titles[3], kinds[3], categories[3] = title, finer, "Meat"
    named = replace(catalogue, titles=titles, finer=kinds, categories=categories)
    assert told_title(named, 3) == told
    categories[3], kinds[3] = NO_CATEGORY, ""
    assert told_title(named, 3) == title
