"""The fusion module begins at the Run's cosine, learns its task, and tells a ranker nothing that it was trained on."""

import numpy as np
import pytest
import torch

from learn.ranking.config import FusionConfig
from learn.ranking.fusion import FusionModule, fit_fusion, fuse
from learn.ranking.metrics import auc
from learn.ranking.vectors import ImpressionVectors

QUICK = FusionConfig(hidden_size=16, epochs=6, batch_size=128)


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def world():
    """40 users and 30 items of 12 dimensions, of which conversions care for the first two only."""
    rng = np.random.default_rng(0)
    people, things = unit(rng.normal(size=(40, 12))), unit(rng.normal(size=(30, 12)))
    users, items = rng.integers(0, 40, 4000), rng.integers(0, 30, 4000)
    vectors = ImpressionVectors(people[users], things[items], rng.normal(size=4000).astype(np.float32))
    chance = 1 / (1 + np.exp(-12 * (vectors.users[:, :2] * vectors.items[:, :2]).sum(axis=1)))
    labels = (rng.random(4000) < chance).astype(np.uint8)
    part = np.arange(4000) // 2000  # train, then later
    return vectors, users, labels, part == 0, part == 1


@pytest.mark.parametrize("heads", [1, 5, 12])
def test_begins_at_the_cosine(world, heads):
    vectors = world[0]
    module = FusionModule(12, FusionConfig(heads=heads)).eval()
    matches = module.matches(torch.as_tensor(vectors.users), torch.as_tensor(vectors.items))
    assert matches.shape == (4000, heads)
    assert matches.sum(dim=1).detach().numpy() == pytest.approx(vectors.cosines, abs=1e-5)


def test_learns_what_converts(world):
    vectors, _, labels, train, later = world
    module = fit_fusion(vectors, labels, train, later, QUICK, seed=0)
    tensors = (torch.as_tensor(part) for part in (vectors.users, vectors.items, vectors.priors))
    with torch.inference_mode():
        logits = module(*tensors).numpy()
    assert auc(labels[later], logits[later]) > auc(labels[later], vectors.cosines[later]) + 0.02


def test_the_same_seed_gives_the_same_features(world):
    vectors, users, labels, train, later = world
    one, same, other = (fuse(vectors, users, labels, train, later, QUICK, seed) for seed in (0, 0, 1))
    assert all((one[name] == same[name]).all() for name in one)
    assert any((one[name] != other[name]).any() for name in one)


def test_the_features_of_a_training_impression_have_not_seen_its_users_labels(world):
    vectors, users, labels, train, later = world
    changed = labels.copy()
    mine = train & (users == 7)
    changed[mine] = 1 - changed[mine]
    before, after = (fuse(vectors, users, given, train, later, QUICK, 0)["match"] for given in (labels, changed))
    assert (before[mine] == after[mine]).all(), "user 7's labels reached user 7's features"
    assert (before[train & ~mine] != after[train & ~mine]).any(), "but they do train the others'"


def test_noise_learned_by_heart_does_not_look_like_a_feature(world):
    """Labels drawn at random: what is in the features of the training rows must be worth nothing there either."""
    vectors, users, _, train, later = world
    noise = np.random.default_rng(5).integers(0, 2, 4000).astype(np.uint8)
    config = FusionConfig(hidden_size=64, dropout=0.0, weight_decay=0.0, epochs=12, batch_size=64)
    inside = fit_fusion(vectors, noise, train, train, config, seed=0)
    with torch.inference_mode():
        by_heart = inside.matches(torch.as_tensor(vectors.users), torch.as_tensor(vectors.items)).sum(dim=1).numpy()
    fused = fuse(vectors, users, noise, train, later, config, seed=0)["match"]
    assert auc(noise[train], by_heart[train]) > 0.6
    assert auc(noise[train], fused[train]) < 0.55
