"""The best item tower, and which of them are clearly ahead of the same bestsellers for everybody."""

from types import SimpleNamespace

import numpy as np
import pytest

from learn.explore.metrics.overview import collect_metrics, compare_runs
from learn.explore.metrics.towers_first import other_objective, towers_first
from tests.explore.metrics.test_result import N, run

HITS = np.random.default_rng(1).integers(1, 6, N)
MORE = HITS + (np.arange(N) % 3 == 0)
SWAPPED = np.concatenate([[HITS[0] + 1, HITS[1] - 1], HITS[2:]])
LESS = np.maximum(HITS - (np.arange(N) % 2 == 0), 0)


def said(*runs, n=None):
    table = compare_runs(collect_metrics(runs), "recall", 10, "new", "all")
    table = table if n is None else table.assign(n_users=n)
    return towers_first(table, runs, "recall", 10, "new", "all", "Recall@10")


def tower(code, hits):
    return run(f"learn-{code}", "learn", code, f"({code})", hits)


def popular(hits):
    return run("popularity", "reference", "popularity", "Popularity", hits)


def mean(hits):
    return f"{np.mean(hits) / 10:.4f}"


def test_the_best_tower_is_told_beside_the_others_and_all_beside_popularity():
    found = said(
        tower("a", HITS), tower("b", MORE), tower("c", LESS), popular(SWAPPED), run("x", "blend", "x", "X", MORE)
    )
    assert found == (
        f"Of the 3 LEARN variants (b) is best (Recall@10 {mean(MORE)}), clearly ahead of the other 2, and first of all "
        f"5 recommenders. Only it is clearly ahead of plain popularity ({mean(SWAPPED)})."
    )


def test_a_lead_that_may_be_chance_is_said_to():
    assert said(tower("a", HITS), tower("b", SWAPPED)).endswith(", but not clearly ahead of (b).")


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (LESS, "and first of all 3 recommenders. All are clearly ahead of plain popularity"),
        (SWAPPED, "and first of all 3 recommenders. Only it is clearly ahead of plain popularity"),
        (MORE + 1, "yet place 2 of all 3 recommenders. All are clearly behind plain popularity"),
    ],
)
def test_popularity_is_told_whichever_way_it_comes_out(other, words):
    found = said(tower("a", HITS), tower("b", MORE), popular(other))
    assert words in found


def test_one_tower_is_held_against_popularity():
    assert said(tower("b", MORE), popular(LESS)) == (
        f"(b), the one LEARN variant here (Recall@10 {mean(MORE)}), is first of all 2 recommenders. It is clearly "
        f"ahead of plain popularity ({mean(LESS)})."
    )


def test_where_nothing_is_found_no_tower_is_best():
    nothing = np.zeros(N, int)
    assert said(tower("a", nothing), tower("b", nothing)) == "All 2 LEARN variants have Recall@10 0 here."


def test_nothing_is_said_without_a_tower_or_of_few_users():
    assert said(popular(HITS), run("ease", "reference", "ease", "EASE", MORE)) == ""
    assert said(tower("a", HITS), tower("b", MORE), n=29) == ""
    assert said(run("raw", "learn", "without-align", "w/o Align", HITS), popular(HITS)) == ""


def test_an_objective_that_is_not_the_papers_is_named():
    towers = [tower(code, HITS) for code in "ab"]
    kinds = ["next_item", "next_item"]
    for one in towers:
        one.config = SimpleNamespace(objective=SimpleNamespace(kind=kinds.pop()))
    paper = "the paper's objective is dense all-action."
    assert other_objective([*towers, popular(HITS)]) == f"Trained here under the objective next item; {paper}"
    towers[0].config.objective.kind = "dense_all_action"
    assert other_objective(towers) == f"Trained here (b) under next item; {paper}"
    assert other_objective(towers[:1]) == other_objective([popular(HITS)]) == ""
