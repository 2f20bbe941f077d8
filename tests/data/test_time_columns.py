"""Which column orders the events is judged by what it holds."""

from __future__ import annotations

import pandas as pd
import pytest

from learn.data.sources import load_source
from learn.data.splits import choose_split
from learn.data.tables import dataset_of_tables, load_tables
from learn.errors import LearnError
from tests.data.meaning import notes, of_one_user, order, shop, times

LATE_FIRST = ["1700000300", "1700000200", "1700000100"]


def test_the_only_column_that_holds_times_is_the_time(tmp_path):
    made = shop(tmp_path, of_one_user(bought_on=LATE_FIRST, rating=[1, 2, 3]))
    assert order(made) == ["i2", "i1", "i0"]
    assert times(made)[0] == "2023-11-14T22:15:00"
    assert "Column bought_on of" in notes(made) and "is read as timestamp" in notes(made)


def test_of_two_such_columns_none_is_taken_and_both_are_named(tmp_path):
    made = shop(tmp_path, of_one_user(sent_off=LATE_FIRST, bought_on=LATE_FIRST))
    assert order(made) == ["i0", "i1", "i2"]
    assert not made.has_time
    said = notes(made, "order")
    assert "sent_off, bought_on could be the time" in said and "--map timestamp=sent_off" in said
    mapped = shop(tmp_path, of_one_user(sent_off=LATE_FIRST, bought_on=LATE_FIRST), mapping=["timestamp=bought_on"])
    assert order(mapped) == ["i2", "i1", "i0"]


def test_what_is_the_same_for_a_user_or_an_item_is_no_time_of_events(tmp_path):
    events = {"user_id": ["a", "a", "b", "b"], "item_id": ["i0", "i1", "i1", "i0"]}
    for column in (["2020-01-01"] * 4, ["2020-01-01"] * 2 + ["2021-01-01"] * 2):
        made = shop(tmp_path, {**events, "joined": column})
        assert not made.has_time
        assert "--map timestamp=joined" in notes(made, "order")
    made = shop(tmp_path, {**events, "released": ["2020-01-01", "2021-01-01", "2021-01-01", "2020-01-01"]})
    assert not made.has_time


@pytest.mark.parametrize("clock", [["20:31:33", "08:00:00", "07:59:59"], ["8:31:33 PM", "8:00 AM", "7:59:59 AM"]])
def test_a_date_and_a_clock_are_joined(tmp_path, clock):
    for date, time in (("date", "time"), ("day", "clock"), ("timestamp", "time"), ("order_date", "order_time")):
        made = shop(tmp_path, of_one_user(**{date: ["2023-11-16"] * 3, time: clock}))
        assert times(made) == ["2023-11-16T07:59:59", "2023-11-16T08:00:00", "2023-11-16T20:31:33"]
        assert order(made) == ["i2", "i1", "i0"]
        assert f"Columns {date} and {time} of" in notes(made)


def test_a_clock_without_colons_and_compact_dates(tmp_path):
    made = shop(tmp_path, of_one_user(date=["20231116", "20231116", "20231115"], time=["2031", "800", "0"]))
    assert times(made) == ["2023-11-15T00:00:00", "2023-11-16T08:00:00", "2023-11-16T20:31:00"]
    made = shop(tmp_path, of_one_user(date=["16/11/2023", "16/11/2023", "15/11/2023"], time=["203105", "80000", "0"]))
    assert times(made) == ["2023-11-15T00:00:00", "2023-11-16T08:00:00", "2023-11-16T20:31:05"]


def test_a_clock_alone_is_no_time(tmp_path):
    made = shop(tmp_path, of_one_user(time=["20:31", "08:00", "07:59"]))
    assert not made.has_time
    assert order(made) == ["i0", "i1", "i2"]
    assert "times of day without dates" in notes(made, "order")
    with pytest.raises(LearnError, match=r"as a clock \(hhmm\)"):
        shop(tmp_path, of_one_user(time=["2031", "800", "759"]))


@pytest.mark.parametrize("column", ["order", "sequence", "position"])
def test_numbers_of_baskets_are_no_positions(tmp_path, column):
    made = shop(tmp_path, of_one_user(**{column: ["ORD-9", "ORD-9", "ORD-1"], "timestamp": LATE_FIRST}))
    assert order(made) == ["i2", "i1", "i0"]
    assert f"Column {column} of" in notes(made) and "it holds no numbers" in notes(made)
    made = shop(tmp_path, of_one_user(**{column: [9, 9, 1, 1]}))
    assert order(made) == ["i0", "i1", "i2", "i3"], "the order of the file"
    assert "share their number" in notes(made, "order") and f"--map position={column}" in notes(made, "order")
    made = shop(tmp_path, of_one_user(**{column: [9, 9, 1, 1]}), mapping=[f"position={column}"])
    assert order(made) == ["i2", "i3", "i0", "i1"], "mapped, it is taken as it is"


def test_numbers_that_run_against_the_times_are_no_positions(tmp_path):
    made = shop(tmp_path, of_one_user(order=[1, 2, 3], timestamp=LATE_FIRST))
    assert order(made) == ["i2", "i1", "i0"]
    assert "it runs against the times" in notes(made)


def test_numbers_of_each_users_events_are_positions(tmp_path):
    assert order(shop(tmp_path, of_one_user(order=[3, 1, 2]))) == ["i1", "i2", "i0"]


def test_running_numbers_under_a_times_name_can_be_mapped_to_position(tmp_path):
    with pytest.raises(LearnError, match="1970-01-01 00:00:01 to 1970-01-01 00:00:03") as caught:
        shop(tmp_path, of_one_user(timestamp=[3, 1, 2]))
    assert "--map position=timestamp" in caught.value.remedy
    made = shop(tmp_path, of_one_user(timestamp=[3, 1, 2]), mapping=["position=timestamp"])
    assert order(made) == ["i1", "i2", "i0"]
    assert not made.has_time


def test_events_of_one_month_are_no_event_given_twice(tmp_path):
    events = {"user_id": ["u"] * 4, "item_id": ["i0", "i0", "i0", "i1"], "timestamp": [2007, 2007, 2008, 2008]}
    made = shop(tmp_path, events)
    assert order(made) == ["i0", "i0", "i0", "i1"]
    assert "years" in notes(made, "order")


def test_the_date_order_reaches_every_table(tmp_path):
    events = of_one_user(when=["03/04/2024", "02/05/2024", "01/06/2024"])
    with pytest.raises(LearnError, match="two ways"):
        shop(tmp_path, events)
    assert times(shop(tmp_path, events, date_order="dmy"))[0] == "2024-04-03T00:00:00"
    files = {"items": tmp_path / "items.csv", "interactions": tmp_path / "events.csv"}
    assert order(load_source("tables", date_order="mdy", **files)) == ["i2", "i1", "i0"]


@pytest.mark.parametrize("days", [float("nan"), float("inf"), 0.0, -3.0, 1e9])
def test_a_validation_target_of_no_length_is_refused(tmp_path, days):
    made = shop(tmp_path, of_one_user(timestamp=LATE_FIRST))
    with pytest.raises(LearnError, match="is no length of a target") as caught:
        choose_split(made, "by-time", None, days)
    assert "--validation-days" in caught.value.remedy


def test_a_first_day_that_can_be_read_in_two_ways_is_asked_for(tmp_path):
    days = [f"2024-01-{day:02d}" for day in range(1, 29)]
    made = shop(tmp_path, of_one_user(timestamp=days))
    with pytest.raises(LearnError, match=r"'05/01/2024' can be read in two ways") as caught:
        choose_split(made, "by-time", "05/01/2024")
    assert "--date-order" in caught.value.remedy
    split = choose_split(made, "by-time", "05/01/2024", 2, "dmy")
    assert split.info.test_start == "2024-01-05T00:00:00"
    with pytest.raises(LearnError, match="'nan' is not a date"):
        choose_split(made, "by-time", "nan")


ANYTHING = [b"\xff", "\ud800", ["a"], {"a": 1}, 10**5000, "1677-01-01", "9999-12-31", 1 + 2j, float("inf")]


@pytest.mark.parametrize("cell", ANYTHING, ids=range(len(ANYTHING)))
@pytest.mark.parametrize("column", ["time", "order", "order_time", "foo"])
def test_a_column_of_anything_is_kept_or_refused_with_a_message(column, cell):
    cells = pd.Series([cell, "2024-01-01", cell], dtype=object)
    events = pd.DataFrame({"user_id": ["u"] * 3, "item_id": ["i0"] * 3, column: cells})
    items = pd.DataFrame({"item_id": ["i0"], "title": ["Thing"]})
    source = {"items": "items", "interactions": "events"}
    try:
        made = dataset_of_tables("x", items, events, {}, source)
    except LearnError as error:
        assert column in ("time", "order") and "row" in error.what
    else:
        assert len(made.interactions) == 3 and not made.has_time


@pytest.mark.parametrize("bad", ["31.02.2024", "", "bald"])
def test_one_bad_date_never_loses_the_times_in_silence(tmp_path, bad):
    """A column whose name says nothing and whose last cell is no date is not passed over without a word."""
    rows = [f"u{n % 5},i{n % 4},{n % 28 + 1:02d}.0{n % 6 + 1}.2024" for n in range(30)]
    (tmp_path / "interactions.csv").write_text(
        "\n".join(["user_id,item_id,Bestelldatum", *rows, f"u1,i1,{bad}"]) + "\n"
    )
    (tmp_path / "items.csv").write_text("item_id,title\n" + "".join(f"i{n},Thing {n}\n" for n in range(4)))
    dataset = load_tables(tmp_path / "items.csv", tmp_path / "interactions.csv", "shop")
    assert not dataset.has_time
    (note,) = [one for one in dataset.report["notes"] if "Bestelldatum" in one["text"]]
    assert note["spoils"] == "order" and "row 31" in note["text"] and "--map timestamp=Bestelldatum" in note["remedy"]
