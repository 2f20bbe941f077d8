"""A peer's settings are searched on validation: trials are counted, kept, resumed, given up by what others reached."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from learn.data.splits import leave_one_out
from learn.reproduce.external_baselines import PEERS, ExternalBaseline, export
from learn.reproduce.external_runs import TRIALS, ExternalBaselineCannotRun, ExternalHost, external_run
from learn.reproduce.external_search import WARM_UP, beaten_below, search_peer
from learn.reproduce.summary import summarise
from learn.reproduce.tables import Table, TableRow
from learn.tuning.study import STARTUP
from learn.tuning.trials import State, Trial, read_trials
from tests.reproduce.test_external_baselines import RANKS
from tests.synthetic import make_synthetic_dataset

PEER = ExternalBaseline(
    "rectools", "good", "Good", {"n_factors": 8, "lr": 0.1}, {"n_factors": [8, 16], "lr": (0.01, 1.0)}
)


@pytest.fixture(scope="module")
def dataset():
    return make_synthetic_dataset()


@pytest.fixture(scope="module")
def split(dataset):
    return leave_one_out(dataset)


def curve(settings, told=None):
    return {"validation_ndcg_at_10": [0.1, 0.1 + settings["lr"] / 10], "ended": "whole"} | (told or {})


def enough(number):
    """A trainer of that many trials, which then says that time is up."""
    made = []

    def run(settings, output, log, more):
        made.append((settings, more))
        return curve(settings, {"ended": "stopped"} if len(made) == number else None)

    return run, made


def test_it_begins_with_the_settings_that_there_are_and_goes_on_where_it_stopped(dataset, split, tmp_path):
    run, made = enough(3)
    trials = search_peer(PEER, dataset, split, tmp_path / "s", 60, run)
    assert made[0][0] == {"n_factors": 8, "lr": 0.1} and made[0][1]["search"] is True
    assert [one.state for one in trials] == [State.WHOLE, State.WHOLE, State.STOPPED]
    assert all(one.settings["n_factors"] in (8, 16) and 0.01 <= one.settings["lr"] <= 1 for one in trials)
    assert read_trials(tmp_path / "s") == trials
    run, made = enough(2)
    on = search_peer(PEER, dataset, split, tmp_path / "s", 60, run)
    assert made[0][0] == trials[2].settings and on[:2] == trials[:2] and len(on) == 4


def test_a_trial_that_fails_is_refused_but_the_first_one_says_that_the_peer_cannot_run(dataset, split, tmp_path):
    def breaks(at):
        calls = []

        def run(settings, output, log, more):
            calls.append(settings)
            if len(calls) == at:
                raise ExternalBaselineCannotRun("No such layer.", "Another one.")
            return curve(settings, {"ended": "stopped"} if len(calls) == 3 else None)

        return run

    with pytest.raises(ExternalBaselineCannotRun, match="No such layer"):
        search_peer(PEER, dataset, split, tmp_path / "first", 60, breaks(1))
    trials = search_peer(PEER, dataset, split, tmp_path / "second", 60, breaks(2))
    assert [one.state for one in trials] == [State.WHOLE, State.REFUSED, State.STOPPED]
    assert trials[1].why == "No such layer."


def test_what_has_to_be_reached_is_the_median_of_the_best_so_far():
    curves = [[0.1, 0.3, 0.2], [0.2], [0.0, 0.1, 0.5], [0.4, 0.1], [0.1, 0.1, 0.1]]
    longer = [[0.0] * WARM_UP + curve for curve in curves]
    trials = [Trial(n, {}, State.WHOLE, list(enumerate(one, 1))) for n, one in enumerate(longer)]
    pruned = Trial(9, {}, State.PRUNED, [(1, 0.9)])
    assert len(trials) == STARTUP and beaten_below([*trials[:-1], pruned]) == []
    needed = beaten_below([*trials, pruned])
    assert needed[:WARM_UP] == [None] * WARM_UP
    # 0.1 0.2 0.0 0.4 0.1; 0.3 0.2 0.1 0.4 0.1; 0.3 0.2 0.5 0.4 0.1
    assert needed[WARM_UP:] == pytest.approx([0.1, 0.2, 0.3])


SEARCHES = RANKS.replace(
    'shift = job["seed"]',
    """
scores = [0.1, 1 / (1 + abs(job["settings"]["lr"] - 0.5))]
if job.get("search"):
    (output / "result.json").write_text(json.dumps({"validation_ndcg_at_10": scores, "ended": "whole"}))
    sys.exit()
shift = job["seed"]""",
).replace('"train_seconds": 1.5', '"train_seconds": 1.5, "validation_ndcg_at_10": scores')


def test_a_run_is_made_with_the_best_settings_and_its_row_counts_the_trials(dataset, split, tmp_path, monkeypatch):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / PEER.script).write_text(SEARCHES)
    host = ExternalHost(Path(sys.executable), scripts, search=60.0)
    calls = []
    from learn.reproduce import external_runs

    plain = external_runs.run_job

    def counted(peer, seed, settings, output, log, host, more=None):
        told = plain(peer, seed, settings, output, log, host, more)
        if more:
            calls.append(settings)
            told |= {"ended": "stopped"} if len(calls) == 4 else {}
        return told

    monkeypatch.setattr(external_runs, "run_job", counted)
    run = external_run(PEER, 0, dataset, split, tmp_path / "good-seed0", host)
    trials = read_trials(tmp_path / "rectools-good-search")
    best = max(trials, key=lambda one: one.best)
    assert json.loads(run.info.made["settings"]) == PEER.settings_for(split) | best.settings
    assert run.info.made[TRIALS] == "4 trials: 1 stopped, 3 whole"
    table = Table("Table 0", (TableRow("good", "Good", "peer", peer=PEER),), "good")
    assert set(summarise(table, {"good": [run]})["why"]) == {
        "Its settings are the best on validation of 4 trials: 1 stopped, 3 whole."
    }
    plain_run = external_run(PEER, 0, dataset, split, tmp_path / "plain-seed0", replace(host, search=None))
    assert TRIALS not in plain_run.info.made


def test_a_peer_that_reads_texts_is_given_our_vectors_in_the_order_of_the_items(dataset, split, tmp_path):
    content = np.arange(dataset.n_items * 2, dtype=np.float64).reshape(-1, 2)
    export(dataset, split, tmp_path / "data", content)
    stored = np.load(tmp_path / "data" / "vectors.npy")
    assert stored.dtype == np.float32 and stored.tolist() == content.tolist()


def test_every_peer_has_a_runner_and_can_be_searched():
    names = [peer.name for peer in PEERS]
    assert {"recbole-fdsa", "recbole-s3rec", "rectools-unisrec", "hllm"} <= set(names) and len(set(names)) == len(names)
    scripts = Path(__file__).resolve().parents[2] / "benchmarks" / "peers"
    for peer in PEERS:
        assert (scripts / peer.script).is_file()
        space, first = peer.searched_from(peer.settings)
        assert set(space) == set(first) == set(peer.searched) and len(space) >= 4
        assert all(space[name]._contains(space[name].to_internal_repr(value)) for name, value in first.items())
