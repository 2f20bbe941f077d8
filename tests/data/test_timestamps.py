"""Times in every form that people write: read to the second, or refused with what was tried."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from learn.data.timestamps import clean_times, read_moment, reads_as_time
from learn.errors import LearnError

# Written so, and the moments that are meant.
FORMS = {
    "utc behind": (["2023-11-16 20:31:33 UTC", "2023-11-21 23:12:15 UTC"],
                   ["2023-11-16T20:31:33", "2023-11-21T23:12:15"]),
    "gmt behind": (["2023-11-16 20:31:33 GMT", "2023-11-16 20:31 GMT+2"],
                   ["2023-11-16T20:31:33", "2023-11-16T18:31:00"]),
    "offset": (["2024-05-31T18:00:00+05:30", "2024-05-31T18:00:00-0800"],
               ["2024-05-31T12:30:00", "2024-06-01T02:00:00"]),
    "day first": (["31/05/2024", "01/06/2024 18:05"], ["2024-05-31T00:00:00", "2024-06-01T18:05:00"]),
    "month first": (["05/31/2024", "06/01/2024 6:05 PM"], ["2024-05-31T00:00:00", "2024-06-01T18:05:00"]),
    "points": (["01.02.2024", "03.02.2024 07:00"], ["2024-02-01T00:00:00", "2024-02-03T07:00:00"]),
    "amazon": (["05 31, 2018", "06 1, 2018"], ["2018-05-31T00:00:00", "2018-06-01T00:00:00"]),
    "month name": (["May 31, 2018", "1-Jun-2018"], ["2018-05-31T00:00:00", "2018-06-01T00:00:00"]),
    "long month": (["31st May 2018", "Friday, June 1, 2018"], ["2018-05-31T00:00:00", "2018-06-01T00:00:00"]),
    "goodreads": (["Fri Jan 01 12:00:05 -0800 2016", "Sat Jan 02 12:00:05 +0000 2016"],
                  ["2016-01-01T20:00:05", "2016-01-02T12:00:05"]),
    "rfc 2822": (["Fri, 01 Jan 2016 12:00:05 GMT", "Sat, 02 Jan 2016 00:00:00 GMT"],
                 ["2016-01-01T12:00:05", "2016-01-02T00:00:00"]),
    "mind": (["11/15/2019 8:55:22 AM", "11/15/2019 12:00:00 PM"], ["2019-11-15T08:55:22", "2019-11-15T12:00:00"]),
    "midnight": (["11/15/2019 12:00:00 AM", "11/15/2019 12:30 a.m."], ["2019-11-15T00:00:00", "2019-11-15T00:30:00"]),
    "year first": (["2024/5/31 7:00", "2024-6-1"], ["2024-05-31T07:00:00", "2024-06-01T00:00:00"]),
    "comma second": (["2024-05-31 12:00:01,500", "2024-05-31 12:00:02,250"],
                     ["2024-05-31T12:00:01", "2024-05-31T12:00:02"]),
    "yyyymmdd": (["20240531", "20240601"], ["2024-05-31T00:00:00", "2024-06-01T00:00:00"]),
    "yyyymmddhh": ([2024053118, 2024060100], ["2024-05-31T18:00:00", "2024-06-01T00:00:00"]),
    "yyyymmddhhmm": (["202405311830", "202406010005"], ["2024-05-31T18:30:00", "2024-06-01T00:05:00"]),
    "yyyymmddhhmmss": ([20240531183015, 20240601000500], ["2024-05-31T18:30:15", "2024-06-01T00:05:00"]),
    "excel": (["45246.85524", "45251.96684"], ["2023-11-16T20:31:33", "2023-11-21T23:12:15"]),
    "excel days": ([45246, 45251], ["2023-11-16T00:00:00", "2023-11-21T00:00:00"]),
    "microseconds": ([1_700_166_693_000_000, 1_700_166_694_000_000], ["2023-11-16T20:31:33", "2023-11-16T20:31:34"]),
    "nanoseconds": ([1_700_166_693_000_000_000, 1_700_166_694_000_000_000],
                    ["2023-11-16T20:31:33", "2023-11-16T20:31:34"]),
    "seconds as floats": (["881250949.0", "8.8125095e8"], ["1997-12-04T15:55:49", "1997-12-04T15:55:50"]),
    "months": (["202312", "202401"], ["2023-12-01T00:00:00", "2024-01-01T00:00:00"]),
    "years": ([2007, 2008], ["2007-01-01T00:00:00", "2008-01-01T00:00:00"]),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_moment_that_is_meant(form):
    written, meant = FORMS[form]
    times, _ = clean_times(pd.Series(written, dtype=object), "timestamp of x.csv")
    assert [f"{one:%Y-%m-%dT%H:%M:%S}" for one in times] == meant


@pytest.mark.parametrize(
    ("form", "spoils", "says"),
    [
        ("excel", "nothing", "Excel's days since 1900: 2023-11-16 20:31:33 to 2023-11-21 23:12:15"),
        ("excel days", "order", "Excel's days"),
        ("months", "order", "yyyymm: 2023-12-01 00:00:00 to 2024-01-01"),
        ("years", "order", "years: 2007-01-01"),
        ("yyyymmddhhmm", "nothing", "yyyymmddhhmm: 2024-05-31 18:30:00 to 2024-06-01 00:05:00"),
        ("day first", "nothing", "day/month/year, because of '31/05/2024' in row 1"),
        ("month first", "nothing", "month/day/year, because of '05/31/2024' in row 1"),
    ],
)
def test_a_choice_is_said(form, spoils, says):
    (note,) = clean_times(pd.Series(FORMS[form][0], dtype=object), "timestamp of x.csv", column="when")[1]
    assert says in note.text
    assert note.spoils == spoils
    assert ("--map position=when" in note.remedy) == (spoils == "order")


@pytest.mark.parametrize(
    ("written", "what", "remedy"),
    [
        ([2, 40, 70], "seconds since 1970 they would be 1970-01-01 00:00:02 to 1970-01-01 00:01:10", "position=when"),
        ([19000, 19001], "days since 1970 they would be 2022-01-08 00:00:00 to 2022-01-09", "position=when"),
        ([531, 1231], "as month and day", "position=when"),
        ([0, 2359], "as a clock", "position=when"),
        ([10_000_001, 10_000_002], "seconds since 1970 they would be 1970-04-26", "position=when"),
        ([1_700_166_693_000, 1_700_166_694],
         "mixes units: 1700166693000 in row 1 .milliseconds, 1 rows.*in row 2", "one unit"),
        ([1_700_166_693, 1_700_166_694, 0], "row 3: 0 is no time beside the others, which are seconds", "ISO"),
        ([1_700_166_693, -1], "row 2: -1", "ISO"),
        (["01/02/2024", "03/04/2024"], "row 1: '01/02/2024' can be read in two ways.*2024-02-01 to 2024-04-03, "
         "month first 2024-01-02 to 2024-03-04", "--date-order"),
        (["31/05/2024", "31/31/2024"], "row 2: '31/31/2024' is no date, whichever of its numbers is the month", "ISO"),
        (["31/05/2024", "05/31/2024"], "mixes two orders.*'31/05/2024' in row 1 and '05/31/2024' in row 2", "ISO"),
        (["31/05/24", "30/05/24"], "row 1: '31/05/24' has a year of two digits", "--date-order"),
        (["31-May-18", "1-Jun-18"], "two digits", "--date-order"),
        (["2024-05-31", "2024-06-01", "1700166693"], "row 3: '1700166693'", "ISO"),
        (["1700166693", "1700166694", "soon"], "row 3: 'soon'", "ISO"),
        (["2024-05-31", "2024-05-31 25:00"], "row 2: '2024-05-31 25:00'", "ISO"),
        (["2024-05-31 10:00 EST", "2024-05-31"], "row 1: '2024-05-31 10:00 EST'", "ISO"),
        (["31/02/2024", "30/03/2024"], "row 1: '31/02/2024'", "ISO"),
        (["now", "today"], "row 1: 'now'", "ISO"),
        ([10**5000, 1], "row 1: a number of more than 4,300 digits", "ISO"),
        (["9" * 5000, "1"], "row 1", "ISO"),
        ([2**70, 1_700_166_693], "row 1: 1180591620717411303424", "ISO"),
        ([True, False], "row 1: True", "ISO"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_with_what_was_tried(written, what, remedy):
    with pytest.raises(LearnError, match=what) as caught:
        clean_times(pd.Series(written, dtype=object), "timestamp of x.csv", column="when")
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("order", "meant"), [("dmy", ["2024-02-01", "2024-04-03"]), ("mdy", ["2024-01-02", "2024-03-04"])]
)
def test_the_order_of_day_and_month_can_be_said(order, meant):
    for written in (["01/02/2024", "03/04/2024"], ["1-2-24", "3-4-24"]):
        times, _ = clean_times(pd.Series(written), "timestamp", order)
        assert [f"{one:%Y-%m-%d}" for one in times] == meant


def test_an_order_that_the_dates_contradict_is_refused():
    with pytest.raises(LearnError, match=r"row 2: '05/31/2024' contradicts --date-order dmy") as caught:
        clean_times(pd.Series(["01/02/2024", "05/31/2024"]), "timestamp", "dmy")
    assert caught.value.remedy == "Type --date-order mdy."
    with pytest.raises(LearnError, match="no date order 'ymd'"):
        clean_times(pd.Series(["2024-01-01"]), "timestamp", "ymd")


@pytest.mark.parametrize("written", [["1985-01-01", "2024-01-01"], [473_385_600, 1_704_067_200], ["2094-01-01"]])
def test_an_unlikely_time_is_read_and_warned_of(written):
    (note,) = clean_times(pd.Series(written, dtype=object), "timestamp")[1]
    assert note.spoils == "order"
    assert f"1 of {len(written)} times lie outside 1995" in note.text


def test_what_certainly_is_a_time():
    certain = [FORMS[name][0] for name in FORMS if name not in ("excel", "excel days", "months", "years")]
    assert [reads_as_time(pd.Series(one, dtype=object)) for one in certain] == [True] * len(certain)
    unsure = [
        [2007, 2008],
        [1, 2],
        ["a", "b"],
        ["18:30", "19:00"],
        [45246.5, 45247.5],
        ["2024-01-01", None],
        [0.5, 0.7],
    ]
    assert [reads_as_time(pd.Series(one, dtype=object)) for one in unsure] == [False] * len(unsure)
    assert reads_as_time(pd.Series(["01/02/2024", "03/04/2024"])), "only the order of day and month is unsure"


def test_a_moment_that_is_typed():
    assert read_moment("31/05/2024", "test start") == pd.Timestamp("2024-05-31")
    assert read_moment("2024-05-31T02:00+02:00", "test start") == pd.Timestamp("2024-05-31")
    assert read_moment("20240531", "test start") == pd.Timestamp("2024-05-31")
    assert read_moment("01/02/2024", "test start", "dmy") == pd.Timestamp("2024-02-01")
    for wrong in ("nan", "", "soon", "5"):
        with pytest.raises(LearnError, match="is not a date"):
            read_moment(wrong, "test start")
    with pytest.raises(LearnError, match=r"'01/02/2024' can be read in two ways") as caught:
        read_moment("01/02/2024", "test start")
    assert "YYYY-MM-DD" in caught.value.remedy and "--date-order" in caught.value.remedy


def test_every_moment_of_a_year_in_every_form_comes_back():
    """The forms that lose nothing, over days and clocks that no example has."""
    rng = np.random.default_rng(5)
    moments = pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 366 * 86_400, 300), unit="s"))
    seconds = (moments - pd.Timestamp("1970-01-01")) // pd.Timedelta("1s")
    forms = ["%Y-%m-%d %H:%M:%S UTC", "%d/%m/%Y %H:%M:%S", "%m-%d-%Y %I:%M:%S %p", "%d.%m.%Y %H:%M:%S",
             "%B %d, %Y %H:%M:%S",
             "%a %b %d %H:%M:%S +0000 %Y", "%Y%m%d%H%M%S", "%d-%b-%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S"]  # fmt: skip
    written = [moments.dt.strftime(form) for form in forms]
    written += [seconds * factor for factor in (1, 1000, 10**6, 10**9)] + [seconds.astype(str)]
    written.append((seconds / 86_400 + 25_569).round(6).astype(str))
    for column in written:
        times, _ = clean_times(column.astype(object), "timestamp")
        assert (times == moments.astype("datetime64[ns]")).all(), column.iloc[0]
