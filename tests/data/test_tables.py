"""Every format gives the same Dataset, and columns are found under the names that people give them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from learn.data.readers import read_table
from learn.data.report import render
from learn.data.schema import Interactions, Items
from learn.data.splits import default_split
from learn.data.tables import load_tables
from learn.errors import LearnError
from tests.data.frames import interactions, items

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif "jsonl" in path.name:
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, index=False, sep="\t" if "tsv" in path.name else ",")
    return path


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "tsv", "tsv.gz", "parquet", "jsonl", "jsonl.gz"])
def test_every_format_gives_the_same_dataset(tmp_path, ending):
    catalogue = items()
    catalogue.loc[2, Items.TITLE] = 'חלב, "3%"'
    catalogue.loc[3, Items.BRAND] = None
    made = load_tables(
        write(catalogue, tmp_path / f"i.{ending}"), write(interactions(), tmp_path / f"x.{ending}"), "mine", ()
    )
    plain = load_tables(
        write(catalogue, tmp_path / "plain.csv"), write(interactions(), tmp_path / "events.csv"), "other", ()
    )
    assert made.fingerprint == plain.fingerprint
    assert made.items[Items.TITLE].iloc[2] == 'חלב, "3%"'
    assert pd.isna(made.items[Items.BRAND].iloc[3])
    assert made.has_time


def test_ids_with_leading_zeros_stay(tmp_path):
    (tmp_path / "i.csv").write_text("item_id,title\n007,Bond\n7,Seven\n")
    (tmp_path / "x.csv").write_text("user_id,item_id\n01,007\n01,7\n")
    dataset = load_tables(tmp_path / "i.csv", tmp_path / "x.csv", "mine", ())
    assert dataset.item_ids.tolist() == ["007", "7"]
    assert dataset.user_ids.tolist() == ["01"]


@pytest.mark.parametrize(
    ("item_id", "title", "user", "time"),
    [
        ("asin", "name", "reviewerID", "unixReviewTime"),
        ("parent_asin", "title", "user", "time"),
        ("product_id", "product_name", "customer_id", "date"),
        ("sku", "Title", "USER_ID", "Timestamp"),
    ],
)
def test_usual_other_names_are_recognised(tmp_path, item_id, title, user, time):
    catalogue = items().rename(columns={Items.ID: item_id, Items.TITLE: title})
    names = {Interactions.ITEM: item_id, Interactions.USER: user, Interactions.TIME: time}
    events = interactions().rename(columns=names)
    dataset = load_tables(write(catalogue, tmp_path / "i.csv"), write(events, tmp_path / "x.csv"), "mine", ())
    assert dataset.items[Items.TITLE].tolist() == items()[Items.TITLE].tolist()
    assert dataset.interactions[Interactions.ITEM].tolist() == interactions()[Interactions.ITEM].tolist()
    assert dataset.has_time


def test_a_mapping_comes_before_the_schemas_own_name(tmp_path):
    catalogue = items().assign(long_name=[f"Long {k}" for k in range(6)])
    dataset = load_tables(
        write(catalogue, tmp_path / "i.csv"), write(interactions(), tmp_path / "x.csv"), "mine", ["title=long_name"]
    )
    assert dataset.items[Items.TITLE].tolist() == [f"Long {k}" for k in range(6)]


def test_lists_of_categories_become_levels(tmp_path):
    rows = [{"item_id": "a", "title": "A", "categories": ["Food", "Dairy"]}, {"item_id": "b", "title": "B"}]
    (tmp_path / "i.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "x.csv").write_text("user_id,item_id\nu,a\n")
    dataset = load_tables(tmp_path / "i.jsonl", tmp_path / "x.csv", "mine", ())
    assert dataset.items[Items.CATEGORY].iloc[0] == "Food > Dairy"
    assert pd.isna(dataset.items[Items.CATEGORY].iloc[1])


def test_a_position_orders_what_has_no_time(tmp_path):
    write(items(), tmp_path / "i.csv")
    (tmp_path / "x.csv").write_text("user_id,item_id,position\nu,i3,10\nu,i1,9\nu,i2,-1\n")
    dataset = load_tables(tmp_path / "i.csv", tmp_path / "x.csv", "mine", ())
    assert dataset.interactions[Interactions.ITEM].tolist() == ["i2", "i1", "i3"]
    assert dataset.interactions[Interactions.POSITION].tolist() == [0, 1, 2]
    assert default_split(dataset).info.kind == "leave_one_out"


def test_a_table_keeps_text_as_it_stands(tmp_path):
    with gzip.open(tmp_path / "t.csv.gz", "wb") as handle:
        handle.write('\ufeffa,b\r\n"two\nlines",NA\r\n'.encode())
    assert read_table(tmp_path / "t.csv.gz").to_dict("records") == [{"a": "two\nlines", "b": "NA"}]


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data ../shared/data is not there")
def test_amazon_scientific():
    folder = SHARED / "amazon-scientific"
    dataset = load_tables(folder / "items.parquet", folder / "interactions.parquet", "amazon-scientific", ())
    assert (dataset.n_items, len(dataset.user_ids), len(dataset.interactions)) == (4385, 8442, 59427)
    assert not dataset.has_time
    raw = pd.read_parquet(folder / "interactions.parquet")
    user = raw["user_id"].iloc[-1]
    expected = raw[raw["user_id"] == user].sort_values("position")["item_id"].tolist()
    mine = dataset.interactions
    assert mine[mine[Interactions.USER] == user][Interactions.ITEM].tolist() == expected
    assert "only the order is known" in "\n".join(render(dataset.report))


def test_a_recognised_column_is_switched_off(tmp_path):
    (tmp_path / "i.csv").write_text("item_id,title,brand,genre\na,Heat,Ostra,Drama\n")
    (tmp_path / "x.csv").write_text("user_id,item_id,date\nu,a,2024-05-02\n")
    off = ["brand=-", "category=-", "timestamp=-"]
    made = load_tables(tmp_path / "i.csv", tmp_path / "x.csv", "shop", off)
    assert made.items[["title", "brand", "category"]].fillna("").to_numpy().tolist() == [["Heat", "", ""]]
    assert not made.has_time
    with pytest.raises(LearnError, match="has no column item_id"):
        load_tables(tmp_path / "i.csv", tmp_path / "x.csv", "shop", ["items.item_id=-"])
