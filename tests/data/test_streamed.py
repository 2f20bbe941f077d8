"""Tables read through DuckDB give the dataset that memory gives, to the byte; what a stream cannot tell is refused."""

from __future__ import annotations

import gzip
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from learn.data.streamed import event_file, load
from learn.errors import LearnError
from learn.pipeline import Preparation, read_dataset

needs_duckdb = pytest.mark.skipif(
    not importlib.util.find_spec("duckdb"), reason='needs pip install "learn-explorer[scale]"'
)
FILES = ("items.parquet", "interactions.parquet", "dataset.json", "split.json")
N_ITEMS = 12
KINDS = {
    "s": pa.timestamp("s"),
    "ms in a zone": pa.timestamp("ms", tz="UTC"),
    "us": pa.timestamp("us"),
    "ns": pa.timestamp("ns"),
    "days": pa.date32(),
}


def made(folder: Path, items: Path, interactions: Path, engine: str | None, **more) -> dict[str, bytes]:
    """The files of the dataset that ``engine`` makes."""
    read_dataset(Preparation("tables", items, interactions, name="shop", engine=engine, **more)).save(folder)
    return {name: (folder / name).read_bytes() for name in FILES}


def check_same(tmp_path: Path, items: Path, interactions: Path, **more) -> dict[str, bytes]:
    memory = made(tmp_path / "memory", items, interactions, None, **more)
    streamed = made(tmp_path / "streamed", items, interactions, "duckdb", **more)
    for name in FILES:
        assert streamed[name] == memory[name], name
    return streamed


def catalogue(folder: Path, ids=tuple(f"i{k}" for k in range(N_ITEMS))) -> Path:
    """A table of items."""
    pd.DataFrame({"item_id": ids, "title": [f"Thing {k}" for k in range(N_ITEMS)]}).to_parquet(folder / "items.parquet")
    return folder / "items.parquet"


def generated(rng: np.random.Generator, folder: Path) -> tuple[Path, Path, dict]:
    """Tables of a random form with what is mended: strangers, events given twice, ids with blanks, no order."""
    n, n_users = int(rng.integers(60, 200)), int(rng.integers(4, 15))
    numbers = rng.integers(2) == 0  # ids that are whole numbers
    known = np.arange(N_ITEMS) if numbers else [f"i{k}" for k in range(N_ITEMS)]
    items = catalogue(folder, known)
    strangers = int(rng.integers(0, 6))
    who = rng.integers(0, n_users, n) * int(rng.choice([1, 7]))
    what = rng.integers(0, N_ITEMS + strangers, n)
    days = int(rng.choice([1, 40, 400]))
    moments = pd.Timestamp("2023-01-05") + pd.to_timedelta(rng.integers(0, days * 86_400, n), unit="s")
    if rng.integers(4) == 0:
        moments = moments.to_period("M").to_timestamp()
    events = pd.DataFrame({"user_id": who, "item_id": what, "timestamp": moments})
    if not numbers:
        blank = rng.choice(["", " ", "\u200b"], n)
        events["user_id"] = [f"u{one}{more}" for one, more in zip(who, blank, strict=True)]
        events["item_id"] = [f"i{one}" if rng.integers(9) else f" i{one}" for one in what]
    again = events.sample(int(rng.integers(0, 20)), random_state=0)
    events = pd.concat([events, again], ignore_index=True).sample(frac=1, random_state=int(rng.integers(99)))
    if rng.integers(3) == 0:
        events = events.sort_values("timestamp", kind="stable")
    more: dict = {"split": str(rng.choice(["auto", "leave-one-out"]))}
    if rng.integers(4) == 0:
        events["position"] = rng.integers(0, 5, len(events))
        more["mapping"] = ("position=position",)
    if rng.integers(5) == 0:
        events = events.drop(columns="timestamp")
        more["mapping"] = (*more.get("mapping", ()), "timestamp=-")
    return items, written(rng, events, folder), more


def written(rng: np.random.Generator, events: pd.DataFrame, folder: Path) -> Path:
    """``events`` as Parquet or separated cells, their times in a random form."""
    if rng.integers(2):
        table = pa.Table.from_pandas(events, preserve_index=False)
        if "timestamp" in events:
            kind = KINDS[rng.choice(list(KINDS))]
            place = table.schema.names.index("timestamp")
            values = events["timestamp"].dt.floor("D") if kind == pa.date32() else events["timestamp"]
            column = (
                pa.array(values.astype("datetime64[s]")).cast(kind)
                if "tz" not in str(kind)
                else pa.array(values).cast(kind)
            )
            table = table.set_column(place, "timestamp", column)
            if rng.integers(3) == 0:
                seconds = events["timestamp"].astype("datetime64[s]").astype("int64").to_numpy()
                factor = int(rng.choice([1, 1_000, 1_000_000, 1_000_000_000]))
                table = table.set_column(place, "timestamp", pa.array(seconds * factor))
        pq.write_table(table, folder / "events.parquet", row_group_size=int(rng.choice([7, 50, 1_000])))
        return folder / "events.parquet"
    if "timestamp" in events:
        form = str(rng.choice(["%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "seconds"]))
        times = events["timestamp"]
        seconds = times.astype("datetime64[s]").astype("int64").astype(str)
        events = events.assign(timestamp=seconds if form == "seconds" else times.dt.strftime(form))
    ending, separator = (("csv", ","), ("tsv", "\t"), ("csv", ";"))[int(rng.integers(3))]
    text = events.to_csv(index=False, sep=separator, lineterminator=str(rng.choice(["\n", "\r\n"])))
    if rng.integers(3) == 0:
        (folder / f"events.{ending}.gz").write_bytes(gzip.compress(text.encode()))
        return folder / f"events.{ending}.gz"
    (folder / f"events.{ending}").write_bytes(text.encode("utf-8-sig" if rng.integers(3) == 0 else "utf-8"))
    return folder / f"events.{ending}"


@needs_duckdb
@pytest.mark.parametrize("seed", range(40))
def test_many_tables_give_the_same_files(tmp_path, seed, monkeypatch):
    rng = np.random.default_rng(seed)
    monkeypatch.setattr(load, "_ROWS_AT_ONCE", int(rng.choice([10, 64, 500_000])))
    items, interactions, more = generated(rng, tmp_path)
    check_same(tmp_path, items, interactions, **more)


@needs_duckdb
def test_what_it_warns_of_and_what_it_leaves_out(tmp_path):
    items = catalogue(tmp_path)
    rows = [f"u{k % 2},{item},{year}-03-0{k + 1},{k}" for k, (item, year) in enumerate(
        [("i1", 2023), ("i2", 1980), ("x1", 2023), ("x2", 2023), ("x3", 2023), ("i1", 2023), ("i3", 2023), ("i3", 2023)]
    )]  # fmt: skip
    interactions = tmp_path / "log.csv"
    interactions.write_text("\n".join(["user_id,item_id,timestamp,stars", *rows, *rows]), encoding="utf-8")
    memory, streamed = (
        read_dataset(Preparation("tables", items, interactions, engine=engine, split="leave-one-out"))
        for engine in (None, "duckdb")
    )
    assert streamed.fingerprint == memory.fingerprint
    *notes, left = streamed.report["notes"]
    assert notes == memory.report["notes"] and len(notes) == 2, "a year before 1995; many unknown items"
    assert left["text"].endswith("not kept by the engine duckdb: stars.")
    assert streamed.report["found"] == memory.report["found"] and streamed.report["found"]["duplicate_events"] == 5
    assert streamed.report["examples"] == memory.report["examples"]


MENDED = [f"u{k % 3},i{k % 4},2024-01-0{k % 9 + 1}" for k in range(30)]
TABLES = {
    "an id is missing": ([*MENDED, ",i1,2024-01-01"], r"user_id of .*row 31: the id is missing"),
    "an id is a word for nothing": (["u1,nan,2024-01-01", *MENDED], "item_id of .*row 1: the id is missing"),
    "an id has lost digits": (["1.23E+11,i1,2024-01-01", *MENDED], "row 1: the id '1.23E.11' has lost digits"),
    "a time is missing": ([*MENDED, "u1,i1,"], "row 31: the time is missing; 1 of 31 rows"),
    "a time is no ISO text": ([*MENDED, "u1,i1,31/01/2024"], "row 31: '31/01/2024' is not such a time"),
    "a day that there is not": ([*MENDED, "u1,i1,2024-02-30"], "row 31: '2024-02-30' is not such a time"),
    "a time outside": ([*MENDED, "u1,i1,1950-02-01"], "row 31: '1950-02-01' is not in 1970-2100"),
    "no item is known": (["u1,z1,2024-01-01", "u1,z2,2024-01-02"], "No interaction is left"),
    "a row lacks a cell": ([*MENDED, "u1,i1"], "cannot be read by the engine duckdb"),
    "quotes": ([*MENDED, '"u1",i1,2024-01-01'], "has quotes"),
    "a zero byte": ([*MENDED, "u1\0,i1,2024-01-01"], "zero byte"),
}


@needs_duckdb
@pytest.mark.parametrize("case", TABLES)
def test_what_cannot_be_mended_is_refused(tmp_path, case, monkeypatch):
    monkeypatch.setattr(event_file, "_FIRST_BYTES", 200)  # the bad row is not among the first
    items = catalogue(tmp_path)
    rows, said = TABLES[case]
    interactions = tmp_path / "log.csv"
    interactions.write_text("\n".join(["user_id,item_id,timestamp", *rows]), encoding="utf-8")
    with pytest.raises(LearnError, match=said) as error:
        read_dataset(Preparation("tables", items, interactions, engine="duckdb"))
    assert error.value.remedy


@needs_duckdb
@pytest.mark.parametrize(
    ("header", "asked", "said"),
    [
        ("user_id,item_id,bought", {}, "no name says for sure which column is the timestamp.*--map timestamp=COLUMN"),
        ("user_id,item_id,position", {}, "which column is the position.*--map position=position"),
        ("user_id,item_id,timestamp", {"encoding": "cp1252"}, "does not read --encoding cp1252"),
        ("user_id,item_id,timestamp", {"columns": ("interactions=a,b,c",)}, "without a header"),
        ("user_id,item_id,Item_ID", {}, "differ in capitals"),
        ("user_id,item_id,timestamp", {"engine": "spark"}, "no engine 'spark'.*memory, duckdb"),
    ],
)
def test_what_a_stream_cannot_tell_is_refused(tmp_path, header, asked, said):
    items = catalogue(tmp_path)
    interactions = tmp_path / "log.csv"
    interactions.write_text("\n".join([header, *MENDED]), encoding="utf-8")
    with pytest.raises(LearnError, match=f"(?s){said}"):
        read_dataset(Preparation("tables", items, interactions, **({"engine": "duckdb"} | asked)))


@needs_duckdb
def test_other_files_are_refused(tmp_path):
    items = catalogue(tmp_path)
    row = {"user_id": 1.5, "item_id": "i1", "timestamp": pd.Timestamp("2024-01-01")}
    pd.DataFrame([row]).to_parquet(tmp_path / "floats.parquet")
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "floats.parquet").read_bytes()[:-9])
    (tmp_path / "lines.jsonl").write_text('{"user_id": 1}\n')
    (tmp_path / "latin.csv").write_bytes("user_id,item_id,timestamp\nJosé,i1,2024-01-01\n".encode("latin-1"))
    for name, said in {
        "floats.parquet": "the type DOUBLE",
        "cut.parquet": "cannot be read as Parquet",
        "lines.jsonl": "JSON|quotes",
        "latin.csv": "not UTF-8",
        "absent.csv": "does not exist",
    }.items():
        with pytest.raises(LearnError, match=said):
            read_dataset(Preparation("tables", items, tmp_path / name, engine="duckdb"))


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    items, interactions, more = generated(np.random.default_rng(0), tmp_path)
    with pytest.raises(LearnError, match=r"(?s)duckdb.*not installed.*learn-explorer\[scale\]"):
        read_dataset(Preparation("tables", items, interactions, engine="duckdb", **more))
