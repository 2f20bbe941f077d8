"""JSON, Parquet and Feather: records and columns with types of their own."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from learn.data.notes import IDS
from learn.data.readers import read, read_table, records
from learn.data.reading.json_records import Found
from learn.data.tables import load_tables
from learn.errors import LearnError
from tests.data.read_cells import cells, file, notes, refused


def test_json_in_every_form(tmp_path):
    rows = [{"item_id": "a", "n": 1}, {"item_id": "b", "title": "x"}]
    expected = [["item_id", "n", "title"], ["a", 1, None], ["b", None, "x"]]
    for text in (
        "\n".join(map(json.dumps, rows)),
        json.dumps(rows),
        json.dumps(rows, indent=1),
        "\n".join(map(repr, rows)),
    ):
        for name in ("t.json", "t.jsonl", "t.csv"):
            assert cells(file(tmp_path, text, name)) == expected
    assert "2 lines of" in notes(file(tmp_path, "\n".join(map(repr, rows))))[0].text


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"a": ' + "[" * 3000 + "]" * 3000 + "}", "line 2 is nested 3,001 deep"),
        ("{'a': " + "[" * 3000 + "]" * 3000 + "}", "line 2 is nested 3,001 deep"),
        ('{"a": 1, "b": {"a": 2}, "a": 3}', "line 2: an object has the key 'a' twice"),
        ("[1]", "line 2 is JSON but not an object"),
        ("{'a': f(1)}", "line 2 is neither JSON nor a Python literal"),
        ('{"a": 1', "line 2 is not JSON"),
    ],
)
def test_json_that_cannot_be_read_is_refused_with_its_line(tmp_path, line, what):
    with pytest.raises(LearnError, match=what):
        read(file(tmp_path, '{"a": 0}\n' + line + "\n", "t.jsonl"))


def test_numbers_beyond_64_bits_stay_whole(tmp_path):
    values = [2**63 - 1, 2**63, -(2**63), 10**4400]
    text = "\n".join(f'{{"n": {one}}}' for one in (*values[:3], "1" + "0" * 4400))
    frame = read_table(file(tmp_path, text, "t.jsonl"))
    assert frame["n"].tolist() == [2**63 - 1, str(2**63), -(2**63), "1" + "0" * 4400]
    events = "\n".join(f'{{"user_id": "u{k}", "item_id": "a", "x": {2**64 + k}}}' for k in range(3))
    made = load_tables(file(tmp_path, "item_id,title\na,b\n"), file(tmp_path, events, "x.jsonl"), "mine", ())
    assert made.interactions["x"].tolist() == [str(2**64 + k) for k in range(3)]
    made.save(tmp_path / "d")


def test_lone_surrogates_are_replaced_and_counted(tmp_path):
    path = file(
        tmp_path, '{"item_id": "a", "title": "x\\ud83d"}\n{"item_id": "b", "title": "\\ud83c\\udf5e"}\n', "t.jsonl"
    )
    assert cells(path)[1:] == [["a", "x\ufffd"], ["b", "🍞"]]
    assert "1 line of" in notes(path)[0].text and "line 1" in notes(path)[0].text


def test_records_come_one_by_one_from_packed_lines(tmp_path):
    path = file(tmp_path, gzip.compress(b'\xef\xbb\xbf{\'a\': 1}\n\n{"a": 2}\r\n{"a": 3}'), "t.json")
    found = Found()
    assert list(records(path, found=found)) == [(1, {"a": 1}), (3, {"a": 2}), (4, {"a": 3})]
    assert found.literals == 1


def test_parquet_and_feather_columns_of_every_type(tmp_path):
    table = pa.table(
        {
            "id": pa.array([b"p0", b"p1"]),
            "kind": pa.array(["x", "y"]).dictionary_encode(),
            "price": pa.array([Decimal("1.50"), None]),
            "big": pa.array([2**60 + 1, None]),
            "day": pa.array([0, 1], pa.date32()),
            "levels": pa.array([["a", "b"], None]),
            "__index_level_0__": pa.array([0, 1]),
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "t.csv")
    pyarrow.feather.write_feather(table, tmp_path / "t.feather")
    for name in ("t.csv", "t.feather"):
        frame = read_table(tmp_path / name)
        assert list(frame.columns) == ["id", "kind", "price", "big", "day", "levels"]
        assert frame["id"].tolist() == ["p0", "p1"]
        assert frame["kind"].tolist() == ["x", "y"]
        assert frame["price"].iloc[0] == "1.50"
        assert frame["big"].iloc[0] == 2**60 + 1
        assert frame["day"].iloc[1] == pd.Timestamp("1970-01-02")
        assert list(frame["levels"].iloc[0]) == ["a", "b"]
        assert [note.spoils for note in notes(tmp_path / name)] == [IDS]
    pyarrow.parquet.write_table(pa.table({"id": pa.array([b"\xff\xfe"])}), tmp_path / "b.parquet")
    assert "column id, row 1 holds bytes" in refused(tmp_path / "b.parquet").what


def test_an_index_of_pandas_is_a_column(tmp_path):
    pd.DataFrame({"item_id": ["a", "b"], "title": ["x", "y"]}).set_index("item_id").to_parquet(tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet")["item_id"].tolist() == ["a", "b"]


def test_how_a_file_was_read_is_in_the_report(tmp_path):
    items = file(tmp_path, "item_id;title;price\na;Käse;1,5\nb;Brot;2,25\n".encode("cp1252"), "i.csv")
    events = file(tmp_path, gzip.compress(b"user_id,item_id\nu,a\nu,b\n"), "x.csv")
    made = load_tables(items, events, "mine", ())
    assert made.items["title"].tolist() == ["Käse", "Brot"]
    assert made.items["price"].tolist() == [1.5, 2.25]
    said = json.dumps(made.report["notes"], default=str, ensure_ascii=False)
    assert all(word in said for word in ("cp1252", "semicolon", "decimal commas", "gzip"))
