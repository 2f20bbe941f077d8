"""Overlap of neighbourhoods against sets; who changed most; an example that is true."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn.data.sequences import Sequences
from learn.explore.maps import moved
from learn.explore.maps.buyers import Buyers, much_bought
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import find_spaces, space_vectors
from learn.runs.run import Run
from tests import synthetic
from tests.explore.maps.test_item_maps import catalogue_of


@given(st.integers(0, 10_000), st.integers(1, 8))
def test_jaccard_is_that_of_sets(seed, k):
    rng = np.random.default_rng(seed)
    before, after = (np.array([rng.permutation(12)[:k] for _ in range(6)]) for _ in range(2))
    shared, overlap = moved.jaccard(before, after)
    for row in range(6):
        one, other = set(before[row]), set(after[row])
        assert shared[row] == len(one & other)
        assert overlap[row] == pytest.approx(len(one & other) / len(one | other))


@pytest.fixture(scope="module")
def near(workspace, dataset):
    spaces = find_spaces([Run(path) for path in workspace.run_paths(synthetic.NAME)])
    return [nearest(space_vectors(space, dataset), 10)[0] for space in spaces[::2]]


@pytest.fixture(scope="module")
def table(near, catalogue, split):
    return moved.moved_items(*near, np.arange(60), catalogue, split.training_counts())


def test_the_same_space_keeps_everything(near, catalogue, split):
    table = moved.moved_items(near[0], near[0], np.arange(60), catalogue, split.training_counts())
    assert (table[moved.OVERLAP] == 1).all() and (table[moved.SHARED] == 10).all()
    assert moved.find_example(near[0], near[0], table, catalogue) is None


def test_the_histogram_and_the_groups_count_every_item_once(table):
    histogram = moved.shared_histogram(table, 10)
    assert histogram["items"].sum() == 60 and histogram["share"].sum() == pytest.approx(1)
    assert histogram["items"].tolist() == [int((table[moved.SHARED] == n).sum()) for n in range(11)]
    for column in (moved.SLICE, moved.CATEGORY):
        groups = moved.overlap_by(table, column)
        assert groups["items"].sum() == 60
        for row in groups.to_dict("records"):
            assert row["overlap"] == pytest.approx(table[table[column] == row[column]][moved.OVERLAP].mean())
    assert moved.overlap_by(table, moved.SLICE)[moved.SLICE].tolist() == ["cold-start", "long-tail", "others"]


def test_most_and_least_changed(table):
    most, least = moved.most_changed(table, 7), moved.least_changed(table, 7)
    assert most[moved.OVERLAP].tolist() == sorted(table[moved.OVERLAP])[:7]
    assert least[moved.OVERLAP].tolist() == sorted(table[moved.OVERLAP], reverse=True)[:7]


def test_the_example_is_the_item_that_left_its_kind_for_another():
    # Eight teas and eight soaps that stay, and one much-bought tea that buyers put among the soaps.
    names = ["tea"] * 9 + ["soap"] * 9
    titles = np.array([f"{name} {number}" for number, name in enumerate(names)], dtype=object)
    catalogue = replace(catalogue_of(names), titles=titles)
    counts = np.full(18, 5)
    counts[[0, 4]] = 50
    kinds = np.array(names) == "soap"
    before = np.array(
        [[other for other in range(18) if other != i and kinds[other] == kinds[i]][:5] for i in range(18)]
    )
    after = before.copy()
    after[0] = [9, 10, 11, 12, 13]
    table = moved.moved_items(before, after, np.arange(18), catalogue, counts)
    found = moved.find_example(before, after, table, catalogue)
    assert found.item == 0 and found.shared == 0
    assert {names[item] for item in found.before} == {"tea"} and {names[item] for item in found.after} == {"soap"}
    assert set(found.before) <= set(before[0]) and set(found.after) <= set(after[0])
    soaps = Sequences(
        np.array([0, 9, 1, 10]), np.array([0, 2, 4])
    )  # two people, who have item 0 with a soap and tea 1 with one
    rows = much_bought(counts, np.arange(18), catalogue)

    def shares(sequences):
        return tuple(Buyers(sequences, 18).shared_with(rows, near[rows]) for near in (before, after))

    told = moved.find_example(before, after, table, catalogue, shares=shares(soaps))
    assert told.item == 0 and told.buyers[1] > told.buyers[0] == 0 and 0 < told.rising < 1
    teas = Sequences(np.array([0, 1, 9, 10]), np.array([0, 2, 4]))
    assert moved.find_example(before, after, table, catalogue, shares=shares(teas)) is None, (
        "it shares fewer buyers now"
    )


def test_the_commonest_category_of_neighbours_and_who_crossed():
    codes = np.array([0, 1, 1, 2, 2, 0])
    before = np.array([[1, 2, 3], [3, 4, 0], [0, 1, 3]])
    after = np.array([[3, 4, 1], [3, 4, 5], [3, 1, 5]])
    assert moved.commonest(before, codes).tolist() == [1, 2, 0]  # of equally common ones the smallest
    assert moved.crossed(before, after, codes).tolist() == [True, False, False]


@given(st.integers(0, 10_000), st.integers(1, 8))
def test_other_kinds_is_that_of_multisets(seed, k):
    rng = np.random.default_rng(seed)
    before, after = (np.array([rng.permutation(12)[:k] for _ in range(6)]) for _ in range(2))
    kinds = rng.integers(0, 4, 12)
    found = moved.other_kinds(before, after, kinds)
    for row in range(6):
        both = Counter(kinds[before[row]].tolist()) & Counter(kinds[after[row]].tolist())
        assert found[row] == k - both.total()


def test_of_equally_changed_items_those_among_other_kinds_come_first(table):
    most = moved.most_changed(table, 60)
    tied = most[most[moved.OVERLAP] == most[moved.OVERLAP].iloc[0]]
    assert len(tied) > 1 and tied[moved.OTHER_KIND].tolist() == sorted(tied[moved.OTHER_KIND], reverse=True)
