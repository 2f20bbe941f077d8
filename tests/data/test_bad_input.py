"""Malformed input: what cannot be mended names file, value and remedy and writes nothing; what can be is counted."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from learn.data.schema import Interactions, Items
from learn.data.tables import load_tables
from learn.data.validation import validate
from learn.errors import LearnError
from tests.data.frames import interactions, items

GOOD_ITEMS = b"item_id,title,price\ni1,Milk,1.5\ni2,Bread,2\n"
GOOD_INTERACTIONS = b"user_id,item_id,timestamp\nu1,i1,2024-01-01\nu1,i2,2024-01-02\nu2,i2,2024-01-03\n"
GOOD_PARQUET = "parquet"


def parquet_bytes(tmp: Path) -> bytes:
    pd.DataFrame({"item_id": ["i1", "i2"] * 500, "title": ["Milk", "Bread"] * 500}).to_parquet(tmp / "made.parquet")
    content = (tmp / "made.parquet").read_bytes()
    (tmp / "made.parquet").unlink()
    return content


def json_lines(*rows: object) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


# name, items file, its bytes (None: good), interactions file, its bytes, pattern of the message, word of the remedy
FATAL = [
    ("items empty", "i.csv", b"", "x.csv", None, r"i\.csv.*(empty|no header)", "header|row|column"),
    ("items blank lines", "i.csv", b"\n\n", "x.csv", None, r"i\.csv.*blank lines", "header|row|column"),
    ("items header only", "i.csv", b"item_id,title\n", "x.csv", None, r"i\.csv.*no rows", "row"),
    ("interactions header only", "i.csv", None, "x.csv", b"user_id,item_id\n", r"x\.csv.*no rows", "row"),
    ("no item_id", "i.csv", b"itm_id,title\n1,a\n", "x.csv", None, r"i\.csv has no column.*item_id.*itm_id", "itm_id"),
    ("no user", "i.csv", None, "x.csv", b"usr_id,item_id\n1,i1\n", r"x\.csv has no column.*user_id.*usr_id", "usr_id"),
    ("no title", "i.csv", b"item_id,nothing\ni1,a\n", "x.csv", None, r"i\.csv", "--map"),
    ("unknown ending", "i.xlsx", b"PK", "x.csv", None, r"i\.xlsx", "CSV"),
    ("not UTF-8", "i.csv", b"item_id,title\ni1,Milk\ni2,Caf\x8e\n", "x.csv", None, r"i\.csv.*line 3.*UTF-8", "UTF-8"),
    ("ragged", "i.csv", b"item_id,title\ni1,Milk\ni2,Bread,x,y\n", "x.csv", None, r"i\.csv.*line 3", "comma|line"),
    ("open quote", "i.csv", b'item_id,title\ni1,"Milk, fresh\ni2,Bread\n', "x.csv", None, r"i\.csv.*line 2", "quote"),
    ("no gzip", "i.csv.gz", b"\x1f\x8bno gzip at all", "x.csv", None, r"i\.csv\.gz", "gz|download|again"),
    ("cut gzip", "i.csv.gz", gzip.compress(GOOD_ITEMS * 99)[:-12], "x.csv", None, r"i\.csv\.gz", "gz|download|again"),
    ("no parquet", "i.parquet", b"PAR1 nothing", "x.csv", None, r"i\.parquet", "Parquet|parquet|again"),
    ("cut parquet", "i.parquet", GOOD_PARQUET, "x.csv", None, r"i\.parquet", "Parquet|parquet|again"),
    ("json", "i.jsonl", json_lines({"item_id": "i1", "title": "a"}) + b'\n{"item_id": \n', "x.csv", None,
     r"i\.jsonl.*line 2", "line|JSON"),
    ("json list", "i.jsonl", b"[1, 2]\n", "x.csv", None, r"i\.jsonl.*line 1", "object|line"),
    ("blank id", "i.csv", b"item_id,title\ni1,Milk\n,Bread\n", "x.csv", None, r"i\.csv.*", "item_id|id"),
    ("conflict", "i.csv", b"item_id,title\ni1,Milk\ni1,Bread\n", "x.csv", None,
     r"i\.csv.*'i1'.*'Milk'.*row 1.*'Bread'.*row 2", "one row per item|different ids"),
    ("no text", "i.csv", b"item_id,title\ni1,\ni2, \n", "x.csv", None, r"i\.csv.*2 items", "--map"),
    ("blank user", "i.csv", None, "x.csv", b"user_id,item_id\nu1,i1\n,i2\n", r"x\.csv.*", "user_id|id"),
    ("no common id", "i.csv", None, "x.csv", b"user_id,item_id\nu1,z9\n", r"x\.csv.*'?z9'?", "ids"),
    ("time word", "i.csv", None, "x.csv", b"user_id,item_id,timestamp\nu1,i1,2024-01-01\nu1,i2,soon\n",
     r"x\.csv.*row 2.*'soon'", "ISO"),
    ("time partly", "i.csv", None, "x.csv", b"user_id,item_id,timestamp\nu1,i1,2024-01-01\nu1,i2,\n",
     r"x\.csv.*row 2.*missing|x\.csv.*missing.*row 2", "time|column"),
    ("time infinite", "i.csv", None, "x.csv", b"user_id,item_id,timestamp\nu1,i1,1700000000\nu1,i2,inf\n",
     r"x\.csv.*row 2", "ISO"),
    ("position word", "i.csv", None, "x.csv", b"user_id,item_id,position\nu1,i1,0\nu1,i2,last\n",
     r"x\.csv.*row 2.*'last'", "leave the column out"),
]  # fmt: skip


def write_pair(folder, items_file, items_bytes, interactions_file, interactions_bytes):
    if items_bytes == GOOD_PARQUET:
        content = parquet_bytes(folder)
        items_bytes = content[: len(content) // 2]
    (folder / items_file).write_bytes(GOOD_ITEMS if items_bytes is None else items_bytes)
    (folder / interactions_file).write_bytes(GOOD_INTERACTIONS if interactions_bytes is None else interactions_bytes)
    return folder / items_file, folder / interactions_file


@pytest.mark.parametrize("case", FATAL, ids=[case[0] for case in FATAL])
def test_what_cannot_be_mended(tmp_path, case):
    _, items_file, items_bytes, interactions_file, interactions_bytes, message, remedy = case
    pair = write_pair(tmp_path, items_file, items_bytes, interactions_file, interactions_bytes)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(LearnError) as caught:
        load_tables(*pair, "mine", ())
    assert re.search(message, caught.value.what, re.DOTALL), caught.value.what
    assert any(word in caught.value.remedy for word in remedy.split("|")), caught.value.remedy
    assert sorted(tmp_path.iterdir()) == before, "nothing is written"


def test_what_is_not_there(tmp_path):
    (tmp_path / "i.csv").write_bytes(GOOD_ITEMS)
    with pytest.raises(LearnError, match=r"absent\.csv"):
        load_tables(tmp_path / "i.csv", tmp_path / "absent.csv", "mine", ())
    with pytest.raises(LearnError, match=r"folder|directory"):
        load_tables(tmp_path, tmp_path / "i.csv", "mine", ())


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (["title"], "title"),
        (["title=nowhere"], "nowhere"),
        (["colour=title"], "colour"),
        (["title=title", "title=price"], "title"),
    ],
)
def test_a_mapping_that_cannot_be(tmp_path, mapping, message):
    pair = write_pair(tmp_path, "i.csv", None, "x.csv", None)
    with pytest.raises(LearnError) as caught:
        load_tables(*pair, "mine", mapping)
    assert message in caught.value.what
    assert caught.value.remedy


def test_a_name_that_is_no_folder(tmp_path):
    pair = write_pair(tmp_path, "i.csv", None, "x.csv", None)
    with pytest.raises(LearnError, match=r"'\.\./up' cannot be a folder's name"):
        load_tables(*pair, "../up", ())


def found(items_frame=None, interactions_frame=None):
    dataset = validate(
        "made",
        items() if items_frame is None else items_frame,
        interactions() if interactions_frame is None else interactions_frame,
        {"kind": "test"},
    )
    return dataset, dataset.report["found"]


def test_good_input_has_nothing_to_count():
    dataset, counts = found(interactions_frame=interactions([("u", f"i{k}", f"2024-01-0{k + 1}") for k in range(6)]))
    assert {key for key, value in counts.items() if value} == set()
    assert (dataset.report["items"], dataset.report["users"], dataset.report["interactions"]) == (6, 1, 6)


def test_events_given_twice_are_dropped_only_where_times_tell():
    rows = [("u", "i0", "2024-01-01"), ("u", "i0", "2024-01-01"), ("u", "i0", "2024-01-02"), ("u", "i1", "2024-01-03")]
    dataset, counts = found(interactions_frame=interactions(rows))
    assert counts["duplicate_events"] == 1
    assert len(dataset.interactions) == 3
    untimed = interactions(rows).drop(columns=Interactions.TIME)
    dataset, counts = found(interactions_frame=untimed)
    assert counts["duplicate_events"] == 0
    assert dataset.interactions[Interactions.ITEM].tolist() == ["i0", "i0", "i0", "i1"]


def test_unknown_items_are_dropped_and_named():
    rows = [("u", "i0", "2024-01-01"), ("u", "z1", "2024-01-02"), ("u", "z1", "2024-01-03"), ("u", "z2", "2024-01-04")]
    dataset, counts = found(interactions_frame=interactions(rows))
    assert counts["unknown_item_events"] == 3
    assert counts["unknown_items"] == 2
    assert dataset.report["examples"]["unknown_items"] == ["z1", "z2"]
    assert dataset.interactions[Interactions.POSITION].tolist() == [0]


def test_identical_items_are_merged():
    frame = pd.concat([items(3), items(3).iloc[[1]]])
    dataset, counts = found(frame, interactions([("u", "i1", "2024-01-01")]))
    assert counts["duplicate_items"] == 1
    assert dataset.item_ids.tolist() == ["i0", "i1", "i2"]


def test_items_that_nobody_touched_are_kept():
    dataset, counts = found(items(6), interactions([("u", "i1", "2024-01-01")]))
    assert counts["items_never_seen"] == 5
    assert dataset.n_items == 6


def test_short_users_are_counted_and_kept():
    dataset, counts = found(interactions_frame=interactions([("a", "i1", "2024-01-01"), ("b", "i1", "2024-01-01")]))
    assert counts["short_users"] == 2
    assert dataset.user_ids.tolist() == ["a", "b"]


def test_unsorted_input_is_sorted_and_counted():
    rows = [("b", "i2", "2024-01-03"), ("a", "i0", "2024-01-01"), ("b", "i1", "2024-01-01"), ("a", "i3", "2024-01-02")]
    dataset, counts = found(interactions_frame=interactions(rows))
    assert counts["unsorted_users"] == 1
    assert dataset.interactions[[Interactions.USER, Interactions.ITEM]].to_numpy().tolist() == [
        ["a", "i0"], ["a", "i3"], ["b", "i1"], ["b", "i2"]
    ]  # fmt: skip
    assert dataset.interactions[Interactions.POSITION].tolist() == [0, 1, 0, 1]


def test_events_of_one_moment_keep_the_order_of_the_source():
    rows = [("u", f"i{k}", "2024-01-01") for k in (3, 1, 5, 0)]
    assert found(interactions_frame=interactions(rows))[0].interactions[Interactions.ITEM].tolist() == [
        "i3", "i1", "i5", "i0"
    ]  # fmt: skip


def test_text_is_cleaned_and_right_to_left_is_kept():
    frame = items(6)
    frame[Items.TITLE] = ["  a\t b\n", "\u200bחלב\u00a03%\u200b", "", " \ufeff ", None, "x" * 20_001]
    dataset, counts = found(frame)
    titles = dataset.items[Items.TITLE]
    assert titles.iloc[:2].tolist() == ["a b", "חלב 3%"]
    assert titles.iloc[2:5].isna().all()
    assert len(titles.iloc[5]) == 20_000
    assert counts["texts_cut"] == 1


def test_items_without_text_are_counted_and_kept():
    frame = items(3)[[Items.ID, Items.TITLE]]
    frame.loc[1, Items.TITLE] = "\u200b"
    dataset, counts = found(frame)
    assert counts["items_without_text"] == 1
    assert dataset.report["examples"]["items_without_text"] == ["i1"]
    assert dataset.n_items == 3


def test_prices_that_are_none_are_dropped_and_counted():
    frame = items(6)
    frame[Items.PRICE] = ["1.50", "-2", "inf", "cheap", None, 3]
    dataset, counts = found(frame)
    prices = dataset.items[Items.PRICE]
    assert counts["prices_dropped"] == 3
    assert prices.dtype == "float64"
    assert prices.dropna().tolist() == [1.5, 3.0]


def test_absent_columns_are_there_and_missing():
    dataset, _ = found(items()[[Items.ID, Items.TITLE]], interactions()[[Interactions.USER, Interactions.ITEM]])
    assert set(Items.ALL) <= set(dataset.items)
    assert dataset.items[[Items.BRAND, Items.PRICE, Items.KEYWORDS]].isna().all(axis=None)
    assert set(Interactions.ALL) <= set(dataset.interactions)
    assert dataset.interactions[Interactions.TIME].dtype == "datetime64[ns]"
    assert not dataset.has_time


def test_ids_become_text_whatever_they_were():
    frame = pd.DataFrame({Items.ID: [7, 8], Items.TITLE: ["a", "b"]})
    events = pd.DataFrame({Interactions.USER: [1.0, 2.0], Interactions.ITEM: ["7", " 8 "]})
    dataset, counts = found(frame, events)
    assert dataset.item_ids.tolist() == ["7", "8"]
    assert dataset.user_ids.tolist() == ["1", "2"]
    assert counts["unknown_item_events"] == 0


@pytest.mark.parametrize(
    "written",
    [
        ["2024-01-01 00:00:01", "2024-01-02"],
        ["2024-01-01T01:00:01+01:00", "2024-01-02T00:00:00Z"],
        [1_704_067_201, 1_704_153_600],
        ["1704067201", "1704153600"],
        [1_704_067_201_000, 1_704_153_600_000],
        [1_704_067_201.0, 1_704_153_600.0],
        [pd.Timestamp("2024-01-01 00:00:01"), pd.Timestamp("2024-01-02")],
        [pd.Timestamp("2024-01-01 00:00:01", tz="UTC"), pd.Timestamp("2024-01-02", tz="UTC")],
    ],
    ids=["iso", "iso-zone", "seconds", "seconds-text", "milliseconds", "seconds-float", "datetime", "datetime-utc"],
)
def test_times_in_every_spelling(written):
    events = interactions([("u", "i0", written[0]), ("u", "i1", written[1])])
    times = found(interactions_frame=events)[0].interactions[Interactions.TIME]
    assert times.dtype == "datetime64[ns]"
    assert times.tolist() == [pd.Timestamp("2024-01-01 00:00:01"), pd.Timestamp("2024-01-02")]


def test_the_order_of_the_rows_does_not_change_the_dataset():
    frame = interactions()
    first, _ = found(interactions_frame=frame)
    second, _ = found(interactions_frame=frame.sample(frac=1, random_state=3))
    assert first.fingerprint == second.fingerprint


def test_further_columns_are_kept_beside_their_rows(tmp_path):
    events = interactions([("u", "i2", "2024-01-02"), ("u", "i1", "2024-01-01"), ("u", "zz", "2024-01-03")])
    events["rating"] = [2, 1, 9]
    frame = items().assign(colours=[["red", "blue"]] + [{"a": 1}] + [None] * 4)
    dataset, _ = found(frame, events)
    assert dataset.interactions["rating"].tolist() == [1, 2]
    dataset.save(tmp_path / "d")
    assert "colours" in type(dataset).load(tmp_path / "d").items
