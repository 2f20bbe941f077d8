"""Typed text is placed beside what it means the same as; what reads as an item does is left as it is."""

from __future__ import annotations

import numpy as np
import pytest

from learn.pal.preprocessing import ContentPreprocessing
from learn.retrieval.exact import ExactIndex
from learn.runs.anchors import NEAREST, SHARE, TEMPERATURE, Anchors, anchors_of
from learn.runs.vectors import normalise

WIDTH = 8


@pytest.fixture
def anchors():
    """Forty items; the last half of the dimensions holds how a text is written, which the scale leaves out."""
    content = np.random.default_rng(0).normal(size=(40, WIDTH)).astype(np.float32)
    scale = ContentPreprocessing(
        np.zeros(WIDTH, np.float32), scale=np.repeat([1.0, 0.0], WIDTH // 2).astype(np.float32)
    )
    return Anchors(scale, content, ExactIndex(normalise(scale.apply(content)).astype(np.float32)))


def test_a_text_becomes_mostly_the_weighted_mean_of_its_nearest(anchors):
    typed = np.random.default_rng(1).normal(size=(3, WIDTH)).astype(np.float32)
    placed = anchors.place(typed)
    meaning = normalise(anchors.scale.apply(anchors.content))
    for text, got in zip(typed, placed, strict=True):
        cosines = meaning @ normalise(anchors.scale.apply(text[None]))[0]
        nearest = np.argsort(-cosines)[:NEAREST]
        weights = np.exp(cosines[nearest] / TEMPERATURE)
        mean = (weights / weights.sum()) @ anchors.content[nearest]
        np.testing.assert_allclose(got, (1 - SHARE) * text + SHARE * mean, atol=1e-5)


def test_how_it_is_written_does_not_choose_the_nearest(anchors):
    typed = np.random.default_rng(2).normal(size=(1, WIDTH)).astype(np.float32)
    shouted = typed.copy()
    shouted[:, WIDTH // 2 :] += 100
    moved = anchors.place(shouted) - anchors.place(typed)
    np.testing.assert_allclose(moved[0], (1 - SHARE) * (shouted - typed)[0], atol=1e-4)


def test_an_items_own_text_is_left_as_it_is(anchors):
    np.testing.assert_array_equal(anchors.place(anchors.content[[4, 7]]), anchors.content[[4, 7]])
    assert not np.allclose(anchors.without(np.array([4])).place(anchors.content[[4]]), anchors.content[[4]])


def test_a_trained_run_has_them_and_runs_of_one_catalogue_share_them(recommenders, dataset):
    both = [recommenders[name].anchors for name in ("learn-a", "learn-b")]
    assert both[0] is not None and both[0] is both[1]
    recommender = recommenders["learn-b"]
    typed = recommender.content[[3]] + np.float32(0.2)
    placed = recommender.embed_new_items(both[0].place(typed), as_written=True)
    np.testing.assert_array_equal(recommender.embed_new_items(typed), placed)
    assert not np.array_equal(recommender.embed_new_items(typed, as_written=True), placed)


def test_without_reworded_items_in_the_store_text_is_read_as_it_is(recommenders, dataset, monkeypatch):
    monkeypatch.setattr("learn.runs.anchors._made", {})
    monkeypatch.setattr("learn.cex.store.ContentStore.holds", lambda store, prompts: False)
    recommender = recommenders["learn-a"]
    assert anchors_of(recommender.run, dataset, lambda: recommender.content) is None
