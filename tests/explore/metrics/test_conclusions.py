"""What is said above a figure follows from the table that it draws."""

import numpy as np
import pandas as pd

from learn.explore.metrics import conclusions


def runs(*rows):
    return pd.DataFrame(rows, columns=["label", "mean", "low", "high"]).assign(run=lambda table: table["label"])


def test_one_value_far_from_all_others_is_outside():
    assert conclusions.outside(np.array([0.13, 0.03, 0.125, 0.128])).tolist() == [False, True, False, False]
    assert not conclusions.outside(np.array([0.1, 0.12, 0.14, 0.17])).any()
    assert not conclusions.outside(np.array([1.0, 1.0, 9.0])).any()
    assert not conclusions.outside(np.array([1.0, 1.0, 1.0, 9.0, np.nan])).any()


def test_the_split_is_told_in_shares():
    table = pd.DataFrame({"part": ["history", "history", "target"], "events": [50, 30, 20]})
    assert conclusions.timeline(table) == "Learned from 80% of the events, tuned on 0%, judged on the last 20%."


def test_lengths_shares_and_categories():
    lengths = pd.DataFrame({"events": ["0", "1–9"], "users": [1, 3]})
    assert conclusions.lengths(lengths) == "Most common: 1–9 events (75% of users)."
    shares = pd.DataFrame(
        [("users", "cold-start", 0.1), ("items", "cold-start", 0.07), ("target events", "cold-start", 0.012)],
        columns=["of", "slice", "share"],
    )
    assert conclusions.slice_shares(shares) == "7.0% of the items are new; they make 1.2% of what is to be predicted."
    categories = pd.DataFrame({"category": ["Milk", "Soap"], "share": [0.6, 0.3]})
    assert conclusions.top_categories(categories) == "Milk takes 60% of all events; the first 2 take 90%."


def test_accuracy_against_coverage():
    table = pd.DataFrame({"run": ["a", "b"], "label": ["A", "B"], "accuracy": [0.3, 0.1], "coverage": [0.02, 0.5]})
    assert conclusions.trade_offs(table, "R") == (
        "A is the most accurate (R 0.300) and shows 2.0% of the catalogue; B shows 50.0%, at R 0.100."
    )
    table["coverage"] = [0.5, 0.02]
    assert "here accuracy costs no variety" in conclusions.trade_offs(table, "R")


def test_who_is_wide_at_nearly_the_best_accuracy_is_named():
    table = pd.DataFrame(
        {"run": list("abc"), "label": list("ABC"), "accuracy": [0.3, 0.29, 0.1], "coverage": [0.02, 0.1, 0.5]}
    )
    assert conclusions.trade_offs(table, "R") == (
        "A is the most accurate (R 0.300) and shows 2.0% of the catalogue; B, less than 5% below that accuracy "
        "(0.290), shows 10.0%; C shows 50.0%, at R 0.100."
    )
    assert conclusions.trade_offs(table.head(2), "R").endswith("(0.290), shows 10.0%.")


def test_the_most_and_the_least_alike():
    table = pd.DataFrame([[1, 0.8, 0.1], [0.8, 1, 0.2], [0.1, 0.2, 1]], index=list("abc"), columns=list("abc"))
    assert conclusions.overlap(table, dict(zip("abc", "ABC", strict=True))) == (
        "A and B are the most alike: 80% in common; C is least like the others (15% on average)."
    )


def test_the_best_epoch():
    table = pd.DataFrame({"run": "a", "label": "A", "epoch": [1, 2, 3], "validation": [0.1, 0.3, 0.2]})
    assert conclusions.learned(table) == "Best on the validation part: A in epoch 2 of 3."
