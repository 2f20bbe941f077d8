"""What stored recall says beside one example, against hand-made metrics."""

import numpy as np
import pandas as pd

from learn.data.schema import Metrics, Recommendations, Slices
from learn.explore.metrics import stored_recall as s

CALLED = {"a": "(a)", "b": "(b)", "c": "(c)"}


def metrics(part, n_users=100, **means):
    """Recall@100 of Runs, each within 0.01."""
    rows = [
        {
            "run": name,
            "label": CALLED[name],
            "variant": name,
            Metrics.METRIC: "recall",
            Metrics.K: 100,
            Metrics.CANDIDATES: Recommendations.UNSEEN,
            Metrics.SLICE: part,
            Metrics.MEAN: mean,
            Metrics.LOW: mean - 0.01,
            Metrics.HIGH: mean + 0.01,
            Metrics.N_USERS: n_users,
        }
        for name, mean in means.items()
    ]
    return pd.DataFrame(rows)


def test_who_is_clearly_behind_the_best_of_those_shown_has_both_figures():
    table = metrics(Slices.WHOLE, a=0.025, b=0.131, c=0.12)
    assert s.finds_less(table, list(CALLED), CALLED) == {"a": "recall@100 is 0.025, against 0.131 for (b)"}
    assert s.finds_less(table, ["b", "c"], CALLED) == s.finds_less(table, ["a"], CALLED) == {}
    assert s.finds_less(metrics(Slices.WHOLE, 20, a=0.025, b=0.131), list(CALLED), CALLED) == {}, "of few users nothing"
    assert s.finds_less(metrics(s.COLD_START, a=0.025, b=0.131), list(CALLED), CALLED) == {}, "no figure of everybody"


def test_of_all_never_bought_items_it_is_said_who_finds_most_and_who_less_than_chance():
    table = metrics(s.COLD_START, a=0.0234, b=0.0118, c=0.0)
    assert s.over_cold_items(table, CALLED, 0.0049) == "(a) finds most; (c) finds less than chance."
    assert s.over_cold_items(table, CALLED, 0.0149) == "(a) finds most; (b) and (c) find less than chance, (c) clearly."
    assert s.over_cold_items(table, CALLED, 0.0401) == "(a), (b) and (c) find clearly less than chance."
    assert s.over_cold_items(table, {"b": "(b)"}, 0.005) == "(b) finds no less than chance."
    assert s.over_cold_items(table, {"b": "(b)"}, 0.015) == "(b) finds less than chance."
    assert s.over_cold_items(table, {"a": "(a)", "b": "(b)"}, 0.005) == "(a) finds most; none finds less than chance."
    assert s.over_cold_items(metrics(s.COLD_START, a=0.0, b=0.0), CALLED, 0.005) == "(a) and (b) find none of them."
    assert s.over_cold_items(metrics(Slices.WHOLE, a=0.1), CALLED, 0.005) == ""
    assert s.over_cold_items(metrics(s.COLD_START, 20, a=0.1), CALLED, 0.005) == ""


def test_the_row_of_recall_has_every_variant_and_chance():
    table = metrics(s.COLD_START, a=0.0234, b=0.0118, c=0.0)
    assert s.cold_recall(table, CALLED, 0.0049) == (
        "recall@100 of all never-bought items", "0.005", {"(a)": "0.0234", "(b)": "0.0118", "(c)": "0"},
    )  # fmt: skip
    assert s.cold_recall(metrics(s.COLD_START, 20, a=0.1), CALLED, 0.005) is None


def test_over_whom_recall_is_measured_is_said():
    history, target = np.array([0] * 6 + [50] * 4), np.ones(10, dtype=int)
    assert s.users_in_words(history, target) == "known users"
    assert s.users_in_words(history, np.where(history > 0, target, 0)) == (
        "known users, most of them with a long history,"
    )
    assert s.users_in_words(history, 0 * target) == "known users"
