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
    assert conclusions.lengths(304.5) == "Half of the users have 305 events or more."
    assert conclusions.lengths(1.0) == "Half of the users have 1 event or more." and conclusions.lengths(0.0) == ""
    shares = pd.DataFrame(
        [("users", "cold-start", 0.1), ("items", "cold-start", 0.07), ("target events", "cold-start", 0.012)],
        columns=["of", "slice", "share"],
    )
    assert conclusions.slice_shares(shares) == (
        "7.0% of the items were never bought before the cut; they make 1.2% of what is to be predicted."
    )
    categories = pd.DataFrame({"category": ["Milk", "Soap"], "share": [0.6, 0.3]})
    assert conclusions.top_categories(categories) == "Milk takes 60% of all events; the first 2 take 90%."


def test_accuracy_against_coverage():
    table = pd.DataFrame({"run": ["a", "b"], "label": ["A", "B"], "accuracy": [0.3, 0.1], "coverage": [0.02, 0.5]})
    assert conclusions.trade_offs(table, "R") == (
        "Accuracy costs breadth: A, the most accurate (R 0.300), shows 2.0% of the catalogue; B shows more (50.0%, at "
        "R 0.100)."
    )
    assert conclusions.trade_offs(table.assign(coverage=[0.5, 0.02]), "R") == (
        "Accuracy costs no breadth: A, the most accurate (R 0.300), also shows 50.0% of the catalogue, the most."
    )
    assert conclusions.trade_offs(table.head(1), "R") == ""


def test_who_is_wide_and_shares_the_lead_is_named():
    table = pd.DataFrame(
        {"run": list("abc"), "label": list("ABC"), "accuracy": [0.3, 0.29, 0.1], "coverage": [0.02, 0.1, 0.5]}
    )
    shows = "among the most accurate (R 0.290), shows 10.0% of the catalogue"
    assert conclusions.trade_offs(table, "R", ["a", "b"]) == (
        f"Accuracy costs breadth: B, {shows}; C shows more (50.0%, at R 0.100)."
    )
    assert conclusions.trade_offs(table.head(2), "R", ["a", "b"]) == (f"Accuracy costs no breadth: B, {shows}.")
    alone = conclusions.trade_offs(table, "R", ["a"])
    assert alone.startswith("Accuracy costs breadth: A, the most accurate (R 0.300), shows 2.0%"), "near is not level"
    assert alone.endswith("of the catalogue; 2 show more, C most (50.0%, at R 0.100).")
    wide = table.assign(coverage=[0.2, 0.1, 0.05])
    assert conclusions.trade_offs(wide, "R", ["a", "b"]) == (
        "Accuracy costs no breadth: A, among the most accurate (R 0.300), also shows 20.0% of the catalogue, the most."
    )


def test_breadth_and_novelty_have_an_answer_each():
    table = pd.DataFrame({"run": list("abcd"), "label": list("ABCD"), "accuracy": [0.3, 0.2, 0.1, 0.05]})
    table = table.assign(coverage=[0.2, 0.1, 0.1, 0.7], novelty=[2.0, 3.0, 3.0, 1.0])
    said = conclusions.trade_offs(table, "R")
    assert said.startswith("Accuracy costs breadth in part: A, ") and "; only D shows more (70.0%, at R 0.050)." in said
    assert conclusions.novelty(table) == "Accuracy costs novelty in part: B and C show rarer items than A."
    level = conclusions.novelty(table, ["a", "b"])
    assert level == "Accuracy costs no novelty: nobody shows rarer items than B.", "C is as rare as B"
    both = conclusions.novelty(table.assign(novelty=[2.0, 3.0, 3.0, 4.0]), ["a"])
    assert both == "Accuracy costs novelty: B, C and D show rarer items than A."
    none = conclusions.novelty(table.assign(novelty=[4.0, 3.0, 3.0, 1.0]))
    assert none == "Accuracy costs no novelty: nobody shows rarer items than A."
    assert "" == conclusions.novelty(table.head(1)) == conclusions.novelty(table.drop(columns="novelty"))
    assert conclusions.novelty(table.head(0)) == ""


def test_the_most_and_the_least_alike():
    table = pd.DataFrame([[1, 0.8, 0.1], [0.8, 1, 0.2], [0.1, 0.2, 1]], index=list("abc"), columns=list("abc"))
    assert conclusions.overlap(table, dict(zip("abc", "ABC", strict=True))) == (
        "A and B are the most alike: 80% in common; C is least like the others (15% on average)."
    )
    labels = {"a": "A", "b": "B", "c": "C", "p": "P"}
    table = pd.DataFrame(
        [[1, 0.8, 0.1, 0.6], [0.8, 1, 0.2, 0.7], [0.1, 0.2, 1, 0.4], [0.6, 0.7, 0.4, 1]], labels, labels
    )
    assert "; B has 70% in common with P; " in conclusions.overlap(table, labels, ["a", "b"], "p")
    assert "with P" not in conclusions.overlap(table, labels, ["c"], "p"), "less than half"
    assert "with P" not in conclusions.overlap(table, labels, ["a"], "x")


def test_the_best_epoch_and_whether_the_test_part_has_another_order():
    table = pd.DataFrame({"run": "a", "label": "A", "epoch": [1, 2, 3], "validation": [0.1, 0.3, 0.2]})
    assert conclusions.learned(table) == "Best on the validation part: A in epoch 2 of 3."
    other = pd.DataFrame({"run": "b", "label": "B", "epoch": [1, 2], "validation": [0.1, 0.2]})
    both = pd.concat([table, other])
    assert conclusions.learned(both) == (
        "Best on the validation part: A in epoch 2 of 3. B was best in the last epoch and had not stopped improving: "
        "more training may help."
    )
    assert conclusions.other_order(both, {"a": 0.4, "b": 0.3}) == "" == conclusions.other_order(both, {"b": 0.3})
    assert conclusions.other_order(both, {"a": 0.2, "b": 0.3}) == (
        "By their figures the order is A, B on validation, but B, A on the test part."
    )
    assert conclusions.learned(other).startswith("B was best in the last epoch and had not stopped")
    assert conclusions.learned(table.assign(validation=np.nan)) == ""
    assert conclusions.unfinished(both) == ["B"] and conclusions.unfinished(table.assign(validation=np.nan)) == []


def test_rows_of_the_very_same_figures_are_named():
    table = pd.DataFrame({"label": list("ABC"), "x": [1.0, 1.0, 1.0], "y": [np.nan, np.nan, 2.0]})
    assert conclusions.alike(table) == "A and B have the same figures."
    assert conclusions.alike(table.tail(2)) == ""


def test_how_many_trained_variants_may_improve_is_said_and_few_are_named():
    def said(still, stopped):
        rows = [(name, epoch, float(epoch)) for name in range(still) for epoch in (1, 2)]
        rows += [(still + name, epoch, -float(epoch)) for name in range(stopped) for epoch in (1, 2)]
        table = pd.DataFrame(rows, columns=["run", "epoch", "validation"])
        return conclusions.trained_may_improve(table.assign(label=table["run"].astype(str)))

    assert said(0, 2) == ""
    assert said(2, 1) == (
        "2 of the 3 trained variants, 0 and 1, had not stopped improving: with more training, trained text may do "
        "better."
    )
    assert said(4, 1).startswith("4 of the 5 trained variants had not stopped"), "too many to be named"
    assert said(1, 0).startswith("The trained variant had not stopped")
    assert said(2, 0).startswith("None of the 2 trained variants had stopped")
