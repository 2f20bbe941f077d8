"""Whether a new item is like the catalogue, against plain cosines."""

import numpy as np
import pytest

from learn.explore.lists import likeness as k


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(8, 12))
    found = (centres[rng.integers(0, 8, 400)] + 0.2 * rng.normal(size=(400, 12))).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_the_catalogues_own_distribution_is_of_nearest_other_items(vectors):
    cosines = vectors.astype(float) @ vectors.T
    np.fill_diagonal(cosines, -2)
    known = k.catalogue_likeness(vectors)
    np.testing.assert_allclose(known.cosines, np.sort(cosines.max(axis=1)), atol=1e-6)
    marked = sum(known.is_unlike(float(one)) for one in cosines.max(axis=1))
    assert 0 < marked <= 0.025 * len(vectors)
    assert known.farther(1.01) == 1.0 and known.farther(-1.0) == 0.0


def test_a_vector_that_points_elsewhere_is_unlike_and_one_of_a_group_is_not(vectors):
    known = k.catalogue_likeness(vectors)
    elsewhere = -vectors.mean(axis=0)
    cosine = k.nearest_cosine(vectors, (elsewhere / np.linalg.norm(elsewhere)).astype(np.float32))
    assert known.is_unlike(cosine) and "all but" in known.sentence(cosine)
    assert k.nearest_cosine(vectors, vectors[3]) == pytest.approx(1.0, abs=1e-6)
    assert not known.is_unlike(1.0) and known.sentence(1.0).startswith("Like the catalogue")


def test_a_catalogue_of_one_item_judges_nothing():
    assert not k.catalogue_likeness(np.ones((1, 3), np.float32)).is_unlike(1.0)


def test_what_most_of_its_nearest_are_is_not_unlike_however_it_is_worded(vectors):
    known = k.catalogue_likeness(vectors)
    far = known.threshold - 0.1
    assert known.is_unlike(far, k.OF_KIND - 1) and not known.is_unlike(far, k.OF_KIND)
    assert "all but" in known.sentence(far, k.OF_KIND - 1)
    assert known.sentence(far, 7).startswith("A new one of a known kind: 7 of the 10")
    assert known.sentence(1.0, 7).startswith("Like the catalogue")


def test_the_nearest_items_of_the_given_category_are_counted(vectors):
    cosines = vectors.astype(float) @ vectors[5]
    nearest = np.argsort(-cosines, kind="stable")[: k.AMONG]
    categories = np.full(len(vectors), "Tea", dtype=object)
    categories[nearest[:3]] = "Grocery > Soap"
    assert k.same_category(vectors, vectors[5], categories, " grocery > soap ") == 3
    assert k.same_category(vectors, vectors[5], categories, "Tea") == k.AMONG - 3
    assert k.same_category(vectors, vectors[5], categories, "") == 0
    assert k.same_category(vectors, vectors[5], categories, "Engines") == 0
