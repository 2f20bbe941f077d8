"""One spelling for an id at every door, and what is said where two tables spell it differently."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from learn.data.ids import clean_ids, ids_as_text, match_ids
from learn.errors import LearnError
from tests.data.meaning import notes, order, shop


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["1011.0", "1005.0"], ["1011", "1005"]),
        (["1011.0", "1005.5"], ["1011.0", "1005.5"]),
        (["1011.0", "x"], ["1011.0", "x"]),
        ([1011.0, 7.0], ["1011", "7"]),
        ([b"p000", "b'p001'", 'b"p002"'], ["p000", "p001", "p002"]),
        (["00123", "123"], ["00123", "123"]),
        (["\ufeffa\u200b", " a ", "a"], ["a", "a", "a"]),
        ([2**70, -5], ["1180591620717411303424", "-5"]),
        (["B00E+4", "12E45"], ["B00E+4", "12E45"]),
    ],
)
def test_an_id_is_written_in_one_way(written, meant):
    raw = pd.Series(written, dtype=object)
    codes, ids = clean_ids(raw, "item_id of x.csv")
    assert ids[codes].tolist() == meant
    assert ids_as_text(raw).tolist() == meant


@pytest.mark.parametrize(
    ("written", "what"),
    [
        (["a", "1.23E+11"], r"row 2: the id '1\.23E\+11' has lost digits"),
        (["1,23e+11"], r"row 1: the id '1,23e\+11' has lost digits"),
        ([1.2345678901234567e17], "row 1: the id 1.2345678901234566e.17 has lost digits"),
        (["a", "\u200b"], "row 2: the id is missing"),
        ([10**5000], "row 1: the id is missing .a number of more than 4,300 digits"),
    ],
)
def test_an_id_that_is_none_is_refused(written, what):
    with pytest.raises(LearnError, match=what):
        clean_ids(pd.Series(written, dtype=object), "item_id of x.csv")


def test_zeros_are_matched_only_without_ambiguity():
    known = pd.Index(["00123", "7", "007", "x"], dtype=object)
    places, otherwise = match_ids(["123", "7", "0007", "y", "x"], known)
    assert places.tolist() == [0, 1, -1, -1, 3]
    assert otherwise.tolist() == [True, False, False, False, False]
    assert match_ids(["123", "0123"], known)[0].tolist() == [-1, -1], "two of the one side"
    assert match_ids(["123.0"], known)[0].tolist() == [0]
    assert match_ids([], known)[0].dtype == np.int64


def test_items_whose_zeros_the_events_have_lost(tmp_path):
    items = {"item_id": ["00123", "00007", "00450"], "title": ["A a", "B b", "C c"]}
    made = shop(tmp_path, {"user_id": ["u"] * 3, "item_id": [450, 123, 7]}, items)
    assert order(made) == ["00450", "00123", "00007"]
    assert "3 item ids" in notes(made, "ids") and "'450' is taken for '00450'" in notes(made, "ids")
    assert made.find_items(["123", 7.0, "00450", "9"]).tolist() == [0, 1, 2, -1]


def test_floats_beside_whole_numbers(tmp_path):
    items = {"item_id": [1000, 1001], "title": ["A a", "B b"]}
    made = shop(tmp_path, {"user_id": ["1.0", "2.0"], "item_id": ["1001.0", "1000.0"]}, items)
    assert order(made) == ["1001", "1000"]
    assert made.user_ids.tolist() == ["1", "2"]
    assert made.report["found"]["unknown_item_events"] == 0
    assert made.find_users(["2.0", 1, " 1 ", "3"]).tolist() == [1, 0, 0, -1]


@pytest.mark.parametrize(
    ("strangers", "hint"),
    [
        (["I1", "I2", "I3"], "in capitals"),
        (["x_1", "x_2", "x_3"], "before the number"),
        (["a", "b", "c"], "begin with 'a'"),
    ],
)
def test_many_unknown_items_are_loud_with_both_sides(tmp_path, strangers, hint):
    made = shop(tmp_path, {"user_id": ["u"] * 6, "item_id": ["i0", "i1", "i2", *strangers]})
    said = notes(made, "rows")
    assert "3 of the 6 item ids" in said and "50% of the events were dropped" in said and "the items with 'i0'" in said
    assert hint in said


def test_a_few_unknown_items_are_counted_only(tmp_path):
    made = shop(tmp_path, {"user_id": ["u"] * 10, "item_id": [f"i{k}" for k in range(9)] + ["z"]})
    assert notes(made, "rows") == ""
    assert made.report["found"]["unknown_item_events"] == 1
