"""The best of each kind: who stands for it, which leads, and whether by more than chance."""

import numpy as np
import pandas as pd
import pytest

from learn.data.schema import Metrics
from learn.explore.metrics import kinds
from tests.explore.metrics.test_result import N, run, runs  # noqa: F401  (a fixture)


def cold(one, mean, low, high, n_users=N):
    """``one`` with a row of the items that nobody had bought."""
    row = dict.fromkeys(Metrics.ALL) | {"metric": "recall", "k": 10, "among": "new", "slice": "item:cold-start"}
    row |= {"mean": mean, "low": low, "high": high, "n_users": n_users}
    one.metrics = pd.concat([one.metrics, pd.DataFrame([row])], ignore_index=True)


def test_each_kind_is_stood_for_by_its_best_run(runs):  # noqa: F811
    (found,) = kinds.best_of_kinds(runs, 10)
    assert found.table["run"].tolist() == ["both", "ease", "learn-b"]
    assert found.table["kind"].tolist() == ["text and counts", "counts", "text, learned"]
    assert found.sentence == "Text and counts together lead, by more than chance."
    assert found.counts_less_learned == 1
    assert kinds.counts_or_learned([found]) == (
        "Simple counts beat what was learned from text among items new to the user."
    )


def test_a_lead_that_may_be_chance_is_said_to():
    hits = np.random.default_rng(2).integers(0, 6, N)
    other = hits.copy()
    other[0], other[1] = hits[0] + 2, max(hits[1] - 1, 0)
    (found,) = kinds.best_of_kinds(
        [run("learn-b", "learn", "b", "(b)", hits), run("ease", "reference", "ease", "EASE", other)], 10
    )
    assert found.sentence == "Counts lead, by no more than chance before what was learned from text."
    assert found.counts_less_learned == 0
    assert kinds.counts_or_learned([found]).startswith("No more than chance is between counts and")


def test_of_items_that_nobody_had_bought_only_intervals_apart_count(runs):  # noqa: F811
    cold(runs[0], 0.2, 0.15, 0.25)
    cold(runs[1], 0.1, 0.05, 0.14)
    found = kinds.best_of_kinds(runs, 10)
    assert [one.title for one in found] == ["Items new to the user", "Items that nobody had bought"]
    assert found[1].counts_less_learned == -1
    assert kinds.counts_or_learned(found).endswith(
        "; what was learned from text beats simple counts among items that nobody had bought."
    )


def test_where_intervals_touch_nothing_is_claimed(runs):  # noqa: F811
    cold(runs[0], 0.2, 0.13, 0.25)
    cold(runs[1], 0.1, 0.05, 0.14)
    touching = kinds.best_of_kinds(runs, 10)[1]
    assert touching.counts_less_learned == 0
    assert touching.sentence == "What was learned from text leads, but its interval touches that of counts."


@pytest.mark.parametrize(("mean", "n_users"), [(0.0, N), (0.2, 29)])
def test_what_nobody_found_and_slices_of_few_users_are_no_question(runs, mean, n_users):  # noqa: F811
    cold(runs[0], mean, mean, mean, n_users)
    cold(runs[1], 0.0, 0.0, 0.0, n_users)
    assert len(kinds.best_of_kinds(runs, 10)) == 1


def test_one_kind_alone_and_a_metric_of_which_more_is_not_better_have_nothing_to_tell(runs):  # noqa: F811
    assert kinds.best_of_kinds(runs[1:3], 10) == [] == kinds.best_of_kinds(runs, 10, "gini")
    assert kinds.counts_or_learned([]) == ""


def test_every_kind_has_its_words(runs):  # noqa: F811
    assert {kinds.kind_words(one) for one in runs} <= set(kinds.KINDS)
