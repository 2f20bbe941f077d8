"""The paper's numbers, beside ours."""

import pandas as pd

from learn.reproduce import paper
from learn.reproduce.results import EARLIER


def test_the_papers_numbers_are_found_by_metric():
    assert paper.paper_values("table3", "ndcg", 10)["learn"] == 0.1060
    assert paper.paper_values("table5", "recall", 100) == {
        "without-align": 0.0210,
        "c": 0.0626,
        "b": 0.0675,
        "a-uniform": 0.0905,
        "a": 0.0970,
    }
    assert paper.paper_values("table5", "recall", 10) == {} == paper.paper_values("zero-shot", "recall", 10)
    assert paper.paper_values("table7", "recall", 50) == {}
    assert paper.paper_metrics("table4") == [("ndcg", 10), ("recall", 10)]
    assert "industrial" in paper.paper_data("table6") and paper.paper_data("what-matters") == ""


def test_whether_the_order_is_the_papers():
    chosen = pd.DataFrame({"run": ["a", "b", "x"], "label": ["A", "B", "X"], "mean": [0.3, 0.2, 0.9]})
    chosen = chosen.assign(low=chosen["mean"] - 0.01, high=chosen["mean"] + 0.01)
    assert paper.same_order(chosen, {"a": 5.0, "b": 4.0}) == "Same order as in the paper: A, then B."
    assert paper.same_order(chosen, {"a": 4.0, "b": 5.0}) == (
        "In the paper B leads, here A; 1 of 1 pairs of rows stands the other way round here, 1 of them with intervals "
        "that do not touch."
    )
    assert paper.same_order(chosen, {"a": 4.0, "b": 3.0, "x": 3.5}).startswith("In the paper A leads, here X; 1 of 3")
    near = chosen.assign(low=[0.1, 0.19, 0.89])
    assert paper.same_order(near, {"x": 9.0, "a": 4.0, "b": 5.0}) == (
        "X leads in both; 1 of 3 pairs of rows stands the other way round here, with intervals that touch."
    )
    assert paper.same_order(chosen, {"a": 4.0}) == ""
    wide = chosen.assign(low=chosen["mean"] - 0.1)
    assert paper.same_order(wide, {"a": 5.0, "b": 4.0}) == (
        "Same order as in the paper: A, then B; the intervals of A and B touch."
    )
    earlier = paper.same_order(chosen.assign(why=[EARLIER, None, None]), {"a": 5.0, "b": 4.0})
    assert earlier == "Same order as in the paper: A, then B."
    near = paper.same_order(wide.assign(why=EARLIER), {"a": 5.0, "b": 4.0})
    assert near == "Same order as in the paper: A, then B.", "of an earlier run nothing is said of intervals"
    level = paper.same_order(chosen, {"x": 9.0, "a": 5.01, "b": 5.0})
    assert level == "Same order as in the paper, where the last two are nearly level: X, then A and B."
    turned = paper.same_order(chosen.assign(why=EARLIER), {"a": 4.0, "b": 5.0})
    assert turned == "In the paper B leads, here A; 1 of 1 pairs of rows stands the other way round here."


def test_the_row_of_the_papers_objective_has_the_papers_number_and_is_told_from_ours():
    values = paper.paper_values("table3", "recall", 10)
    assert values["learn-dense"] == values["learn"] == 0.1594
    assert "learn-dense" not in paper.paper_values("table4", "recall", 10)
    rows = pd.DataFrame({"run": ["learn", "rectools-sasrec", "learn-dense"], "label": ["L", "S", "D"]})
    rows = rows.assign(mean=[0.3, 0.2, 0.1], low=0.0, high=1.0)
    both = paper.beside(rows, values)
    assert both["own"].tolist() == ["SASRec", "LEARN", "LEARN"] and both["paper"].isna().tolist() == [
        False,
        False,
        True,
    ]
    assert paper.same_order(rows, values).startswith("In the paper D leads, here SASRec; 1 of 1 pairs")
    told = paper.objectives_told(both)
    assert told.startswith("D: each item of the past") and told.endswith(" L: each item predicts the next one only.")
    assert paper.objectives_told(both.head(1)) == ""
    alone = paper.beside(rows.head(2), values)
    assert alone["paper"].notna().all(), "where the one that is trained as the paper's is not there"
