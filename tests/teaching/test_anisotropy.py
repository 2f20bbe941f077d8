"""How narrow a cone is, on vectors whose answer is known."""

import numpy as np
import pytest

from learn.teaching.anisotropy import (
    anisotropy_table,
    dimension_shares,
    effective_dimensions,
    pair_cosines,
    share_of_same,
)


@pytest.fixture
def ball():
    return np.random.default_rng(0).normal(size=(2000, 20))


def test_a_ball_has_no_common_direction_and_all_its_dimensions(ball):
    assert abs(pair_cosines(ball).mean()) < 0.01
    assert effective_dimensions(ball) == pytest.approx(20, rel=0.05)


def test_a_shifted_ball_is_a_cone(ball):
    table = anisotropy_table({"ball": ball, "cone": ball + 10}).set_index("space")
    assert table.loc["cone", "cosine"] > 0.95 > 0.05 > abs(table.loc["ball", "cosine"])
    assert table.loc["cone", "dimensions"] == pytest.approx(table.loc["ball", "dimensions"])
    assert table.loc["cone", "low"] > table.loc["ball", "high"]


def test_points_on_a_line_have_one_dimension():
    line = np.outer(np.linspace(-1, 1, 50), [1.0, 2.0, 3.0])
    assert effective_dimensions(line) == pytest.approx(1)


def test_pairs_are_of_different_items():
    assert pair_cosines(np.eye(3), 500).max() == 0


def test_the_loudest_dimension_comes_first():
    table = dimension_shares(np.array([[0.0, 3.0, 1.0], [0.0, 3.0, -1.0], [0.0, 6.0, 3.0]]))
    assert table["dimension"].tolist() == [1, 2, 0]
    assert table["share"].tolist() == pytest.approx([16 / 17, 1 / 17, 0])
    assert table["cumulative"].iloc[-1] == pytest.approx(1)


def test_same_labels_are_counted_against_chance():
    labels = np.array(["a", "a", "b", "b"], dtype=object)
    assert share_of_same(np.array([[1, 2], [3, 0]]), np.array([0, 2]), labels) == (0.5, 0.5)
