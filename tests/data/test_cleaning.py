"""Properties that hold for whatever a cell contains."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.data.cleaning import TEXT_LIMIT, clean_text
from learn.data.ids import clean_ids, ids_as_text
from learn.data.prices import clean_prices
from learn.data.schema import Interactions
from learn.data.validation import validate
from tests.data.frames import interactions, items

anything = st.one_of(st.none(), st.text(st.characters(), max_size=30), st.integers(), st.floats())


@settings(deadline=None, max_examples=100)
@given(values=st.lists(anything, min_size=1, max_size=8))
def test_clean_text_is_one_line_that_can_be_written_and_cleaning_it_again_changes_nothing(values):
    once, cut = clean_text(pd.Series(values, dtype="object"))
    assert cut == 0
    for text in once.dropna():
        assert text == text.strip() != ""
        assert "  " not in text
        assert not set(text) & set("\n\r\t\0\u200b\ufeff")
        assert text.encode("utf-8").decode("utf-8") == text
    again, _ = clean_text(once)
    assert again.fillna("<missing>").tolist() == once.fillna("<missing>").tolist()


@settings(deadline=None, max_examples=100)
@given(values=st.lists(anything, min_size=1, max_size=8))
def test_a_price_is_missing_or_a_finite_amount(values):
    prices, dropped = clean_prices(pd.Series(values, dtype="object"))
    assert prices.dtype == "float64"
    assert all(price >= 0 and math.isfinite(price) for price in prices.dropna())
    assert 0 <= dropped <= prices.isna().sum()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("$1,299.00", 1299.0),
        ("12,99", 12.99),
        ("€ 5", 5.0),
        (" 3.5 ", 3.5),
        (0, 0.0),
        ("1,299", 1299.0),
        ("1.299,00 €", 1299.0),
        ("1.299.000", 1299000.0),
        ("USD 5.5", 5.5),
        ("5 - 9", 5.0),
        ("$5.00 – $7.00", 5.0),
        ("1 299,50 kr", 1299.5),
        ("1'299.50", 1299.5),
        ("12,-", 12.0),
        ("1e2", 100.0),
    ],
)
def test_prices_as_people_write_them(written, meant):
    prices, dropped = clean_prices(pd.Series([written], dtype="object"))
    assert prices.tolist() == [meant]
    assert dropped == 0


@pytest.mark.parametrize("written", ["-1", "3 for 10", "1,2,3", "1.2.3", "free", "inf", float("inf"), -0.01])
def test_what_is_no_price_is_counted(written):
    prices, dropped = clean_prices(pd.Series([written], dtype="object"))
    assert prices.isna().all()
    assert dropped == 1


def test_text_is_cut_at_the_limit_and_not_before():
    cleaned, cut = clean_text(pd.Series(["x" * TEXT_LIMIT, "y" * (TEXT_LIMIT + 1)]))
    assert cut == 1
    assert cleaned.str.len().tolist() == [TEXT_LIMIT, TEXT_LIMIT]


def test_the_same_id_in_three_spellings():
    codes, ids = clean_ids(pd.Series([7, "7", 7.0, "a", " a "], dtype="object"), "item_id of x.csv")
    assert codes.tolist() == [0, 0, 0, 1, 1]
    assert ids.tolist() == ["7", "a"]


@pytest.mark.parametrize(
    "raw",
    [
        pd.Series([7, "7", 7.0, " 7\u200b", "07"], dtype="object"),
        pd.Series([7.0, np.float32(7), 12345678901234567], dtype="object"),
        pd.Series([7.0, 8.0]),
        pd.Series(["a b", "a\tb"]),
    ],
)
def test_every_door_writes_an_id_in_the_same_way(raw):
    codes, ids = clean_ids(raw, "item_id of x.csv")
    assert ids_as_text(raw).tolist() == ids[codes].tolist()


def test_an_id_that_is_only_looked_up_may_be_missing_or_strange():
    assert ids_as_text(pd.Series([np.nan, 7.0], index=[3, 5])).to_dict() == {3: "nan", 5: "7"}
    assert ids_as_text(pd.Series([["a"], 7], dtype="object")).tolist() == ["['a']", "7"]


events = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["i0", "i1", "i2", "zz"]), st.integers(0, 9)),
    min_size=1,
    max_size=25,
)


@settings(deadline=None, max_examples=60)
@given(rows=events)
def test_validation_sorts_keeps_and_counts_exactly(rows):
    known = [row for row in rows if row[1] != "zz"]
    if not known:
        return
    frame = interactions(
        [(user, item, pd.Timestamp("2024-01-01") + pd.Timedelta(days=day)) for user, item, day in rows]
    )
    dataset = validate("made", items(), frame, {"kind": "test"})
    expected = sorted(dict.fromkeys(known), key=lambda row: (row[0], row[2]))  # both keep the first of equals
    result = dataset.interactions
    assert list(zip(result[Interactions.USER], result[Interactions.ITEM], strict=True)) == [
        (user, item) for user, item, _ in expected
    ]
    counts = dataset.report["found"]
    assert counts["unknown_item_events"] == len(rows) - len(known)
    assert counts["duplicate_events"] == len(known) - len(expected)
    assert counts["short_users"] == sum(
        sum(row[0] == user for row in expected) < 3 for user in {r[0] for r in expected}
    )
    positions = [sum(other[0] == row[0] for other in expected[:place]) for place, row in enumerate(expected)]
    assert result[Interactions.POSITION].tolist() == positions
