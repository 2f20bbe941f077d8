"""EASE, L3AE and SVD against what their definitions say, column by column and by NumPy."""

import numpy as np
import pytest

from learn.data.recency import recency
from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.evaluation.references import Known, svd
from learn.evaluation.references import inverse as inverses
from learn.evaluation.references.base import ITEMS, CannotFit, profiles, user_item
from learn.evaluation.references.ease import fit_ease, fit_l3ae
from learn.evaluation.references.svd import fit_svd

LAMBDA, MU, TEXT = 2.0, 3.0, 0.7


def events(users, items, seed=0):
    rng = np.random.default_rng(seed)
    rows = [rng.choice(items, rng.integers(2, 6), replace=False) for _ in range(users)]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return Sequences(np.concatenate(rows).astype(np.int32), offsets.astype(np.int64))


def best_map(gram, wanted, strength, prior=None):
    """The map under the penalties with a diagonal of 0: each column solved with its own row taken out."""
    found = np.zeros_like(gram)
    for column in range(len(gram)):
        rest = np.delete(np.arange(len(gram)), column)
        left = gram[np.ix_(rest, rest)] + strength * np.eye(len(rest))
        found[rest, column] = np.linalg.solve(left, wanted[rest, column])
    return found


@pytest.fixture(params=[(30, 8), (7, 20)], ids=["more users", "more items"])
def known(request):
    users, items = request.param
    content = np.random.default_rng(1).normal(2.0, 1.0, (items, 4)).astype(np.float32)
    return Known(events(users, items), items, content)


def scores_of(scorer, known):
    return scorer(known.events, 0, len(known.events))


def test_ease_is_the_best_map_that_may_not_copy(known):
    owned = user_item(known.events, known.n_items).toarray().astype(np.float64)
    gram = owned.T @ owned
    expected = owned @ best_map(gram, gram, LAMBDA)
    np.testing.assert_allclose(scores_of(fit_ease(known, LAMBDA), known), expected, rtol=1e-3, atol=1e-4)


def test_l3ae_is_the_best_map_that_may_not_copy_and_is_drawn_to_the_texts(known):
    owned = user_item(known.events, known.n_items).toarray().astype(np.float64)
    seen = owned.any(axis=0)
    rows = known.content - known.content[seen].mean(axis=0)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    texts = rows @ rows.T
    prior = best_map(texts, texts, TEXT)
    gram = owned.T @ owned
    expected = owned @ best_map(gram, gram + MU * prior, LAMBDA + MU)
    found = scores_of(fit_l3ae(known, LAMBDA, MU, TEXT), known)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    assert np.abs(found - scores_of(fit_ease(known, LAMBDA), known)).max() > 0.01, "texts say something"


def test_without_belief_in_the_texts_l3ae_is_ease(known):
    np.testing.assert_allclose(
        scores_of(fit_l3ae(known, LAMBDA, 0.0, TEXT), known), scores_of(fit_ease(known, LAMBDA), known), atol=1e-5
    )


def test_either_side_of_the_matrix_gives_the_same_inverse():
    owned = user_item(events(12, 9), 9)
    expected = np.linalg.inv((owned.T @ owned).toarray() + LAMBDA * np.eye(9))
    unit = np.eye(9, dtype=np.float32)
    gram = (owned.T @ owned).toarray()
    for made in (inverses.DenseInverse(gram, LAMBDA), inverses.LowRankInverse(owned, LAMBDA)):
        np.testing.assert_allclose(made.times(unit), expected, atol=1e-5)
        np.testing.assert_allclose(made.diagonal(), expected.diagonal(), atol=1e-5)


def test_what_would_not_fit_into_memory_is_refused(monkeypatch):
    monkeypatch.setattr(inverses, "MOST", 8)
    with pytest.raises(CannotFit, match=r"a matrix of 9 by 9 numbers here \(12 users, 9 items\); 8 is what fits"):
        fit_ease(Known(events(12, 9), 9), LAMBDA)
    monkeypatch.setattr(inverses, "MOST", 9)
    assert scores_of(fit_ease(Known(events(12, 9), 9), LAMBDA), Known(events(12, 9), 9)).shape == (12, 9)


def test_l3ae_without_texts_is_refused():
    with pytest.raises(CannotFit, match="L3AE reads content embeddings"):
        fit_l3ae(Known(events(12, 9), 9))


def test_svd_keeps_the_largest_directions(known):
    owned = user_item(known.events, known.n_items).toarray().astype(np.float64)
    left, values, right = np.linalg.svd(owned, full_matrices=False)
    expected = (left[:, :3] * values[:3]) @ right[:3]
    np.testing.assert_allclose(scores_of(fit_svd(known, 3), known), expected, atol=1e-4)


def test_svd_divides_items_by_a_power_of_their_users_first(known):
    owned = user_item(known.events, known.n_items).toarray().astype(np.float64)
    scale = np.sqrt(np.maximum(owned.sum(axis=0), 1.0))
    _, _, right = np.linalg.svd(owned / scale, full_matrices=False)
    expected = (owned / scale) @ right[:3].T @ right[:3] * scale
    np.testing.assert_allclose(scores_of(fit_svd(known, 3, power=0.5), known), expected, atol=1e-4)


@pytest.mark.parametrize("small", [0, 3_000], ids=["svds", "eigh"])
def test_directions_are_the_same_by_either_way(monkeypatch, small):
    monkeypatch.setattr(svd, "SMALL", small)
    owned = user_item(events(7, 20), 20)
    found = svd.directions(owned, 3)
    _, _, right = np.linalg.svd(owned.toarray())
    np.testing.assert_allclose(np.abs(found), np.abs(right[:3].T), atol=1e-4)


def test_a_profile_counts_every_event_or_an_item_once_by_its_last():
    history = Sequences(np.array([3, 1, 3, 1, 1, 2], np.int32), np.array([0, 3, 6]))
    each = profiles(history, 0, 2, 4, None).toarray()
    once = profiles(history, 0, 2, 4, None, ITEMS).toarray()
    np.testing.assert_array_equal(each, [[0, 1, 0, 2], [0, 2, 1, 0]])
    np.testing.assert_array_equal(once, [[0, 1, 0, 1], [0, 1, 1, 0]])
    np.testing.assert_allclose(
        profiles(history, 0, 2, 4, (1.0, "events"), ITEMS).toarray(), [[0, 0.5, 0, 1], [0, 0.5, 1, 0]]
    )
    np.testing.assert_array_equal(profiles(history, 1, 2, 4, None, ITEMS).toarray(), once[1:])
    with pytest.raises(LearnError, match="cannot count 'baskets'"):
        profiles(history, 0, 1, 4, None, "baskets")


def test_recency_halves_by_events_or_by_days():
    times = (np.array([0, 2, 6, 5, 5]) * 86_400e9).astype(np.int64)
    some = Sequences(np.arange(5, dtype=np.int32), np.array([0, 3, 5]), times)
    np.testing.assert_allclose(recency(some, (1.0, "events")), [0.25, 0.5, 1, 0.5, 1])
    np.testing.assert_allclose(recency(some, (2.0, "days")), [0.125, 0.25, 1, 1, 1])
    np.testing.assert_allclose(recency(some, None), np.ones(5))
