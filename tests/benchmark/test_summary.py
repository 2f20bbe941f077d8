"""Means over seeds, intervals over users, and the paired difference, against numbers worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from learn.benchmark.plans import PLANS, ZERO_SHOT, Plan, Row, Source, plan
from learn.benchmark.report import default_columns, markdown, publish, write_report
from learn.benchmark.summary import per_user_values, summarise
from learn.config import preset
from learn.data.schema import PerUser
from learn.errors import LearnError
from learn.explore.benchmarks import benchmark_files, one_metric, read_benchmark, read_rows
from learn.files import read_json
from learn.workspace import Workspace

COLUMNS = {"run", "kind", "dataset", "split", "metric", "k", "mean", "low", "high", "seeds", "n_users", "params"}
COLUMNS |= {"train_seconds", "commit"}


def fake_run(hits, targets=(2, 4, 1, 2)):
    """Four users; ``hits`` of each among its first k, at every k."""
    table = pd.DataFrame({PerUser.USER: [3, 1, 2, 0], PerUser.AMONG: "all", PerUser.N_TARGETS: list(targets)})
    for k in (10, 50, 100):
        table[PerUser.at(PerUser.HITS, k)] = list(hits)
        table[PerUser.at(PerUser.NDCG, k)] = np.array(hits) / 10
    info = SimpleNamespace(
        dataset="shop",
        split={"kind": "leave_one_out"},
        trainable_parameters=7,
        train_seconds=1.5,
        made={"commit": "abc"},
    )
    return SimpleNamespace(per_user=table, info=info)


@pytest.fixture
def table():
    rows = (Row("base", "Base", "reference"), Row("ours", "Ours", "text", preset("tiny")))
    return Plan("Table 0", rows, reference="base")


@pytest.fixture
def summary(table):
    return summarise(
        table, {"base": [fake_run([0, 0, 0, 0])], "ours": [fake_run([1, 1, 0, 2]), fake_run([1, 3, 0, 2])]}
    )


def test_values_of_users_come_in_their_order():
    run = fake_run([1, 2, 0, 2])
    assert per_user_values(run, "recall", 10, "all").tolist() == [1.0, 0.5, 0.0, 0.5]
    assert per_user_values(run, "hit_rate", 10, "all").tolist() == [1.0, 1.0, 0.0, 1.0]
    assert per_user_values(run, "ndcg", 10, "all").tolist() == [0.2, 0.2, 0.0, 0.1]


def test_means_over_seeds_and_differences(summary):
    ours = summary[(summary["run"] == "ours") & (summary["metric"] == "recall") & (summary["k"] == 10)].iloc[0]
    first, second = (0.5 + 0.25 + 0 + 1) / 4, (0.5 + 0.75 + 0 + 1) / 4
    assert ours["mean"] == pytest.approx((first + second) / 2)
    assert ours["seed_sd"] == pytest.approx(abs(first - second) / np.sqrt(2))
    assert ours["difference"] == pytest.approx(ours["mean"])  # the base finds nothing
    assert ours["low"] <= ours["mean"] <= ours["high"]
    assert (ours["seeds"], ours["n_users"], ours["params"]) == (2, 4, 7)


def test_files_have_flat_rows_and_a_readable_table(table, summary, tmp_path):
    write_report(tmp_path, table, summary, {"dataset": "shop"})
    rows = read_json(tmp_path / "results.json", "")
    assert len(rows) == 2 * 3 * 3 and all(set(row) >= COLUMNS for row in rows)
    text = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert text == f"# Table 0\n\n{markdown(table, summary, default_columns(summary))}\n"
    ours = next(line for line in text.splitlines() if line.startswith("| Ours"))
    assert "| 2 |" in ours and ours.count("[") == 3
    assert "plotly" in (tmp_path / "figure.html").read_text(encoding="utf-8")


def test_publishing_replaces_the_rows_of_the_same_dataset_only(summary, tmp_path):
    file = tmp_path / "table0.json"
    publish(summary, file)
    publish(summary.assign(dataset="other"), file)
    publish(summary.assign(mean=0.5), file)
    rows = read_rows(file)
    assert rows.groupby("dataset").size().to_dict() == {"shop": len(summary), "other": len(summary)}
    assert (rows[rows["dataset"] == "shop"]["mean"] == 0.5).all()
    found = benchmark_files(Workspace(tmp_path / "nothing"), tmp_path)
    assert found == {("table0", "shop"): file, ("table0", "other"): file}
    best = one_metric(read_benchmark(file, "other"), "recall", 10, "all")
    assert best["run"].tolist() == ["ours", "base"]


@pytest.mark.parametrize("damage", ["{", "[]", '[{"run": "x", "dataset": "shop"}]'])
def test_a_damaged_file_says_what_to_do(tmp_path, damage):
    (tmp_path / "table0.json").write_text(damage)
    with pytest.raises(LearnError, match=r"table0\.json") as caught:
        benchmark_files(Workspace(tmp_path / "nothing"), tmp_path)
    assert "learn benchmark" in caught.value.remedy


@pytest.mark.parametrize("name", [*PLANS, ZERO_SHOT])
@pytest.mark.parametrize("base", ["tiny", "demo", "short"])
def test_every_plan_has_its_reference_and_distinct_rows(name, base):
    made = plan(name, preset(base), Source("other", preset("tiny")) if name == ZERO_SHOT else None)
    names = [row.name for row in made.rows]
    assert made.reference in names and len(set(names)) == len(names)


@pytest.mark.parametrize("base", ["tiny", "demo", "short"])
def test_table_7_compares_backbones_and_nothing_else(base):
    trained = [row.config for row in plan("table7", preset(base)).rows if row.config is not None]
    one = {"pal__backbone": "own", "pal__backbone_layers": 1, "pal__lora_rank": 1}
    assert len(trained) == 4
    assert all(config.with_values(**one) == trained[0].with_values(**one) for config in trained)
    assert trained[0].training.epochs <= 12 and trained[0].objective.catalogue_negatives <= 512


def test_an_unknown_benchmark_lists_those_there_are():
    with pytest.raises(LearnError, match="no benchmark 'table9'") as caught:
        plan("table9", preset("tiny"))
    assert all(name in caught.value.remedy for name in PLANS)
    with pytest.raises(LearnError, match="zero-shot needs a dataset"):
        plan(ZERO_SHOT, preset("tiny"))
    with pytest.raises(LearnError, match="table4 does not use a dataset"):
        plan("table4", preset("tiny"), Source("other", preset("tiny")))
