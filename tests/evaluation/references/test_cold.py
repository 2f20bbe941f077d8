"""References for items that nobody bought yet, by hand."""

import numpy as np
import pytest

from learn.data.sequences import Sequences
from learn.evaluation.references.base import CannotFit, Known, known_only
from learn.evaluation.references.cold import fit_category_popularity, fit_text_knn
from learn.evaluation.references.counts import fit_popularity

EVENTS = Sequences(np.array([0, 1, 2, 0], np.int32), np.array([0, 3, 4]))
CONTENT = np.array([[3.0, 0.0], [0.0, 2.0], [1.0, 1.0], [5.0, 5.0]], np.float32)


def test_text_knn_is_the_cosine_of_the_mean_text():
    score = fit_text_knn(Known(EVENTS, 4, CONTENT), "raw")(EVENTS, 0, 2)
    half = 2**-0.5
    mean = np.array([1 + half, 1 + half])
    mean /= np.linalg.norm(mean)
    assert score[0] == pytest.approx([mean[0], mean[1], 1.0, 1.0], abs=1e-6)
    assert score[1] == pytest.approx([1.0, 0.0, half, half], abs=1e-6)


def test_text_knn_standardises_by_what_was_met():
    met = CONTENT[:3]
    rows = (CONTENT - met.mean(axis=0)) / met.std(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    score = fit_text_knn(Known(EVENTS, 4, CONTENT))(EVENTS, 1, 2)
    assert score[0] == pytest.approx(rows @ rows[0], abs=1e-5)


def test_the_category_is_shared_out_among_its_items():
    groups = np.array([[0, 0], [0, 1], [1, 2], [0, 0]])
    score = fit_category_popularity(Known(EVENTS, 4, groups=groups), "fine", 2.0)(EVENTS, 1, 2)
    shares = np.array([1 + 2 * 0.5, 2 * 0.25, 2 * 0.25]) / 3
    assert score[0] == pytest.approx([shares[0] / 2, shares[1], shares[2], shares[0] / 2])


def test_without_texts_or_categories_they_say_so():
    with pytest.raises(CannotFit, match="Text kNN reads content embeddings"):
        fit_text_knn(Known(EVENTS, 4))
    with pytest.raises(CannotFit, match="needs categories"):
        fit_category_popularity(Known(EVENTS, 4, groups=np.zeros((4, 2), np.int64)))


def test_what_counts_shows_no_item_that_nobody_bought():
    known = Known(EVENTS, 4)
    assert known_only(fit_popularity(known), known)(EVENTS, 0, 1).tolist() == [[2.0, 1.0, 1.0, -np.inf]]
