"""What came out: the leader, the references and the best tower alone, by the paired rule."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from learn.data.schema import Metrics, PerUser
from learn.explore.metrics import result

N = 120


def run(name, kind, variant, label, hits):
    values = np.asarray(hits) / 10
    rows = [
        dict.fromkeys(Metrics.ALL)
        | {"metric": "recall", "k": 10, "among": "new", "slice": "all", "n_users": N}
        | {"mean": values.mean(), "low": values.mean() - 0.05, "high": values.mean() + 0.05}
    ]
    per_user = {PerUser.USER: np.arange(N), PerUser.CANDIDATES: "new", PerUser.N_TARGETS: 10, "hits@10": hits}
    info = SimpleNamespace(kind=kind, variant=variant, label=label)
    return SimpleNamespace(name=name, info=info, metrics=pd.DataFrame(rows), per_user=pd.DataFrame(per_user))


@pytest.fixture
def runs():
    found = np.random.default_rng(1).integers(0, 6, N)
    return [
        run("learn-b", "learn", "b", "(b)", found),
        run("ease", "reference", "ease", "EASE", found + (np.arange(N) % 3 == 0)),
        run("popularity", "reference", "popularity", "Popularity", np.zeros(N, int)),
        run("both", "blend", "text+counts", "Both", found + (np.arange(N) % 3 == 0) + (np.arange(N) % 5 == 0)),
    ]


def test_references_that_beat_the_best_tower_are_named(runs):
    (found,) = result.results_of(runs, 10)
    assert found.leads.startswith("Both leads: Recall@10 ") and "clearly ahead of EASE" in found.leads
    assert found.references.startswith(
        "A reference that trains no transformer, EASE, clearly beats the best tower alone, (b) ("
    )
    assert {"both", "ease", "learn-b"} <= set(found.named) and found.n_users == N
    assert result.said_of_result(runs, 10) == [f"Among items new to the user, {found.leads} {found.references}"]


def test_a_tower_that_no_reference_beats_is_said_to_be_ahead(runs):
    (found,) = result.results_of([runs[0], runs[2]], 10)
    assert "is clearly ahead of every simple reference, and clearly behind none" in found.references


def test_nothing_is_said_of_one_run_or_of_a_metric_of_which_more_is_not_better(runs):
    assert result.results_of(runs[:1], 10) == [] and result.results_of(runs, 10, "gini") == []


def test_what_a_run_goes_by(runs):
    assert [result.kind_words(one) for one in runs] == ["trained text", "counts", "counts", "text and counts"]
    assert result.gloss(runs[0]) == "items one by one" and result.gloss(runs[2]).startswith("the most bought items")
