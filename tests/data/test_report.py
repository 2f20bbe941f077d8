"""The report: loud in proportion to what is spoiled, and nothing odd passes as fine."""

import pandas as pd
import pytest

from learn.data.facts import split_facts
from learn.data.notes import IDS, NOTHING, ORDER, ROWS, TEXT, Note
from learn.data.published import PUBLISHED, find_published
from learn.data.report import NOTE, WARNING, Finding, findings, notes_label, render, report_table
from learn.data.sanity import odd_times
from learn.data.schema import Items
from learn.data.splits import leave_one_out
from learn.data.validation import validate
from tests.data.frames import interactions, items


def report_of(catalogue=None, events=None, **source):
    found = validate(
        "made",
        items() if catalogue is None else catalogue,
        interactions() if events is None else events,
        {"kind": "test", **source},
    )
    return found.report


def finding(report, words):
    found = [one for one in findings(report) if words in one.text]
    assert len(found) == 1, [one.text for one in findings(report)]
    return found[0]


def test_forty_items_of_one_title_are_not_nothing():
    report = report_of(items(40).assign(**{Items.TITLE: "Shirt", Items.PRICE: 9.9}))
    found = finding(report, "the LLM cannot tell them apart")
    assert (found.severity, found.spoils) == (WARNING, TEXT)
    assert found.value == "40 (100%: i0, i1, i2, i3, i4, ...)"
    assert found.line.startswith("  !! text: 40 (100%")
    assert "Nothing had to be mended." not in render(report)


def test_items_that_differ_in_any_field_of_the_prompt_are_told_apart():
    assert report_of(items(40).assign(**{Items.TITLE: "Shirt"}))["found"]["same_prompt"] == 0, "prices differ"
    report = report_of(items(40).assign(**{Items.TITLE: "Shirt", Items.PRICE: 1.0, Items.KEYWORDS: list("ab") * 20}))
    assert report["found"]["same_prompt"] == 40


def test_items_without_any_text_are_counted_once_and_by_themselves():
    nothing = items(3).assign(**dict.fromkeys((Items.TITLE, Items.CATEGORY, Items.BRAND, Items.PRICE)))
    report = report_of(pd.concat([items(), nothing.assign(**{Items.ID: ["x", "y", "z"]})]))
    assert report["found"]["items_without_text"] == 3
    assert report["found"]["same_prompt"] == 0


@pytest.mark.parametrize(
    ("title", "counted"), [("123-45", True), ("1984", True), ("パン", False), ("Ё", False), ("7up", False), ("_", True)]
)
def test_titles_without_a_letter_are_counted_in_any_script(title, counted):
    report = report_of(items().assign(**{Items.TITLE: ["A b", "C", "D", "E", "F", title]}))
    assert report["found"]["titles_without_letter"] == int(counted)


def test_users_whose_events_all_carry_one_time_spoil_the_order():
    rows = [("u", f"i{k}", "2024-01-01") for k in range(3)] + [("v", f"i{k}", f"2024-01-0{k + 1}") for k in range(3)]
    rows += [("w", "i0", "2024-01-01")]  # one event has no order
    report = report_of(events=interactions(rows))
    found = finding(report, "all carry one time")
    assert (found.value, found.severity, found.spoils) == ("1 (33.3%: u)", WARNING, ORDER)


def test_few_users_of_one_time_are_a_note():
    rows = [("u", f"i{k}", "2024-01-01") for k in range(3)]
    rows += [(f"v{n}", f"i{k}", f"2024-01-0{k + 1}") for n in range(9) for k in range(3)]
    assert finding(report_of(events=interactions(rows)), "all carry one time").severity == NOTE


def test_times_before_1995_and_after_next_year_are_counted():
    times = pd.to_datetime(["1970-01-01", "1994-12-31", "1995-01-01", "2027-12-31", "2028-01-01"])
    rows = interactions([("u", f"i{k}", time) for k, time in enumerate(times)])
    found, examples = odd_times(rows, today=pd.Timestamp("2026-06-01"))
    assert found["events_outside"] == 3
    assert examples["events_outside"] == ["1970-01-01", "1994-12-31", "2028-01-01"]
    report = report_of(events=interactions([("u", f"i{k}", f"1970-01-0{k + 1}") for k in range(4)]))
    assert finding(report, "before 1995").spoils == ORDER


def test_the_share_of_rows_lost_is_said_beside_their_count():
    rows = [("u", f"i{k}", f"2024-01-0{k + 1}") for k in range(3)] + [("u", "1011.5", "2024-01-05")]
    table = report_table(report_of(events=interactions(rows))).set_index("finding")
    assert table.loc["interactions", "value"] == "3 of 4 that were read: 25.0% lost"
    lost = table[table.index.str.contains("unknown items")].iloc[0]
    assert (lost["severity"], lost["spoils"]) == (WARNING, ROWS)


def test_ids_and_texts_are_shown_by_their_first_example():
    table = report_table(report_of()).set_index("finding")
    assert table.loc["first ids", "value"] == "item i0, of an interaction: user u0, item i0"
    assert table.loc["title", "value"].endswith(", first: Title 0")


def test_whether_the_file_is_in_order_of_time_is_said():
    backwards = interactions().iloc[::-1].reset_index(drop=True)
    rows = pd.concat([interactions().query("user_id == 'u0'"), backwards.query("user_id == 'u1'")])
    for events, share in ((interactions(), "100%"), (backwards, "0%"), (rows, "50.0%")):
        table = report_table(report_of(events=events)).set_index("finding")
        assert table.loc["users whose rows are in order of time", "value"] == share


def test_what_spoils_most_comes_first_and_notes_after_warnings():
    notes = [Note("t", TEXT), Note("n"), Note("r", ROWS, "Mend it."), Note("o", ORDER), Note("i", IDS), "bare"]
    told = [
        (one.text, one.severity) for one in findings(report_of(notes=notes)) if len(one.text) == 1 or one.text == "bare"
    ]
    assert told == [("o", WARNING), ("i", WARNING), ("r", WARNING), ("t", WARNING), ("n", NOTE), ("bare", NOTE)]
    lines = render(report_of(notes=notes))
    at = lines.index("Look at this first: the order of events, ids, rows and what the LLM reads may be wrong.")
    assert lines[at + 1 :] == ["  ! order: o.", "  ! ids: i.", "  ! rows: r. Mend it.", "  ! text: t."]


def test_a_report_of_an_older_form_still_opens():
    old = report_of(notes=["As before."])
    for key in ("in_order", "first"):
        del old[key]
    old["notes"] = ["As before."]
    for key in ("same_prompt", "titles_without_letter", "users_one_time", "events_outside"):
        old["found"].pop(key)
    for field in old["fields"].values():
        del field["first"]
    assert "  - As before." in render(old)
    assert report_table(old).set_index("finding").loc["items", "value"] == "6"
    assert finding(old, "As before").spoils == NOTHING


def test_a_split_dataset_is_named_by_its_fingerprint():
    dataset = validate("made", items(), interactions(), {"kind": "test"})
    facts = {**dataset.report, **split_facts(dataset, leave_one_out(dataset))}
    value = report_table(facts).set_index("finding").loc["fingerprint", "value"]
    assert value.startswith(dataset.fingerprint)


@pytest.mark.parametrize(
    ("name", "counts", "label"),
    [
        ("mine", (943, 1682, 100_000), "MovieLens 100K"),
        ("mine", (6040, 3706, 1_000_209), "MovieLens 1M"),
        ("ml-1m", (10, 10, 10), "MovieLens 1M"),
        ("ml_latest_small/ratings.csv", (1, 1, 1), "MovieLens latest-small"),
        ("data/reviews_Beauty_5.json.gz", (1, 1, 1), "Amazon Beauty, 2014, 5-core"),
        ("BX-Book-Ratings.csv", (1, 1, 1), "Book-Crossing"),
        ("hm", (1, 1, 1), "H&M"),
        ("MINDlarge_train", (1, 1, 1), "MIND (large)"),
        ("beauty-shop-2025", (30, 120, 300), None),
        ("my-reminder", (30, 120, 300), None),
    ],
)
def test_a_known_dataset_is_known_by_its_size_or_its_name(name, counts, label):
    found = find_published([name], *counts)
    assert (found and found.label) == label


def test_a_copy_that_lost_rows_is_a_warning_and_a_part_of_one_a_note():
    known = next(one for one in PUBLISHED if one.label == "MovieLens 100K")
    facts = report_of() | {"published": known.to_json(), "users": 943, "items": 1682, "interactions": 70_000}
    found = finding(facts, "other counts")
    assert (found.severity, found.spoils) == (WARNING, ROWS)
    assert "70,000 interactions (published: 100,000)" in found.text
    assert finding(facts | {"users": 5}, "other counts").severity == NOTE
    assert not [one for one in findings(facts | {"interactions": 100_000}) if "other counts" in one.text]


def test_notes_are_named_by_what_they_are_on():
    notes = [Finding("", "", NOTE, "", spoils) for spoils in (ROWS, ORDER, ORDER, NOTHING)]
    assert notes_label(notes) == "4 notes on the data: the order of events and rows"
    assert notes_label(notes[:2]) == "2 notes on the data: the order of events and rows"
    assert notes_label(notes[3:] * 4) == "4 notes on the data"
