"""Maps in one frame: repeatable, groups together, and an item that did not change stays where it was."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from learn.explore.maps.groups import group_means, item_groups, profile_change, profiles
from learn.explore.maps.joint import JointSpace, draw_jointly, joint_base, scaled_centres, tie_weights
from learn.explore.maps.layout import near_on_map
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.quality import map_quality, move_quality
from tests.explore.maps.test_item_maps import catalogue_of

KINDS = np.repeat(np.arange(12), 40)
MOVED = np.arange(0, 480, 10)
"""Items that go over to another group in the second space."""


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype("f4")


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(12, 10))
    noise = rng.normal(0, 0.35, (480, 10))
    after = KINDS.copy()
    after[MOVED] = (after[MOVED] + 5) % 12
    return unit(centres[KINDS] + noise), unit(centres[after] + noise)


@pytest.fixture(scope="module")
def drawn(vectors):
    spaces = {name: JointSpace(rows, *nearest(rows, 15)) for name, rows in zip("xy", vectors, strict=True)}
    base = joint_base(list(vectors), 0)
    return spaces, base, draw_jointly(spaces, base, KINDS, 0)


def test_the_same_again(vectors, drawn):
    spaces, base, planes = drawn
    np.testing.assert_array_equal(joint_base(list(vectors), 0), base)
    again = draw_jointly(spaces, base, KINDS, 0)
    for name in "xy":
        np.testing.assert_array_equal(again[name], planes[name])


def test_groups_stand_together_and_only_what_changed_moved(drawn):
    spaces, _, planes = drawn
    closest = near_on_map(planes["x"])[:, :5]
    assert (KINDS[closest] == KINDS[:, None]).mean() > 0.9
    way = np.linalg.norm(planes["y"] - planes["x"], axis=1)
    stayed = np.setdiff1d(np.arange(480), MOVED)
    assert np.median(way[MOVED]) > 5 * np.median(way[stayed])
    pair = tuple(spaces.values())
    found = move_quality(
        tuple(planes.values()), tuple(one.vectors for one in pair), tuple(one.neighbours for one in pair), KINDS
    )
    assert found.change > 0.3 and found.lost > 0 and found.median < 0.5


def test_a_map_that_stands_does_not_move(drawn):
    spaces, base, planes = drawn
    fixed = spaces["x"].__class__(spaces["x"].vectors, spaces["x"].neighbours, spaces["x"].cosines, planes["x"])
    before = planes["x"].copy()
    later = draw_jointly({"x": fixed, "y": spaces["y"]}, base, KINDS, 0)
    assert list(later) == ["y"]
    np.testing.assert_array_equal(planes["x"], before)
    way = np.linalg.norm(later["y"] - planes["x"], axis=1)
    assert np.median(way[MOVED]) > 5 * np.median(np.delete(way, MOVED))


def test_far_groups_lie_far_apart(vectors, drawn):
    spaces, base, planes = drawn
    centres = group_means(vectors[0], KINDS)
    targets = scaled_centres(vectors[0], KINDS, base)
    upper = np.triu_indices(12, 1)

    def distances(points):
        return np.linalg.norm(points[:, None] - points[None], axis=2)[upper]

    assert spearmanr(distances(centres), distances(targets))[0] > 0.6
    quality = map_quality(
        planes["x"],
        np.arange(480),
        vectors[0],
        spaces["x"].neighbours,
        KINDS,
        catalogue_of(KINDS.astype(str)),
    )
    by_hand = spearmanr(distances(centres), distances(group_means(planes["x"], KINDS)))[0]
    assert quality.far_groups == pytest.approx(by_hand) and by_hand > 0.4
    assert quality.same_category > 0.9 and 0.1 < quality.kept <= 1


def test_profiles_are_spearman_correlations(vectors):
    change = profile_change(profiles(vectors[0], KINDS), profiles(vectors[1], KINDS))
    centres = [unit(group_means(part, KINDS)) for part in vectors]
    for item in (0, 7, 13):
        expected = spearmanr(centres[0] @ vectors[0][item], centres[1] @ vectors[1][item])[0]
        assert change[item] == pytest.approx(1 - expected, abs=1e-4)


def test_ties_are_strong_where_nothing_changes(drawn):
    spaces, _, _ = drawn
    weights = tie_weights(spaces["x"], spaces["y"], KINDS)[:, 0]
    assert weights.min() >= 0 and weights.max() <= 1
    assert weights[MOVED].max() < np.median(weights)


def test_groups_are_the_finest_categories_or_clusters(vectors):
    catalogue = catalogue_of([f"kind {kind}" for kind in KINDS])
    groups = item_groups(catalogue, np.arange(480), vectors[0])
    assert [len(set(groups[kind == KINDS])) for kind in range(12)] == [1] * 12 and groups.max() == 11
    few = item_groups(catalogue_of(["no category"] * 480), np.arange(480), vectors[0])
    assert few.min() >= 0 and few.max() + 1 == 24
    assert (item_groups(catalogue_of(["a"] * 30), np.arange(30), vectors[0][:30]) == -1).all()


@pytest.mark.parametrize("n", [1, 3, 4, 7])
def test_a_handful_of_items_can_be_drawn(n):
    rows = unit(np.random.default_rng(1).normal(size=(n, 4)))
    spaces = {name: JointSpace(rows, *nearest(rows, 15)) for name in "xy"}
    planes = draw_jointly(spaces, joint_base([rows, rows], 0), np.full(n, -1), 0)
    assert all(plane.shape == (n, 2) and np.isfinite(plane).all() for plane in planes.values())
