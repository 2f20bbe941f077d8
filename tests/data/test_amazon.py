"""Amazon reviews as downloaded, both releases, on a few hand-written records."""

from __future__ import annotations

import gzip
import json

import pandas as pd
import pytest

from learn.data.amazon import load_amazon
from learn.data.schema import Interactions, Items
from learn.errors import LearnError

REVIEWS_2018 = [
    {"reviewerID": "U1", "asin": "B1", "unixReviewTime": 1514764800, "overall": 5.0, "reviewText": "good"},
    {"reviewerID": "U1", "asin": "B2", "unixReviewTime": 1514851200},
    {"reviewerID": "U2", "asin": "B2", "unixReviewTime": 1514937600},
    {"reviewerID": "U2", "asin": "B3", "unixReviewTime": 1514764800},
]
META_2018 = [
    {
        "asin": "B1",
        "title": "Screws &amp; <span>Nuts</span>",
        "category": ["Industrial &amp; Scientific", "Fasteners", "x" * 200],
        "brand": "ACME",
        "price": "$1,299.50",
    },
    {
        "asin": "B2",
        "title": "var s = new Date().getTime();",
        "category": [],
        "main_cat": "Tools",
        "price": "$5.00 - $9.00",
    },
    {"asin": "B2", "title": "the same again, with other words", "category": [], "brand": "", "price": ""},
    {"asin": "B3", "title": "Tape", "category": ["Adhesives"], "brand": "", "price": ".a-box-inner{background}"},
    {"asin": "B9", "title": "never reviewed", "category": ["Tools"], "brand": "x", "price": "$1.00"},
]
REVIEWS_2023 = [
    {"user_id": "U1", "parent_asin": "P1", "asin": "C1", "timestamp": 1514764800123, "rating": 4.0},
    {"user_id": "U1", "parent_asin": "P2", "asin": "C2", "timestamp": 1514851200456, "rating": 4.0},
]
META_2023 = [
    {
        "parent_asin": "P1",
        "title": "Serum",
        "main_category": "All Beauty",
        "categories": ["Beauty", "Skin Care"],
        "store": "Glow",
        "price": 12.5,
        "details": {"Brand": "x"},
    },
    {
        "parent_asin": "P2",
        "title": "Comb",
        "main_category": "All Beauty",
        "categories": [],
        "store": None,
        "price": "None",
    },
]


def write(path, rows):
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if path.suffix == ".gz":
        with gzip.open(path, "wt", encoding="utf-8") as handle:
            handle.write(text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", ["json", "json.gz"])
def test_2018(tmp_path, ending):
    dataset = load_amazon(
        write(tmp_path / f"meta_Tools.{ending}", META_2018), write(tmp_path / f"Tools_5.{ending}", REVIEWS_2018)
    )
    assert dataset.name == "amazon-tools-5"
    items = dataset.items.set_index(Items.ID)
    assert sorted(items.index) == ["B1", "B2", "B3"], "only reviewed items"
    assert items.loc["B1", Items.TITLE] == "Screws & Nuts"
    assert items.loc["B1", Items.CATEGORY] == "Industrial & Scientific > Fasteners", "sentences are no levels"
    assert items.loc["B1", Items.PRICE] == 1299.5
    assert pd.isna(items.loc["B2", Items.TITLE]), "a piece of JavaScript is no title"
    assert items.loc["B2", Items.CATEGORY] == "Tools"
    assert items.loc["B2", Items.PRICE] == 5.0, "a range counts by its lower end"
    assert pd.isna(items.loc["B3", Items.BRAND])
    assert pd.isna(items.loc["B3", Items.PRICE])
    assert dataset.source["release"] == 2018
    assert dataset.source["repeated_records"] == 1
    assert dataset.source["unreviewed_left_out"] == 1
    events = dataset.interactions[[Interactions.USER, Interactions.ITEM]].to_numpy().tolist()
    assert events == [["U1", "B1"], ["U1", "B2"], ["U2", "B3"], ["U2", "B2"]], "in time order"
    assert dataset.interactions[Interactions.TIME].iloc[0] == pd.Timestamp("2018-01-01")


def test_2023(tmp_path):
    dataset = load_amazon(
        write(tmp_path / "meta_All_Beauty.jsonl", META_2023), write(tmp_path / "All_Beauty.jsonl", REVIEWS_2023), "mine"
    )
    assert dataset.name == "mine"
    items = dataset.items.set_index(Items.ID)
    assert items.loc["P1", Items.CATEGORY] == "Beauty > Skin Care"
    assert items.loc["P1", Items.BRAND] == "Glow"
    assert items.loc["P1", Items.PRICE] == 12.5
    assert items.loc["P2", Items.CATEGORY] == "All Beauty"
    assert pd.isna(items.loc["P2", Items.PRICE])
    assert dataset.interactions[Interactions.TIME].tolist() == [
        pd.Timestamp("2018-01-01 00:00:00.123"),
        pd.Timestamp("2018-01-02 00:00:00.456"),
    ]


def bad(tmp_path, reviews=None, meta=None):
    """Good files of 2018 unless given as bytes."""
    reviews_path = write(tmp_path / "Tools_5.json", REVIEWS_2018)
    meta_path = write(tmp_path / "meta_Tools.json", META_2018)
    for path, content in ((reviews_path, reviews), (meta_path, meta)):
        if content is not None:
            path.write_bytes(content)
    with pytest.raises(LearnError) as caught:
        load_amazon(meta_path, reviews_path)
    return caught.value


def test_files_the_wrong_way_round(tmp_path):
    error = bad(tmp_path, reviews=json.dumps(META_2018[0]).encode())
    assert "line 1 is not an Amazon review: its fields are asin, brand" in error.what
    assert "--interactions" in error.remedy
    assert "reviewerID, asin, unixReviewTime (2018)" in error.remedy


def test_a_broken_line_is_named(tmp_path):
    error = bad(tmp_path, meta=json.dumps(META_2018[0]).encode() + b'\n{"asin": "B2", \n')
    assert "meta_Tools.json, line 2 is not JSON: Expecting property name" in error.what


def test_2014_with_python_literals_and_several_paths(tmp_path):
    reviews = [{**row, "helpful": [0, 0]} for row in REVIEWS_2018]
    meta = [
        {
            "asin": "B1",
            "title": "Men's &amp; boys' bolt",
            "price": 5.0,
            "categories": [["Home", "Kit\ud800"], ["Gifts"]],
        },
        {"asin": "B2", "title": "Tape", "categories": [["Office"]], "brand": None, "related": {"also_viewed": ["B1"]}},
        {"asin": "B3", "title": 'A "quoted" name', "categories": [[]]},
    ]
    (tmp_path / "meta.json").write_text("".join(f"{row!r}\n" for row in meta))
    dataset = load_amazon(tmp_path / "meta.json", write(tmp_path / "Tools_5.json.gz", reviews))
    items = dataset.items.set_index(Items.ID)
    assert items[Items.TITLE].to_dict() == {"B1": "Men's & boys' bolt", "B2": "Tape", "B3": 'A "quoted" name'}
    assert items.loc["B1", Items.CATEGORY] == "Home > Kit\ufffd", "the first path is the item's own"
    assert items.loc["B2", Items.CATEGORY] == "Office"
    assert dataset.source["release"] == 2014
    notes = [
        note["text"] if isinstance(note, dict) else getattr(note, "text", note) for note in dataset.report["notes"]
    ]
    assert any("3 lines of" in note and "Python literals" in note for note in notes)
    assert any("half characters" in note and "line 1" in note for note in notes)


def test_a_line_that_is_neither_json_nor_a_literal(tmp_path):
    error = bad(tmp_path, meta=b"{'asin': open('x')}\n")
    assert "line 1 is neither JSON nor a Python literal" in error.what


def test_a_line_that_is_no_object(tmp_path):
    assert "line 1 is JSON but not an object: '[1, 2]'" in bad(tmp_path, reviews=b"[1, 2]\n").what


def test_a_line_that_is_not_utf8(tmp_path):
    assert "line 1 is not UTF-8" in bad(tmp_path, meta=b'{"asin": "\xff"}\n').what


def test_empty_reviews(tmp_path):
    error = bad(tmp_path, reviews=b"\n")
    assert "Tools_5.json is empty" in error.what
    assert "Download" in error.remedy


def test_a_review_without_its_item(tmp_path):
    rows = [REVIEWS_2018[0], {"reviewerID": "U1", "asin": "", "unixReviewTime": 1}]
    error = bad(tmp_path, reviews="\n".join(map(json.dumps, rows)).encode())
    assert "line 2 has no asin" in error.what
    assert "2018" in error.remedy


def test_metadata_of_the_other_release(tmp_path):
    error = bad(tmp_path, meta=json.dumps(META_2023[0]).encode())
    assert "meta_Tools.json, line 1 has no asin" in error.what


def test_metadata_of_another_category(tmp_path):
    error = bad(tmp_path, meta=json.dumps({**META_2018[0], "asin": "Z"}).encode())
    assert "None of the 1 items" in error.what
    assert "same category" in error.remedy


def test_a_partial_download(tmp_path):
    path = write(tmp_path / "Tools_5.json.gz", REVIEWS_2018 * 200)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LearnError, match="damaged or only partly downloaded") as caught:
        load_amazon(write(tmp_path / "meta.json", META_2018), path)
    assert "Download it again" in caught.value.remedy


def test_what_is_not_there(tmp_path):
    with pytest.raises(LearnError, match=r"absent\.json does not exist"):
        load_amazon(tmp_path / "m.json", tmp_path / "absent.json")
    with pytest.raises(LearnError, match="is a folder"):
        load_amazon(tmp_path / "m.json", tmp_path)


@pytest.mark.parametrize("value", ["[1]", '{"a": 1}'])
def test_an_id_that_is_several_is_refused_with_its_line(tmp_path, value):
    good = '{"reviewerID": "u", "asin": "b1", "unixReviewTime": 1400000000}\n'
    (tmp_path / "reviews.json").write_text(good + good.replace('"b1"', value), encoding="utf-8")
    (tmp_path / "meta.json").write_text('{"asin": "b1", "title": "Tea"}\n', encoding="utf-8")
    with pytest.raises(LearnError, match=r"reviews\.json, line 2: asin is"):
        load_amazon(tmp_path / "meta.json", tmp_path / "reviews.json")
    (tmp_path / "reviews.json").write_text(good * 2, encoding="utf-8")
    (tmp_path / "meta.json").write_text(f'{{"asin": {value}, "title": "Tea"}}\n', encoding="utf-8")
    with pytest.raises(LearnError, match=r"meta\.json, line 1: asin is"):
        load_amazon(tmp_path / "meta.json", tmp_path / "reviews.json")
