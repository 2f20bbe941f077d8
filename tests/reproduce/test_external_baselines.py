"""Peers run in a process of their own, see no test target, and a broken one does not stop a table."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from learn.config import preset
from learn.data.splits import Phase, leave_one_out
from learn.evaluation.protocol import evaluate
from learn.files import read_json
from learn.reproduce.external_baselines import LENGTHS, PEERS, ExternalBaseline, export
from learn.reproduce.external_runs import SCRIPTS, ExternalBaselineCannotRun, ExternalHost, external_run
from learn.reproduce.run import run_benchmark
from learn.reproduce.tables import REFERENCES, Table, TableRow, plan
from learn.workspace import Workspace
from tests.synthetic import make_synthetic_dataset

RANKS = """
import csv, json, sys
from dataclasses import replace
from pathlib import Path

job = json.loads(Path(sys.argv[1]).read_text())
data, output = Path(job["data"]), Path(job["output"])
items = [row["item"] for row in csv.DictReader(open(data / "items.csv", encoding="utf-8"))]
users = dict.fromkeys(row["user"] for row in csv.DictReader(open(data / "history.csv", encoding="utf-8")))
shift = job["seed"]  # another seed, another list
lines = [f"{user},{item},{rank}" for user in users for rank, item in enumerate(items[shift:] + items[:shift], 1)]
(output / "recommendations.csv").write_text("\\n".join(["user,item,rank", *lines]), encoding="utf-8")
(output / "result.json").write_text(json.dumps({"parameters": 7, "train_seconds": 1.5, "rectools": "9.9"}))
"""
FAILS = "import sys\nprint('loading')\nsys.exit('ValueError: no such layer')"

GOOD = ExternalBaseline("rectools", "good", "Good", {"n_factors": 8})
BAD = ExternalBaseline("recbole", "bad", "Bad", {})


@pytest.fixture(scope="module")
def dataset():
    return make_synthetic_dataset()


@pytest.fixture(scope="module")
def split(dataset):
    return leave_one_out(dataset)


@pytest.fixture
def host(tmp_path):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / GOOD.script).write_text(RANKS)
    (scripts / BAD.script).write_text(FAILS)
    return ExternalHost(Path(sys.executable), scripts)


def test_the_files_hold_what_came_before_the_test_and_nothing_after(dataset, split, tmp_path):
    export(dataset, split, tmp_path / "data")
    names = sorted(path.name for path in (tmp_path / "data").iterdir())
    assert names == ["checksums.json", "history.csv", "items.csv", "training.csv", "validation.csv"]
    tables = {name[:-4]: pd.read_csv(tmp_path / "data" / name) for name in names}
    assert tables["items"]["item"].tolist() == dataset.item_ids.tolist()
    for user, name in enumerate(dataset.user_ids):
        own = {part: table[table["user"] == name]["item"].tolist() for part, table in tables.items() if "user" in table}
        whole = dataset.item_ids[dataset.sequences[user]].tolist()
        assert own == {"training": whole[:-2], "validation": whole[-2:-1], "history": whole[:-1]}
    history = tables["history"]
    assert history.groupby("user")["position"].apply(lambda places: (places == np.arange(len(places))).all()).all()
    assert history["timestamp"].tolist() == split.history(Phase.TEST).times.tolist()


def test_a_peers_lists_become_a_run(dataset, split, host, tmp_path):
    run = external_run(GOOD, 3, dataset, split, tmp_path / "good-seed3", host)
    assert (run.info.kind, run.info.seed, run.info.trainable_parameters, run.info.train_seconds) == (
        "imported",
        3,
        7,
        1.5,
    )
    assert run.info.made["rectools"] == "9.9"
    lists = np.tile(np.roll(np.arange(dataset.n_items), -3), (len(dataset.user_ids), 1))
    wanted = evaluate({"all": lists, "new": lists}, split).metrics
    pd.testing.assert_series_equal(run.metrics["mean"].astype(float), wanted["mean"])


def test_a_finished_peer_is_not_run_again_unless_something_changed(dataset, split, host, tmp_path):
    folder = tmp_path / "good-seed0"
    first = external_run(GOOD, 0, dataset, split, folder, host).path.stat().st_mtime_ns
    (host.scripts / GOOD.script).write_text(FAILS)
    assert external_run(GOOD, 0, dataset, split, folder, host).path.stat().st_mtime_ns == first
    for peer, seed in ((GOOD, 1), (ExternalBaseline("rectools", "good", "Good", {"n_factors": 16}), 0)):
        with pytest.raises(ExternalBaselineCannotRun, match="no such layer"):
            external_run(peer, seed, dataset, split, folder, host)


def test_a_broken_peer_gets_a_row_that_says_why_and_the_others_go_on(dataset, split, host, tmp_path):
    rows = (REFERENCES[0], TableRow("bad", "Bad", "peer", peer=BAD), TableRow("good", "Good", "peer", peer=GOOD))
    said = []
    result = run_benchmark(
        Table("Table 0", rows, "popularity"),
        "table0",
        dataset,
        split,
        Workspace(tmp_path),
        2,
        say=said.append,
        host=host,
    )
    stored = pd.DataFrame(read_json(result.folder / "results.json", ""))
    good, bad = (stored[stored["run"] == name] for name in ("good", "bad"))
    assert (good["seeds"] == 2).all() and good["mean"].notna().all() and good["why"].isna().all()
    assert bad["mean"].isna().all() and bad["why"].str.contains("ValueError: no such layer").all()
    assert "Bad: Bad ended with exit code 1" in result.text
    assert (result.folder / "bad-seed0.log").read_text().splitlines() == ["loading", "ValueError: no such layer"]
    assert read_json(result.folder / "about.json", "")["configs"]["good"]["n_factors"] == 8


def test_without_the_environment_it_says_how_to_build_it(dataset, split, tmp_path, monkeypatch):
    monkeypatch.setenv("LEARN_PEERS_PYTHON", str(tmp_path / "nowhere" / "python"))
    with pytest.raises(ExternalBaselineCannotRun, match="did not run") as caught:
        external_run(GOOD, 0, dataset, split, tmp_path / "good-seed0", ExternalHost.at())
    assert "make peers" in caught.value.remedy


def test_without_the_runners_it_says_where_they_are(dataset, split, host, tmp_path):
    with pytest.raises(ExternalBaselineCannotRun, match="its runner is not at") as caught:
        external_run(GOOD, 0, dataset, split, tmp_path / "good-seed0", replace(host, scripts=tmp_path / "nowhere"))
    assert "clone of the project" in caught.value.remedy


def test_lists_of_unknown_items_are_the_peers_fault(dataset, split, host, tmp_path):
    script = RANKS.replace("{user},{item},{rank}", "{user},x{item},{rank}")
    (host.scripts / GOOD.script).write_text(script)
    with pytest.raises(ExternalBaselineCannotRun, match="Good wrote lists that cannot be read"):
        external_run(GOOD, 0, dataset, split, tmp_path / "good-seed0", host)


def test_table_3_has_every_peer_and_its_runner():
    made = plan("table3", preset("short"))
    peers = [row.peer for row in made.rows if row.kind == "peer"]
    assert tuple(peers) == PEERS and len({peer.name for peer in peers}) == len(PEERS)
    assert all((SCRIPTS / peer.script).is_file() for peer in PEERS)
    assert {"learn", "learn-id"} <= set(made.contenders) and made.reference in made.contenders
    assert json.dumps([peer.settings for peer in PEERS])


def test_sequences_are_cut_where_nearly_all_are_whole(split):
    lengths = split.history(Phase.TEST).lengths
    for peer in PEERS:
        length = peer.settings_for(split)[LENGTHS[peer.library]]
        assert (lengths <= length).mean() >= 0.95 and (lengths < length).mean() <= 0.95


@pytest.mark.slow
@pytest.mark.skipif(not ExternalHost.at().python.exists(), reason="`make peers` has not been run")
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_the_libraries_run(dataset, split, tmp_path, peer):
    short = {"epochs": 1} if peer.library == "recbole" else {"max_epochs": 1}
    short |= {"pretrain_epochs": 1} if "pretrain_epochs" in peer.settings else {}
    content = np.random.default_rng(0).normal(size=(dataset.n_items, 32)) if peer.reads_content else None
    brief = replace(peer, settings=peer.settings | short)
    run = external_run(brief, 0, dataset, split, tmp_path / "peer", ExternalHost.at(), content)
    lists = run.recommendations
    assert lists["user_id"].nunique() == len(dataset.user_ids) and run.info.trainable_parameters > 1000
    trained = dataset.item_ids[split.training_counts() > 0]
    assert lists[lists["among"] == "all"].groupby("user_id", observed=True).size().min() >= len(trained)
    assert peer.library in run.info.made


def test_a_peer_that_takes_too_long_is_stopped(dataset, split, host, tmp_path):
    (host.scripts / GOOD.script).write_text("import time\ntime.sleep(600)")
    with pytest.raises(ExternalBaselineCannotRun, match="Good was stopped after"):
        external_run(GOOD, 0, dataset, split, tmp_path / "good-seed0", replace(host, minutes=0.02))
    assert not (tmp_path / "good-seed0").exists()
