"""The product that tells most is found by a rule: among its own kind before, among what is bought with it now."""

import numpy as np
import pytest

from learn.explore.catalogue import read_catalogue
from learn.explore.maps import telling
from learn.explore.maps.buyers import shared_buyers
from learn.explore.maps.moved import changed_scores
from tests import synthetic


def test_scores_by_hand():
    own, before = np.array([0, 0]), np.array([[0, 0], [0, 1]])
    scores, together = changed_scores(own, before, np.array([[1, 1], [1, 2]]))
    assert scores.tolist() == [1.0, 0.25] and together.tolist() == [[2, 2], [1, 1]]
    assert changed_scores(own, before, np.array([[0, 0], [0, 0]]))[0].tolist() == [0, 0]


@pytest.fixture
def workspace(tmp_path):
    return synthetic.make_synthetic_workspace(tmp_path / "workspace")


def test_where_nothing_changed_no_product_is_told_of(workspace):
    from learn.data.stored import open_dataset

    dataset = open_dataset(workspace, synthetic.NAME)
    vectors = np.random.default_rng(0).normal(size=(dataset.n_items, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert telling.telling_item(vectors, vectors, dataset.split, read_catalogue(dataset)) is None


def test_the_product_told_of_shares_more_buyers_with_its_new_neighbours(workspace):
    from learn.data.stored import open_dataset

    dataset = open_dataset(workspace, synthetic.NAME)
    catalogue, train = read_catalogue(dataset), dataset.split.train()
    bought = np.zeros((dataset.n_items, len(train)))
    bought[train.items, train.users] = 1
    kinds = np.unique(catalogue.categories, return_inverse=True)[1]
    text = np.eye(kinds.max() + 1)[kinds] + 0.01 * np.random.default_rng(1).normal(size=(len(kinds), kinds.max() + 1))
    spaces = [one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-9) for one in (text, bought + 1e-6)]
    found = telling.telling_item(*spaces, dataset.split, catalogue)
    assert found is not None and not {found.item} & {*found.before, *found.after}
    pairs = [np.array([[found.item, other] for other in near]) for near in (found.before, found.after)]
    before, after = (shared_buyers(pair, train, dataset.n_items).mean() for pair in pairs)
    assert after > before
    assert 0 < found.shared[1] < found.shared[0], "this one rises, all of them together do not"


@pytest.mark.parametrize(
    ("shared", "said", "figures"),
    [
        ((0.104, 0.098), "fewer", "10.4% before training, 9.8% after it"),
        ((0.1, 0.2), "more", "10.0% before training, 20.0% after it"),
        ((0.1, 0.1001), "as many", "10.0% both times"),
    ],
)
def test_the_good_case_is_said_to_be_one(shared, said, figures):
    found = telling.Telling(0, [1], [2], 0.4, shared)
    assert found.beside_others == f"A good case: on average, neighbours share {said} buyers after training."
    assert f"the much-bought items: {figures}. They rise for 40% of these items." in found.in_figures
