"""One call for every kind of source; the split that suits a Dataset."""

from __future__ import annotations

import pandas as pd
import pytest

from learn.data.report import NOTE, WARNING, render, report_table
from learn.data.sources import SourceKind, load_source
from learn.data.splits import default_split
from learn.data.validation import validate
from learn.errors import LearnError
from tests.data.frames import daily, dataset_of, interactions, items


@pytest.mark.parametrize(
    ("kind", "given", "what"),
    [
        ("nothing", {}, "There is no source 'nothing'"),
        ("tables", {"items": "i.csv"}, "needs --interactions"),
        ("tables", {}, "--items"),
        ("amazon", {"interactions": "r.json"}, "needs --items"),
        ("recbole", {}, "needs --path"),
        ("completejourney", {"path": "x"}, "--path"),
        ("recbole", {"path": "x", "items": "i"}, "--items"),
        ("completejourney", {"mapping": ["title=x"]}, "--map"),
        ("completejourney", {"date_order": "dmy"}, "--date-order"),
    ],
)
def test_what_a_source_needs_and_does_not_take(kind, given, what):
    with pytest.raises(LearnError, match=what) as caught:
        load_source(kind, **given)
    assert "learn prepare" in caught.value.remedy or "Choose one of: completejourney" in caught.value.remedy


@pytest.mark.parametrize("kind", [SourceKind.TABLES, "tables"])
def test_tables_through_the_one_entry(tmp_path, kind):
    items().to_csv(tmp_path / "i.csv", index=False)
    interactions().to_csv(tmp_path / "x.csv", index=False)
    dataset = load_source(kind, name="mine", items=tmp_path / "i.csv", interactions=tmp_path / "x.csv")
    assert dataset.name == "mine"
    assert dataset.source["kind"] == "tables"
    assert dataset.source["interactions"] == str(tmp_path / "x.csv")


def test_a_bad_name_is_refused_before_anything_is_read():
    with pytest.raises(LearnError, match="cannot be a folder's name"):
        load_source("tables", name="a/b", items="absent", interactions="absent")


def test_long_dense_histories_are_cut_by_time():
    assert default_split(daily(3, 365)).info.test_start == "2017-11-01T00:00:00"


def test_short_ranges_short_histories_and_untimed_ones_leave_one_out():
    assert default_split(daily(3, 50)).info.kind == "leave_one_out"
    week = pd.Timedelta(days=70)
    sparse = dataset_of([[(k, pd.Timestamp("2020-01-01") + k * week) for k in range(5)]] * 3, 5)
    assert default_split(sparse).info.kind == "leave_one_out"
    assert default_split(dataset_of([[(0, None), (1, None), (2, None)]], 3)).info.kind == "leave_one_out"


def test_how_files_are_written_can_be_said(tmp_path):
    (tmp_path / "i.csv").write_bytes("item_id;title,long\na;señor,x\n".encode("cp1252"))
    (tmp_path / "x.csv").write_text("user_id;item_id\nu;a\n")
    given = {"items": tmp_path / "i.csv", "interactions": tmp_path / "x.csv", "mapping": {"title": "title,long"}}
    with pytest.raises(LearnError, match="is not UTF-8"):
        load_source("tables", name="mine", **given)
    made = load_source("tables", name="mine", **given, encoding="cp1252", separator="semicolon")
    assert made.items["title"].tolist() == ["señor,x"]
    with pytest.raises(LearnError, match="does not use --separator"):
        load_source("recbole", path=tmp_path, separator="tab")


def test_users_who_are_on_one_side_of_the_cut_only_leave_one_out():
    def split_of(runs: list[tuple[str, int]]):
        days = [pd.date_range(start, periods=length, freq="D") for start, length in runs]
        return default_split(dataset_of([[(k % 5, day) for k, day in enumerate(run)] for run in days], 5))

    early, across = ("2020-01-01", 30), ("2020-01-01", 181)
    assert split_of([early, early, across]).info.kind == "by_time", "a third of the users cross the cut: enough"
    assert split_of([early] * 9 + [across]).info.kind == "leave_one_out", "a tenth of them is not"


def test_an_empty_part_of_the_calendar_leaves_one_out():
    runs = [pd.date_range(start, periods=30, freq="D") for start in ("2020-01-01", "2020-06-01")]
    split = default_split(dataset_of([[(k % 5, day) for run in runs for k, day in enumerate(run)]] * 2, 5))
    assert split.info.kind == "leave_one_out"


def test_the_report_says_what_was_found_and_what_to_do():
    rows = [("u", "i0", "2024-01-01"), ("u", "z9", "2024-01-02"), ("u", "i1", "2024-01-05")]
    report = validate("made", items(), interactions(rows), {"kind": "test"}).report
    table = report_table(report).set_index("finding")
    unknown = table[table.index.str.contains("unknown items")].iloc[0]
    assert unknown["severity"] == WARNING, "a third of the rows was dropped"
    assert unknown["value"].startswith("1")
    assert "Add" in unknown["remedy"]
    never = table[table.index.str.contains("nobody")].iloc[0]
    assert never["severity"] == NOTE
    assert never["value"].startswith("4 (i2, i3, i4, i5")
    assert table.loc["time", "value"] == "2024-01-01 to 2024-01-05"
    text = "\n".join(render(report))
    assert "z9" in text
    assert report["history"] == {"mean": 2.0, "median": 2.0, "max": 2, "min": 2}
    assert report["price"]["median"] == 4.0


def test_a_report_of_nothing_wrong_says_so():
    rows = [("u", f"i{k}", f"2024-01-0{k + 1}") for k in range(6)]
    lines = render(validate("made", items(), interactions(rows), {"kind": "test"}).report)
    assert lines[-1] == "Nothing had to be mended."


def test_no_report_is_an_empty_table():
    assert report_table({}).empty
    assert list(report_table({}).columns) == ["finding", "value", "severity", "remedy", "spoils"]
