"""The plane: alignment keeps distances, trust is what a loop counts, axes have one sense."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.explore.maps.layout import aligned, local_trust, near_count, near_on_map, principal_plane
from learn.explore.maps.neighbours import nearest


def distances(plane):
    return np.linalg.norm(plane[:, None] - plane[None], axis=2)


@given(st.integers(0, 1000), st.floats(-3, 3), st.booleans(), st.floats(0.1, 10))
@settings(max_examples=25)
def test_a_turned_mirrored_scaled_shifted_map_is_brought_back(seed, angle, mirror, factor):
    reference = aligned(np.random.default_rng(seed).normal(size=(30, 2)) * [3, 1])
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = reference @ rotation * ([1, -1] if mirror else [1, 1]) * factor + [5, -2]
    np.testing.assert_allclose(aligned(moved, reference), reference, atol=1e-4)


def test_alignment_changes_distances_by_one_factor_only():
    rng = np.random.default_rng(0)
    plane, reference = rng.normal(size=(20, 2)), rng.normal(size=(20, 2))
    found = aligned(plane, reference)
    ratio = distances(found)[np.triu_indices(20, 1)] / distances(plane)[np.triu_indices(20, 1)]
    assert ratio.std() < 1e-5 * ratio.mean()
    assert np.sqrt((found**2).sum(axis=1).mean()) == pytest.approx(1, abs=1e-5)


def test_principal_plane_is_the_first_two_components():
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(200, 4)) * [1, 9, 0.1, 4]
    plane = principal_plane(vectors)
    centred = vectors - vectors.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(plane), np.abs(left[:, :2] * values[:2]), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("nudge", [1e-12, -1e-12])
def test_the_sense_of_an_axis_does_not_hang_on_the_last_bits(nudge):
    """The first axis is (1, -1) / sqrt(2) but for rounding: which of its loadings is the largest is chance."""
    along = np.random.default_rng(5).normal(size=(50, 1))
    vectors = along * [1 + nudge, -1]
    np.testing.assert_allclose(principal_plane(vectors)[:, 0], (along - along.mean())[:, 0] * np.sqrt(2), atol=1e-9)


def test_trust_counts_true_neighbours_near_on_the_map():
    rng = np.random.default_rng(3)
    plane, neighbours = rng.normal(size=(90, 2)), np.array([rng.permutation(90)[:6] for _ in range(90)])
    near = near_count(90)
    for item, trusted in enumerate(local_trust(neighbours, plane, block=32)):
        order = [other for other in np.argsort(distances(plane)[item]) if other != item][:near]
        assert trusted == len(set(order) & set(neighbours[item]))
        assert set(near_on_map(plane, [item])[0]) == set(order)


def test_a_map_that_is_the_space_is_fully_trusted():
    angles = np.random.default_rng(4).uniform(0, 6.28, 80)
    vectors = np.column_stack([np.cos(angles), np.sin(angles)]).astype("f4")
    found, _ = nearest(vectors, 10)
    assert (local_trust(found, vectors) == 10).all()
