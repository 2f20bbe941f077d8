"""Who leads: one rule, paired on the same users, whatever two separate intervals seem to say."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from learn.data.schema import PerUser
from learn.evaluation import better
from learn.evaluation.bootstrap import bootstrap_mean, paired_difference
from learn.explore.metrics import leading

N = 200


def run(name, hits, users=None, n_targets=10):
    users = np.arange(len(hits)) if users is None else users
    found = {PerUser.USER: users, PerUser.CANDIDATES: "new", PerUser.N_TARGETS: n_targets}
    table = pd.DataFrame(found | {PerUser.at(PerUser.HITS, 10): hits})
    return SimpleNamespace(name=name, per_user=table)


def board(*runs):
    rows = []
    for one in runs:
        values = one.per_user[PerUser.at(PerUser.HITS, 10)].to_numpy() / one.per_user[PerUser.N_TARGETS].to_numpy()
        rows.append((one.name, one.name.upper(), *bootstrap_mean(values), len(values)))
    table = pd.DataFrame(rows, columns=["run", "label", "mean", "low", "high", "n_users"])
    return table.sort_values("mean", ascending=False, kind="stable").reset_index(drop=True)


@pytest.fixture
def spread():
    return np.random.default_rng(0).integers(0, 9, N)


def test_overlapping_intervals_can_hide_a_difference_that_is_more_than_chance(spread):
    runs = [run("b", spread), run("a", spread + (np.arange(N) % 4 == 0))]  # a finds one more for every fourth user
    table = leading.against(board(*runs), runs, "recall", 10, "new", "all")
    assert table["run"].tolist() == ["a", "b"] and table["high"][1] > table["low"][0]  # the two intervals overlap
    wanted = paired_difference(runs[1].per_user["hits@10"] / 10, runs[0].per_user["hits@10"] / 10)
    assert tuple(table.loc[1, list(leading.DIFFERENCE)]) == pytest.approx(tuple(wanted))
    assert leading.who_leads(table, "R@10") == (
        f"A leads: R@10 {table['mean'][0]:.4f}, clearly ahead of B ({table['mean'][1]:.4f})."
    )


def test_a_difference_with_zero_in_its_interval_is_no_more_than_chance(spread):
    swapped = spread.copy()
    swapped[:2] = [spread[0] + 2, max(spread[1] - 1, 0)]
    runs = [run("b", spread), run("a", swapped), run("c", np.zeros(N, int))]
    table = leading.against(board(*runs), runs, "recall", 10, "new", "all")
    said = leading.who_leads(table, "R@10")
    assert f"but not clearly ahead of B ({table['mean'][1]:.4f}); C is clearly behind." in said


def test_runs_of_other_users_are_compared_on_those_that_both_have(spread):
    first, other = run("a", spread + 1), run("b", spread[: N // 2])
    table = leading.against(board(first, other), [first, other], "recall", 10, "new", "all")
    assert table["difference"][1] == pytest.approx(0.1)


def test_where_users_values_are_not_stored_separate_intervals_decide_only_if_they_do_not_touch(spread):
    table = pd.DataFrame(
        [("a", "A", 0.5, 0.45, 0.55, N), ("b", "B", 0.48, 0.43, 0.53, N), ("c", "C", 0.2, 0.1, 0.3, N)],
        columns=["run", "label", "mean", "low", "high", "n_users"],
    )
    found = leading.against(table, [], "recall", 10, "new", "item:cold-start")
    assert np.isnan(found["difference"][1]) and found["difference_low"][2] == pytest.approx(0.15)
    behind, close = leading.split_by_chance(found)
    assert behind["run"].tolist() == ["c"] and close["run"].tolist() == ["b"]


def test_of_too_few_users_nobody_leads():
    table = pd.DataFrame(
        [("a", "A", 0.5, 0.49, 0.51, 29), ("b", "B", 0.1, 0.09, 0.11, 29)],
        columns=["run", "label", "mean", "low", "high", "n_users"],
    )
    found = leading.against(table, [], "recall", 10, "new", "all")
    assert "of 29 users only, fewer than 30" in leading.who_leads(found, "R")
    assert leading.who_leads(found.head(1), "R") == ""


def part(*rows, n=100):
    table = pd.DataFrame(rows, columns=["run", "mean", "difference", "difference_low", "difference_high"])
    return table.assign(label=table["run"].str.upper(), n_users=n)


def test_words_of_chance_and_of_numbers():
    assert better.chance_words(0.1, 0.2) == better.chance_words(-0.2, -0.1) == better.CLEAR
    assert better.chance_words(-0.1, 0.2) == better.NOT_CLEAR and better.chance_words(np.nan, 1) == ""
    assert better.signed(-0.00123) == "\u22120.0012" and better.interval_words(-0.1, 0.2, 1) == "[\u22120.1, +0.2]"
    assert better.too_few(29) and not better.too_few(30) and better.few_words(30) == ""
    assert "29 users, fewer than 30" in better.few_words(29)
    assert leading.listed([]) == "" and leading.listed(["a", "b", "c"]) == "a, b and c"


def test_how_sure_a_lead_is_names_those_that_are_level_and_those_that_are_not_known():
    table = pd.DataFrame(
        {
            "run": list("abcd"),
            "label": list("ABCD"),
            "mean": [0.4, 0.3, 0.2, 0.1],
            "difference": [np.nan, 0.1, np.nan, 0.3],
            "difference_low": [np.nan, -0.1, np.nan, 0.2],
            "difference_high": [np.nan, 0.2, np.nan, 0.4],
        }
    )
    assert leading.how_sure(table) == "but not clearly ahead of B and C"
    assert leading.how_sure(table.iloc[[0, 3]]) == "clearly ahead of D"
    assert leading.how_sure(table.iloc[[0, 3, 3]]) == "clearly ahead of all others"
    assert leading.who_leads_in_short(table.iloc[[0, 3]]) == "A leads, clearly ahead of D."
    assert leading.who_leads_in_short(table) == "A leads, but not clearly ahead of B and C."
    assert leading.who_leads_in_short(table.head(1)) == ""


def test_who_lies_nearer_and_is_clearly_behind_is_explained():
    nothing = (np.nan,) * 3
    rows = [("a", 0.5, *nothing), ("b", 0.4, 0.1, 0.05, 0.15), ("c", 0.3, 0.2, -0.05, 0.45)]
    assert leading.who_leads_in_short(part(*rows)) == (
        "A leads, but not clearly ahead of C. B lies nearer and is clearly behind: user by user that gap varies less."
    )
    rows.insert(2, ("d", 0.35, 0.15, 0.1, 0.2))
    assert " B and D lie nearer and are clearly behind" in leading.who_leads_in_short(part(*rows))
