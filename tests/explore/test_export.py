import io

import pandas as pd
import pytest

from learn.explore.export import csv_bytes


def read(frame):
    return pd.read_csv(io.BytesIO(csv_bytes(frame)), dtype=str, keep_default_na=False)


@pytest.mark.parametrize("value", ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\tx", "\rx", "＝1"])
def test_what_a_spreadsheet_would_compute_becomes_text(value):
    found = read(pd.DataFrame({"title": [value, "next"]}))["title"].tolist()
    assert found == [f"'{value}".replace("\r", "\n"), "next"]


def test_a_carriage_return_begins_no_row_of_its_own():
    found = read(pd.DataFrame({"title": ["milk\r=1+1", "bread\r\nrye"]}))["title"].tolist()
    assert found == ["milk\n=1+1", "bread\nrye"]


def test_numbers_and_ordinary_words_stay_as_they_are():
    frame = pd.DataFrame({"title": ["milk - 2%", "-5", "+1.5e3", None], "gain": [-1.5, 2.0, -0.0, 3.0]})
    found = read(frame)
    assert found["title"].tolist() == ["milk - 2%", "-5", "+1.5e3", ""]
    assert found["gain"].astype(float).tolist() == frame["gain"].tolist()


def test_headings_and_categories_are_guarded_and_accents_survive():
    frame = pd.DataFrame({"=head": pd.Categorical(["=a", "crème"])})
    found = read(frame)
    assert list(found) == ["'=head"] and found["'=head"].tolist() == ["'=a", "crème"]
    assert csv_bytes(frame).startswith(b"\xef\xbb\xbf")
    assert list(frame) == ["=head"] and frame["=head"].tolist() == ["=a", "crème"]


def test_columns_of_one_name_are_both_guarded():
    frame = pd.DataFrame([["=a", "=b"]], columns=["x", "x"])
    assert csv_bytes(frame).decode("utf-8-sig").splitlines()[1] == "'=a,'=b"
