"""AUC by user against hand-worked cases and scikit-learn; placements against loops."""

import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from learn.ranking.metrics import auc, calibration, log_losses, placements, user_auc
from learn.ranking.replay import captured


def test_hand_worked():
    users = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 3])
    labels = np.array([1, 0, 0, 1, 0, 1, 0, 1, 1, 0])
    scores = np.array([0.9, 0.1, 0.9, 0.2, 0.3, 0.8, 0.1, 0.5, 0.4, 0.7])
    found = user_auc(users, labels, scores)
    # user 0: one pair won, one tied: 1.5 of 2; user 1: .2 beats .1, .8 beats both: 3 of 4; 2 and 3 have one class only
    assert found.users.tolist() == [0, 1] and found.auc.tolist() == [0.75, 0.75]
    assert found.impressions.tolist() == [3, 4] and found.left_out == 2


def test_uauc_and_wuauc_differ_by_the_weights():
    found = user_auc(
        np.array([0, 0, 1, 1, 1, 1]), np.array([1, 0, 1, 0, 0, 0]), np.array([0.9, 0.1, 0.1, 0.9, 0.8, 0.7])
    )
    assert found.uauc == pytest.approx(0.5) and found.wuauc == pytest.approx(2 / 6)


def test_against_scikit_learn_per_user_and_over_all():
    rng = np.random.default_rng(0)
    users, labels = rng.integers(0, 30, 2000), rng.integers(0, 2, 2000)
    scores = np.round(rng.normal(labels, 2.0), 1)  # rounded: many ties
    found = user_auc(users, labels, scores)
    for user, value in zip(found.users, found.auc, strict=True):
        mine = users == user
        assert value == pytest.approx(roc_auc_score(labels[mine], scores[mine]))
    assert auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    probabilities = 1 / (1 + np.exp(-scores))
    assert log_losses(labels, probabilities).mean() == pytest.approx(log_loss(labels, probabilities), abs=1e-6)


def test_one_class_has_no_auc():
    assert np.isnan(auc(np.ones(3), np.arange(3.0)))
    assert np.isnan(placements(np.ones(3), np.arange(3.0))).all()
    nobody = user_auc(np.zeros(0, int), np.zeros(0, int), np.zeros(0))
    assert np.isnan(nobody.uauc) and np.isnan(nobody.wuauc) and nobody.left_out == 0


def test_placements_by_loops():
    rng = np.random.default_rng(1)
    labels, scores = rng.integers(0, 2, 120), np.round(rng.normal(size=120), 1)
    found = placements(labels, scores)
    for row in range(120):
        others = scores[labels != labels[row]]
        above = np.mean(others < scores[row]) + np.mean(others == scores[row]) / 2
        assert found[row] == pytest.approx(above if labels[row] else 1 - above)
    for label in (0, 1):
        assert found[labels == label].mean() == pytest.approx(roc_auc_score(labels, scores))


def test_calibration_groups_by_prediction():
    table = calibration(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.7, 0.9]), bins=2)
    assert table["predicted"].tolist() == pytest.approx([0.15, 0.8]) and table["observed"].tolist() == [0, 1]


def test_the_replay_counts_the_head_of_every_list():
    users = np.array([1, 0, 0, 0, 1])
    values = np.array([5.0, 1.0, 2.0, 4.0, 0.0])
    scores = np.array([0.1, 0.3, 0.9, 0.3, 0.2])
    # user 0's list: 2.0, then the tied 1.0 before 4.0; user 1's: 0.0, then 5.0
    assert captured(users, values, scores, 2).tolist() == [5.0, 1.0, 2.0, 0.0, 0.0]
    assert captured(users, values, scores, 1).sum() == 2.0
