"""The commands end to end on a tiny catalogue with a tiny local LLM, and what they say to a user's mistakes."""

import json
import re
import shlex
import subprocess
import sys

import pandas as pd
import pytest
from typer.testing import CliRunner

from learn.cli.commands import app
from learn.errors import LearnError
from learn.evaluation.protocol import default_k
from learn.item_towers import ITEM_TOWERS
from learn.runs.baselines import EVERYWHERE
from learn.runs.run import Run
from tests.fake_llm import make_tiny_llm
from tests.shop import write_tables

RUNS = {*(tower.run_name for tower in ITEM_TOWERS.entries), *EVERYWHERE, "slit", "text-counts"}


def run(*words, expect=0):
    """Runs a command as the console script would; a LearnError is returned as the message that the user reads."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, LearnError):
        assert expect == 2, str(result.exception)
        return str(result.exception)
    assert result.exit_code == expect, result.output + repr(result.exception)
    return result.output


MAPPING = ("--map", "item_id=sku", "--map", "title=name", "--map", "user_id=customer", "--map", "timestamp=when")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    items, interactions = write_tables(folder)
    llm = make_tiny_llm(folder / "llm")
    where = folder / "workspace"
    output = run(
        "demo", "--items", items, "--interactions", interactions, "--name", "shop", *MAPPING,
        "--preset", "tiny", "--llm", llm, "--workspace", where,
    )  # fmt: skip
    return where, llm, output


def test_demo_makes_every_run_from_two_csv_files(workspace):
    where, _, output = workspace
    assert {path.parent.name for path in (where / "runs" / "shop").glob("*/run.json")} == RUNS
    assert "Next: learn app" in output
    assert not list(where.rglob(".partial-*"))


def test_a_second_demo_reads_and_trains_nothing_again(workspace, tmp_path):
    where, llm, _ = workspace
    before = {path: path.stat().st_mtime_ns for path in (where / "runs" / "shop").glob("learn-*/run.json")}
    items, interactions = write_tables(tmp_path)
    run(
        "demo", "--items", items, "--interactions", interactions, "--name", "shop", *MAPPING,
        "--preset", "tiny", "--llm", llm, "--workspace", where,
    )  # fmt: skip
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_step_by_step_says_what_to_type_next(tmp_path):
    items, interactions = write_tables(tmp_path)
    llm, where = make_tiny_llm(tmp_path / "llm"), tmp_path / "w"
    output = run(
        "prepare", "tables", "--items", items, "--interactions", interactions, "--name", "shop", *MAPPING,
        "--workspace", where,
    )  # fmt: skip
    assert "Next: learn extract shop" in output
    output = run("extract", "shop", "--llm", llm, "--preset", "tiny", "--workspace", where)
    assert "Read 120 of 120 items" in output
    assert "Read 0 of 120 items" in run("extract", "shop", "--llm", llm, "--preset", "tiny", "--workspace", where)
    output = run("train", "shop", "--tower", "b", "--llm", llm, "--preset", "tiny", "--workspace", where)
    assert "learn-b" in output


def test_two_tables_may_call_the_item_differently(tmp_path):
    items, interactions = write_tables(tmp_path)
    frame = pd.read_csv(interactions).rename(columns={"sku": "article"})
    frame.to_csv(interactions, index=False)
    words = ["prepare", "tables", "--items", items, "--interactions", interactions, "--name", "shop"]
    words += ["--workspace", tmp_path / "w", *MAPPING]
    assert "--map interactions.item_id=COLUMN" in run(*words, expect=2)
    twice = run(*words, "--map", "item_id=article", expect=2)
    assert "--map items.item_id=COLUMN --map interactions.item_id=COLUMN" in twice
    where = shlex.quote(str(tmp_path / "w"))
    assert f"Next: learn extract shop --workspace {where}" in run(*words, "--map", "interactions.item_id=article")


def test_a_workspace_that_is_not_there_is_named(tmp_path):
    assert "no workspace" in run("runs", "--workspace", tmp_path / "absent", expect=2)


def test_the_default_list_length_suits_the_catalogue():
    assert [default_k(n) for n in (5, 60, 499, 500, 999, 1000, 17_395)] == [10, 10, 10, 50, 50, 100, 100]


def test_a_benchmark_trains_every_cell_once(workspace):
    where, llm, _ = workspace
    words = ["benchmark", "table4", "--dataset", "shop", "--seeds", 2, "--preset", "tiny", "--workspace", where]
    words += ["--set", f"cex.llm={llm}"]
    output = run(*words)
    assert all(label in output for label in ("w/o Align", "(a) sequence to sequence", "Item-kNN"))
    folder = where / "benchmarks" / "table4" / "shop"
    rows = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert {row["seeds"] for row in rows if row["run"] in "abc"} == {2}
    made = [*folder.glob("*/run.json"), *(where / "benchmarks" / "cells" / "shop").glob("*/run.json")]
    before = {path: path.stat().st_mtime_ns for path in made}
    assert len(before) == 7 + len(EVERYWHERE)  # three towers under two seeds, w/o Align and the references once
    run(*words)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert json.loads((folder / "results.json").read_text(encoding="utf-8")) == rows


def test_a_run_ranks_a_dataset_that_it_was_not_trained_on(workspace, tmp_path):
    where, llm, _ = workspace
    items, interactions = write_tables(tmp_path)
    run(
        "prepare", "tables", "--items", items, "--interactions", interactions, "--name", "other", *MAPPING,
        "--split", "leave-one-out", "--workspace", where,
    )  # fmt: skip
    words = ["benchmark", "zero-shot", "--dataset", "other", "--source", "shop", "--seeds", 1, "--preset", "tiny"]
    output = run(*words, "--workspace", where, "--set", f"cex.llm={llm}")
    assert "(b), trained on shop" in output and "(b), trained here" in output
    made = Run(where / "benchmarks" / "zero-shot" / "other" / "zero-shot-shop-seed0")
    assert made.info.made["trained_on"] == "shop" and made.info.trainable_parameters == 0
    weights = made.tensors("weights")
    assert not any("prior" in name for name in weights)  # how popular things are is the source's own
    sources = [Run(path) for path in (where / "benchmarks" / "cells" / "shop").glob("b-*-seed0")]
    towers = {name for name in weights if not name.startswith("residual.")}
    assert towers < set(weights), "the frozen texts are read beside the towers"
    assert any(all((source.tensors("weights")[name] == weights[name]).all() for name in towers) for source in sources)


def test_evaluate_recommend_and_runs(workspace):
    where, _, _ = workspace
    assert "learn-a" in run("evaluate", "shop", "--workspace", where)
    assert "item:cold-start" in run("evaluate", "shop", "--run", "learn-a", "--workspace", where)
    path = where / "runs" / "shop" / "learn-a" / "per_user.parquet"
    sound = path.read_bytes()
    path.write_bytes(sound[:-9] + bytes([sound[-9] ^ 1]) + sound[-8:])
    said = run("evaluate", "shop", "--workspace", where)
    path.write_bytes(sound)
    assert "per_user.parquet" in said and "per_user.parquet" not in run("evaluate", "shop", "--workspace", where)
    assert "item-knn" in run("runs", "shop", "--workspace", where)
    for name in sorted(RUNS):
        assert "rank" in run("recommend", "shop", "--run", name, "--user", "c3", "-k", "5", "--workspace", where)


@pytest.mark.parametrize("name", ["learn-a", "learn-b", "learn-c", "without-align"])
def test_somebody_unknown_gets_recommendations_from_a_pasted_history(workspace, name):
    where, _, _ = workspace
    output = run("recommend", "shop", "--run", name, "--history", "s1,s5,s9", "-k", "4", "--workspace", where)
    lines = [line for line in output.splitlines() if "number" in line]
    assert len(lines) == 4
    assert not any(f" {item} " in line for item in ("s1", "s5", "s9") for line in lines)


@pytest.mark.parametrize("index", ["exact", "hnsw", "ivf-pq"])
def test_recommendations_of_a_category_and_a_price_by_any_index(workspace, index):
    where, _, _ = workspace
    words = ("recommend", "shop", "--run", "learn-a", "--user", "c3", "--index", index, "--workspace", where)
    output = run(*words, "--category", "food > milk", "--min-price", "2", "--max-price", "9", "-k", "50")
    found = {int(word[1:]) for word in output.split() if re.fullmatch(r"s\d+", word)}
    # Every item that costs from 2 to 9 and is milk, but those that the customer had.
    assert found and found <= {n for n in range(120) if n % 4 == 3 and 2 <= 1 + n / 10 <= 9}
    assert len(found) >= 8


def test_another_systems_recommendations_become_a_run(workspace, tmp_path):
    where, _, _ = workspace
    table = tmp_path / "theirs.csv"
    pd.DataFrame({"user_id": ["c1", "c1", "c2"], "item_id": ["s1", "s2", "s3"], "rank": [1, 2, 1]}).to_csv(table)
    output = run("import-run", "shop", table, "--name", "theirs", "--workspace", where)
    assert "Note: theirs.csv has no list for" in output and "count as misses" in output
    assert (where / "runs" / "shop" / "theirs" / "run.json").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["recommend", "shop", "--run", "learn-a", "--user", "nobody"], "no user 'nobody'"),
        (["recommend", "shop", "--run", "learn-a", "--user", "c1", "-k", "121"], "k = 121.*120 items"),
        (["recommend", "shop", "--run", "learn-a", "--user", "c1", "-k", "0"], "k = 0"),
        (["recommend", "shop", "--run", "learn-a", "--history", "s1,zzz"], "no item 'zzz'"),
        (["recommend", "shop", "--run", "learn-a", "--history", ","], "history is empty"),
        (["recommend", "shop", "--run", "learn-a"], "for whom"),
        (["recommend", "shop", "--user", "c1", "--index", "tree"], "no index 'tree'.*ivf-pq"),
        (["recommend", "shop", "--user", "c1", "--category", "Foot"], "category 'Foot'.*Food"),
        (["train", "shop", "--set", "training.epoch=3"], "did you mean training.epochs"),
        (["benchmark", "table9", "--dataset", "shop"], "no benchmark 'table9'"),
        (["recommend", "shop", "--run", "learn-x", "--user", "c1"], "no Run 'learn-x'.*learn-a"),
        (["recommend", "shop", "--run", "popularity", "--history", "s1"], "stored lists only"),
        (["evaluate", "nothing"], "no dataset 'nothing'.*shop"),
        (["evaluate", "shop", "-k", "7"], None),
        (["evaluate", "shop", "--k", "7"], "k = 7"),
        (["evaluate", "../x"], "cannot be a folder's name"),
        (["train", "shop", "--tower", "z"], "no item tower 'z'"),
        (["train", "shop", "--preset", "huge"], "no preset 'huge'"),
        (["train", "shop", "--set", "epochs=3"], "not section.field=value"),
        (["train", "shop", "--set", "training.epochs=0"], "training.epochs = 0"),
        (["train", "shop", "--set", "training.speed=1"], "training.speed"),
        (["train", "shop", "--set", "pal.num_heads=3"], "divisible"),
        (["extract", "shop", "--llm", "./absent-model"], "absent-model"),
        (["prepare", "cinema"], "cinema"),
        (["prepare", "tables", "--items", "no.csv", "--interactions", "no.csv"], "no.csv"),
        (["demo", "--items", "x.csv"], "Only one of the two tables"),
        (["prepare", "completejourney", "--split", "weekly"], "no split 'weekly'"),
    ],
)
def test_a_mistake_gets_one_message_with_the_remedy(workspace, words, message):
    import re

    where, _, _ = workspace
    before = sorted(where.rglob("*"))
    text = run(*words, "--workspace", where, expect=2)
    if message is not None:
        assert re.search(message, text, re.DOTALL), text
        assert "What to do:" in text
    assert sorted(where.rglob("*")) == before


def test_a_dataset_without_a_split_has_the_default_one(workspace, tmp_path):
    from learn.data.dataset import Dataset
    from learn.data.splits import default_split
    from learn.data.stored import open_dataset
    from learn.workspace import Workspace

    dataset = Dataset.load(Workspace(workspace[0]).dataset("shop"))
    dataset.save(Workspace(tmp_path).dataset("shop"))
    assert not (Workspace(tmp_path).dataset("shop") / "split.json").exists()
    assert open_dataset(Workspace(tmp_path), "shop").split.info == default_split(dataset).info


def test_the_console_script_prints_no_traceback(workspace):
    where, _, _ = workspace
    command = [sys.executable, "-m", "learn.cli", "evaluate", "nothing", "--workspace", str(where)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: There is no dataset 'nothing'")
    assert "Traceback" not in done.stderr


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from learn.cli.commands import app;"
        "r = CliRunner().invoke(app, ['--help']); assert r.exit_code == 0;"
        "heavy = 'torch transformers pandas numpy pydantic rich faiss umap streamlit'.split();"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
