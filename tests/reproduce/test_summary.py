"""Means over seeds, intervals over users, and the paired difference, against numbers worked out by hand."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from learn.config import preset
from learn.data.schema import Metrics, PerUser
from learn.errors import LearnError
from learn.files import read_json
from learn.reproduce.report import default_columns, markdown, publish, write_report
from learn.reproduce.results import DAMAGED, benchmark_files, one_metric, read_benchmark, read_rows
from learn.reproduce.run import best_validated
from learn.reproduce.summary import DIGITS, per_user_values, summarise
from learn.reproduce.tables import PLANS, ZERO_SHOT, Source, Table, TableRow, plan
from learn.workspace import Workspace

COLUMNS = {"run", "kind", "dataset", "split", "metric", "k", "mean", "low", "high", "seeds", "n_users", "params"}
COLUMNS |= {"train_seconds", "commit", "slice", "why", "refit"}


def fake_run(hits, targets=(2, 4, 1, 2), cold=0.25, cold_users=1):
    """Four users; ``hits`` of each among its first k, at every k; of the item slices one has users."""
    table = pd.DataFrame({PerUser.USER: [3, 1, 2, 0], PerUser.CANDIDATES: "all", PerUser.N_TARGETS: list(targets)})
    for k in (10, 50, 100):
        table[PerUser.at(PerUser.HITS, k)] = list(hits)
        table[PerUser.at(PerUser.NDCG, k)] = np.array(hits) / 10
    metrics = pd.DataFrame(
        [
            (metric, k, "all", part, value, value - 0.1, value + 0.1, users)
            for metric in ("hit_rate", "recall", "ndcg", "mrr")
            for k in (10, 50, 100)
            for part, value, users in (
                ("all", 0.5, 4),
                ("user:others", 0.5, 4),
                ("item:cold-start", cold, cold_users),
                ("item:long-tail", np.nan, 0),
            )
        ],
        columns=list(Metrics.ALL),
    )
    info = SimpleNamespace(
        dataset="shop",
        split={"kind": "leave_one_out"},
        trainable_parameters=7,
        train_seconds=1.5,
        made={"commit": "abc"},
    )
    return SimpleNamespace(per_user=table, metrics=metrics, info=info)


@pytest.fixture
def table():
    rows = (TableRow("base", "Base", "reference"), TableRow("ours", "Ours", "text", preset("tiny")))
    return Table("Table 0", rows, reference="base")


@pytest.fixture
def summary(table):
    return summarise(
        table, {"base": [fake_run([0, 0, 0, 0])], "ours": [fake_run([1, 1, 0, 2]), fake_run([1, 3, 0, 2], cold=0.75)]}
    )


def test_values_of_users_come_in_their_order():
    run = fake_run([1, 2, 0, 2])
    assert per_user_values(run, "recall", 10, "all").tolist() == [1.0, 0.5, 0.0, 0.5]
    assert per_user_values(run, "hit_rate", 10, "all").tolist() == [1.0, 1.0, 0.0, 1.0]
    assert per_user_values(run, "ndcg", 10, "all").tolist() == [0.2, 0.2, 0.0, 0.1]


def test_means_over_seeds_and_differences(summary):
    ours = one_metric(summary, "recall", 10, "all").iloc[0]
    assert ours["run"] == "ours"
    first, second = (0.5 + 0.25 + 0 + 1) / 4, (0.5 + 0.75 + 0 + 1) / 4
    assert ours["mean"] == pytest.approx((first + second) / 2)
    assert ours["seed_sd"] == round(abs(first - second) / np.sqrt(2), DIGITS)
    assert ours["difference"] == pytest.approx(ours["mean"])  # the base finds nothing
    assert ours["low"] <= ours["mean"] <= ours["high"]
    assert (ours["seeds"], ours["n_users"], ours["params"]) == (2, 4, 7)


def test_slices_follow_where_they_have_users(summary):
    assert set(summary["slice"]) == {"all", "item:cold-start"}
    cold = one_metric(summary, "recall", 50, "all", "item:cold-start").set_index("run")
    assert cold.loc["base", ["mean", "low", "high"]].tolist() == pytest.approx([0.25, 0.15, 0.35])
    between, within = np.var([0.25, 0.75], ddof=1) / 2, (0.1 / norm.ppf(0.975)) ** 2
    reach = t.ppf(0.975, (between + within) ** 2 / between**2) * np.sqrt(between + within)
    assert cold.loc["ours", ["mean", "low", "high"]].tolist() == pytest.approx(
        [0.5, 0.5 - reach, 0.5 + reach], abs=1e-6
    )
    assert reach > 1, "two seeds that lie far apart say little"
    assert cold["n_users"].tolist() == [1, 1] and cold["difference"].isna().all()


def test_table_6_prints_the_recall_of_cold_start_targets(table, summary):
    of_slices = replace(table, slices=plan("table6", preset("tiny")).slices)
    text = markdown(of_slices, summary, default_columns(of_slices, summary))
    assert "cold-start recall@50" in text.splitlines()[0]
    assert "| 0.2500 [0.1500, 0.3500] |" in next(line for line in text.splitlines() if line.startswith("| Base"))


def test_a_row_that_could_not_run_says_why(table, tmp_path):
    summary = summarise(table, {"base": [fake_run([1, 0, 0, 0])]}, {"ours": "Ours has no environment."})
    rows = one_metric(summary, "recall", 10, "all").set_index("run")
    assert rows.loc["ours", "why"] == "Ours has no environment." and pd.isna(rows.loc["ours", "mean"])
    assert pd.isna(rows.loc["base", "why"]) and rows.loc["base", "mean"] == 0.125
    write_report(tmp_path, table, summary, {})
    stored = [row for row in read_json(tmp_path / "results.json", "") if row["run"] == "ours"]
    assert len(stored) == 9 and all(row["mean"] is None and row["seeds"] == 0 for row in stored)
    text = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "| Ours | 0 | – | – | – |" in text and text.endswith("\nOurs: Ours has no environment.\n")


def test_the_reference_is_the_contender_that_validates_best(table):
    def validated(*scores):
        return SimpleNamespace(curves=pd.DataFrame({"validation": scores}))

    runs = {"base": [validated(0.1, 0.4), validated(0.2, 0.1)], "ours": [validated(0.3, 0.2), validated(0.35)]}
    assert best_validated(table, runs) == "base"
    assert best_validated(replace(table, contenders=("base", "ours")), runs) == "ours"


def test_published_rows_of_earlier_versions_are_about_all_targets(summary, tmp_path):
    file = tmp_path / "table0.json"
    publish(summary[summary["slice"] == "all"].drop(columns=["slice", "why"]), file)
    publish(summary.assign(dataset="other"), file)
    assert set(read_benchmark(file, "shop")["slice"]) == {"all"}
    assert set(read_benchmark(file, "other")["slice"]) == {"all", "item:cold-start"}


def test_files_have_flat_rows_and_a_readable_table(table, summary, tmp_path):
    write_report(tmp_path, table, summary, {"dataset": "shop"})
    rows = read_json(tmp_path / "results.json", "")
    assert len(rows) == 2 * 2 * 3 * 3 and all(set(row) >= COLUMNS for row in rows)
    text = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert text == f"# Table 0\n\n{markdown(table, summary, default_columns(table, summary))}\n"
    ours = next(line for line in text.splitlines() if line.startswith("| Ours"))
    assert "| 2 |" in ours and ours.count("[") == 3
    assert "plotly" in (tmp_path / "figure.html").read_text(encoding="utf-8")


def test_a_table_reads_the_same_from_its_file(table, tmp_path):
    """A third is printed from four digits of it, whichever of the two tables is printed."""
    runs = {"base": [fake_run([0, 1, 0, 1], targets=(3, 6, 7, 9))], "ours": [fake_run([1, 1, 0, 2], (3, 7, 9, 11))]}
    made = summarise(table, runs)
    write_report(tmp_path, table, made, {"dataset": "shop"})
    again = read_rows(tmp_path / "results.json")
    as_values = [frame.astype(object).where(frame.notna(), None).to_dict("records") for frame in (again, made)]
    assert as_values[0] == as_values[1]
    columns = default_columns(table, made)
    assert markdown(table, again, columns) == markdown(table, made, columns)


def test_a_row_is_compared_with_the_best_other_simple_reference(table):
    """In pairs, and with one that learned from the same."""
    refitted = (TableRow("base-refit", "Base, refitted", "reference", refit=True),)
    rows = (TableRow("better", "Better", "reference"), *table.rows, *refitted)
    runs = {
        "better": [fake_run([1, 0, 0, 0])],
        "base": [fake_run([0, 0, 0, 0])],
        "ours": [fake_run([1, 1, 0, 2]), fake_run([1, 3, 0, 2])],
        "base-refit": [fake_run([2, 4, 1, 2])],
    }
    found = one_metric(summarise(replace(table, rows=rows), runs), "recall", 10, "all").set_index("run")
    assert found["rival"].dropna().to_dict() == {"ours": "better", "base": "better", "better": "base"}
    apart = found["mean"]["ours"] - found["mean"]["better"]
    assert found["over_rival"]["ours"] == pytest.approx(apart, abs=1e-6)
    assert found["over_rival"]["better"] == pytest.approx(-found["over_rival"]["base"])
    assert found["over_rival_low"]["ours"] < apart < found["over_rival_high"]["ours"]
    assert np.isnan(found["over_rival"]["base-refit"])


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
    found = benchmark_files(Workspace(tmp_path / "nothing"), tmp_path)  # listed: the others can still be looked at
    assert found == {("table0", "damaged"): tmp_path / "table0.json"}
    with pytest.raises(LearnError, match=r"table0\.json") as caught:
        read_benchmark(tmp_path / "table0.json", "damaged")
    assert "learn benchmark" in caught.value.remedy


@pytest.mark.parametrize("name", [*PLANS, ZERO_SHOT])
@pytest.mark.parametrize("base", ["tiny", "demo", "short"])
def test_every_plan_has_its_reference_and_distinct_rows(name, base):
    made = plan(name, preset(base), [Source("other", preset("tiny"))] if name == ZERO_SHOT else ())
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
        plan("table4", preset("tiny"), [Source("other", preset("tiny"))])
    with pytest.raises(LearnError, match="zero-shot names one twice"):
        plan(ZERO_SHOT, preset("tiny"), [Source("other", preset("tiny"))] * 2)


def test_rows_say_whether_they_were_refitted(table):
    refitted = replace(table, rows=(*table.rows, replace(table.rows[1], name="ours-refit", refit=True)))
    runs = {row.name: [fake_run([1, 1, 0, 2])] for row in refitted.rows}
    found = one_metric(summarise(refitted, runs), "recall", 10, "all").set_index("run")["refit"]
    assert found.to_dict() == {"base": False, "ours": False, "ours-refit": True}


def test_what_lists_show_together_stands_beside_recall(table):
    def run(distinct):
        made = fake_run([1, 1, 0, 2])
        rows = [("distinct_items", k, "all", "all", distinct, np.nan, np.nan, 4) for k in (10, 50, 100)]
        rows += [("long_tail_recall", k, "all", "all", 0.3, 0.2, 0.4, 2) for k in (10, 50, 100)]
        made.metrics = pd.concat([made.metrics, pd.DataFrame(rows, columns=list(Metrics.ALL))], ignore_index=True)
        return made

    found = summarise(table, {"base": [run(7)], "ours": [run(10), run(20)]})
    distinct = one_metric(found, "distinct_items", 50, "all").set_index("run")
    assert distinct["mean"].to_dict() == {"ours": 15.0, "base": 7.0} and distinct["low"].isna().all()
    tail = one_metric(found, "long_tail_recall", 50, "all").set_index("run")
    assert tail.loc["ours", ["mean", "low", "high", "n_users"]].tolist() == pytest.approx([0.3, 0.2, 0.4, 2])
    assert set(found["metric"]) == {"hit_rate", "recall", "ndcg", "distinct_items", "long_tail_recall"}


def test_no_published_comparison_is_damaged_and_nothing_else_is_taken_for_one(tmp_path):
    published = Path(__file__).resolve().parents[2] / "assets" / "benchmarks"
    found = benchmark_files(Workspace(tmp_path), published)
    assert ("table3", "scientific") in found and {name for name, _ in found} <= {*PLANS, ZERO_SHOT}
    assert DAMAGED not in {dataset for _, dataset in found}
