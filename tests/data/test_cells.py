"""Cells as sources print them: lists, objects, bytes and HTML's escapes become the text that is meant."""

from __future__ import annotations

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest

from learn.data.cleaning import clean_extra, clean_text
from tests.data.meaning import of_one_user, shop

LEVELS = " > "


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("['Home', 'Kitchen']", "Home > Kitchen"),
        ('["Home", "Kitchen"]', "Home > Kitchen"),
        ("('Home', 'Kitchen')", "Home > Kitchen"),
        ("[['Home', 'Kitchen']]", "Home > Kitchen"),
        ("[['Home', 'Kitchen'], ['Gifts']]", "Home > Kitchen"),
        ("['Home' 'Kitchen']", "Home > Kitchen"),
        ("['Home'\n 'Women\\'s']", "Home > Women's"),
        ("array(['Home', 'Kitchen'], dtype=object)", "Home > Kitchen"),
        ("'Home', 'Men\\'s Kitchen'", "Home > Men's Kitchen"),
        ("[Home, Kitchen]", "Home > Kitchen"),
        ("[{'id': 3, 'name': 'Home'}, {'id': 4, 'name': 'Kitchen'}]", "Home > Kitchen"),
        (["Home", None, "Kitchen"], "Home > Kitchen"),
        (np.array(["Home", "Kitchen"], dtype=object), "Home > Kitchen"),
        ([b"Home", b"Kitchen"], "Home > Kitchen"),
        ("Home &amp; Garden", "Home & Garden"),
        ("R&amp;amp;B &#39;n&#x27; &quot;Soul&quot;", "R&B 'n' \"Soul\""),
        (b"Caf\xc3\xa9", "Café"),
        (b"Caf\xe9", "Café"),
        ("b'Caf\\xc3\\xa9'", "Café"),
        ("AT&T, M&M", "AT&T, M&M"),
        ("&copyright &unknown;", "&copyright &unknown;"),
        ("[]", None),
        ("N/A", None),
        ("['nan']", None),
        ({"WiFi": "free", "Bar": None, "Seats": 4.0}, "WiFi: free, Seats: 4"),
        ("{'WiFi': u'free', 'Parking': {'lot': True}}", "WiFi: free, Parking: lot: True"),
    ],
)
def test_a_cell_is_the_text_that_is_meant(written, meant):
    cleaned, _ = clean_text(pd.Series([written], dtype=object), LEVELS)
    assert cleaned.iloc[0] == meant or (meant is None and pd.isna(cleaned.iloc[0]))


def test_a_title_in_brackets_stays_a_title():
    titles = ["[1984]", "(500) Days of Summer", "['Salem's Lot'", "Brave New World"]
    assert clean_text(pd.Series(titles))[0].tolist() == titles
    assert clean_text(pd.Series(["['a', 'b']", "c"]), rarely_lists=True)[0].tolist() == ["a, b", "c"]


@pytest.mark.parametrize("deep", ["[" * 3000 + "]" * 3000, "{" * 500, "[" + "9" * 5000 + "]"])
def test_what_no_parser_can_hold_stays_text(deep):
    assert isinstance(clean_text(pd.Series([deep]))[0].iloc[0], str)


def test_further_columns_of_any_type_can_be_kept(tmp_path):
    frame = pd.DataFrame({"big": [2**64, 1], "huge": [10**400, -1], "digits": [10**5000, 1]}, dtype=object)
    frame["when"] = [datetime.date(2024, 1, 1), None]
    frame["price"] = [decimal.Decimal("1.5"), None]
    frame["kind"] = pd.Categorical(["a", "b"])
    frame["mixed"] = pd.Series([b"x", ["y", "z"]], dtype=object)
    frame["complex"] = [1 + 2j, 2j]
    frame["span"] = pd.to_timedelta([1, 2], unit="D")
    kept = clean_extra(frame.copy())
    kept.to_parquet(tmp_path / "kept.parquet")
    assert str(kept["big"].iloc[0]) == "18446744073709551616"
    assert kept["huge"].iloc[1] == "-1"
    assert kept["digits"].iloc[0] == "a number of more than 4,300 digits"
    assert kept["mixed"].tolist() == ["x", "y > z"]
    assert kept["kind"].tolist() == ["a", "b"]
    assert kept["span"].tolist() == ["1 days 00:00:00", "2 days 00:00:00"]


def test_an_unread_column_of_texts_is_said_with_what_reads_it(tmp_path):
    said = "A kettle for two cups of tea and one of coffee"
    items = {
        "item_id": ["i0", "i1"],
        "title": ["Kettle", "Pot"],
        "description": [said, said + ", in red"],
        "colour": ["r", "b"],
    }
    made = shop(tmp_path, of_one_user(timestamp=["2024-01-01", "2024-01-02"]), items)
    (note,) = [one for one in made.report["notes"] if "does not read" in one["text"]]
    assert "Column description" in note["text"] and note["remedy"].endswith("--map attributes=description")
    read = shop(tmp_path, of_one_user(timestamp=["2024-01-01"]), items, mapping=["attributes=description"])
    assert read.items["attributes"].iloc[0] == said
    assert not [one for one in read.report["notes"] if "does not read" in one["text"]]
