"""Well-known datasets as people download them: ids, titles, categories, times and counts are right without options."""

from __future__ import annotations

import pandas as pd
import pytest

from learn.data.schema import Interactions, Items
from learn.data.sources import load_source
from learn.errors import LearnError
from tests.data.shapes import PUBLISHED


def read(folder, one, **more):
    items, interactions = one.write(folder)
    return load_source(one.source, items=items, interactions=interactions, name="published", **more)


def said(made):
    return " ".join(note["text"] for note in made.report["notes"])


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_is_read_as_it_is_published(tmp_path, name):
    one = PUBLISHED[name]
    made = read(tmp_path, one)
    first = made.items.iloc[0]
    shown = first[[Items.ID, Items.TITLE, Items.CATEGORY]]
    assert tuple(None if pd.isna(value) else value for value in shown) == one.first
    rows = made.interactions[made.interactions[Interactions.USER] == one.events[0][0]]
    assert list(zip(rows[Interactions.USER], rows[Interactions.ITEM], strict=True)) == list(one.events)
    assert made.has_time == (one.time is not None)
    if one.time:
        assert rows[Interactions.TIME].iloc[0].isoformat() == one.time
    assert made.report["found"]["unknown_item_events"] == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "ml-1m",
            "ratings.dat has no header; it is read as MovieLens publishes it: user_id, item_id, rating, timestamp",
        ),
        ("ml-100k", "u.item has no header; it is read as MovieLens 100k publishes it: item_id, title, release_date"),
        ("mind", "3 clicks of 3 impressions become interactions. Before them come the 2 of the users' histories"),
        ("retailrocket", "6 rows become 2 items with the last value of each"),
    ],
)
def test_how_it_was_understood_is_said(tmp_path, name, words):
    assert words in said(read(tmp_path, PUBLISHED[name]))


def test_a_separator_that_agrees_changes_nothing(tmp_path):
    one = PUBLISHED["ml-1m"]
    made = read(tmp_path, one, separator="colons")
    assert made.items[Items.TITLE].iloc[0] == one.first[1]
    assert len(made.interactions) == 4


def test_minds_counts_are_its_clicks_and_histories(tmp_path):
    made = read(tmp_path, PUBLISHED["mind"])
    assert (made.report["users"], made.report["items"], made.report["interactions"]) == (2, 3, 5)
    second = made.interactions[made.interactions[Interactions.USER] == "U91836"]
    assert second[Interactions.ITEM].tolist() == ["N45436"], "shown and not clicked is no interaction"
    assert second[Interactions.TIME].iloc[0] == pd.Timestamp("2019-11-12 18:11:30")
    assert made.items[Items.TITLE].tolist()[1] == '"Walmart Slashes', "MIND is written without quoting"


def test_minds_test_set_is_refused(tmp_path):
    one = PUBLISHED["mind"]
    items, interactions = one.write(tmp_path)
    content = interactions.read_text().replace("-1", "").replace("-0", "")
    interactions.write_text("impression_id\tuser_id\ttime\thistory\timpressions\n" + content)
    with pytest.raises(LearnError, match=r"row 1: the impressions are 'N23144 N88753', not news with -1") as caught:
        load_source("tables", items=items, interactions=interactions)
    assert "do not say what was clicked" in caught.value.remedy


def test_retailrockets_properties_become_the_text(tmp_path):
    made = read(tmp_path, PUBLISHED["retailrocket"])
    assert made.items[Items.ATTRIBUTES].tolist() == ["888: 1116713 960601 n277.200", "888: 1116713 n552.000"]


@pytest.mark.parametrize(
    ("file", "content", "columns"),
    [
        ("ratings_Beauty.csv", "A39HTATAQ9V7YF,0205616461,5.0,1369699200", "user_id, item_id, rating, timestamp"),
        ("All_Beauty.csv", "0205616461,A39HTATAQ9V7YF,5.0,1369699200", "item_id, user_id, rating, timestamp"),
        ("yoochoose-clicks.dat", "1,2014-04-07T10:51:09.277Z,0205616461,0", "session_id, timestamp, item_id"),
        ("UserBehavior.csv", "1,0205616461,4756105,pv,1511544070", "user_id, item_id, category_id, behavior"),
    ],
)  # fmt: skip
def test_well_known_logs_without_a_header(tmp_path, file, content, columns):
    (tmp_path / "items.csv").write_text("item_id,title\n0205616461,Bag\n")
    (tmp_path / file).write_text(f"{content}\n")
    made = load_source("tables", items=tmp_path / "items.csv", interactions=tmp_path / file)
    assert made.interactions[Interactions.ITEM].tolist() == ["0205616461"]
    assert made.has_time and columns in said(made)


def test_a_known_name_with_other_content_is_not_taken_for_it(tmp_path):
    (tmp_path / "movies.dat").write_text("item_id::title::genres\n1::Heat::Drama\n")
    (tmp_path / "ratings.dat").write_text("a::1::5::978300760\n")
    with pytest.raises(LearnError, match=r"ratings\.dat, line 1 looks like data") as caught:
        load_source("tables", items=tmp_path / "movies.dat", interactions=tmp_path / "ratings.dat")
    typed = "--columns interactions=user_id,item_id,rating,timestamp"
    assert typed in caught.value.remedy
    made = load_source(
        "tables", items=tmp_path / "movies.dat", interactions=tmp_path / "ratings.dat", columns=[typed.split()[1]]
    )
    assert made.items[Items.TITLE].tolist() == ["Heat"]
    assert made.interactions[[Interactions.USER, Interactions.ITEM]].to_numpy().tolist() == [["a", "1"]]
    assert made.interactions[Interactions.TIME].tolist() == [pd.Timestamp("2000-12-31 22:12:40")]


@pytest.fixture
def bare(tmp_path):
    (tmp_path / "i.tsv").write_text("p1\tRed kettle\tHome\np2\tOak board\tHome\np3\tTea\tFood\n")
    (tmp_path / "x.csv").write_text("\n2024-05-02,u,p2,4\n2024-05-01,u,p1,5\n\n2024-05-03,u,p3,1\n")
    return {"items": tmp_path / "i.tsv", "interactions": tmp_path / "x.csv"}


@pytest.mark.parametrize(
    "columns",
    [
        ["items=sku,title,category", "interactions=when,user_id,sku,stars"],
        [" when , user_id, sku,stars", "sku,title,category"],
        {"items": ["sku", "title", "category"], "interactions": "when,user_id,sku,stars"},
    ],
)
def test_columns_are_named_by_option(bare, columns):
    made = load_source("tables", **bare, columns=columns)
    assert made.items[[Items.ID, Items.TITLE, Items.CATEGORY]].to_numpy().tolist()[0] == ["p1", "Red kettle", "Home"]
    assert made.interactions[Interactions.ITEM].tolist() == ["p1", "p2", "p3"], "the first line is a row, by time"
    assert "x.csv has no header; its columns are named as asked: when, user_id, sku, stars" in said(made)


@pytest.mark.parametrize(
    ("columns", "what", "remedy"),
    [
        (["items=sku,title"], "names 2 columns .* has 3 cells: 'p1 | Red kettle | Home'",
         "--columns items=item_id,title,category"),
        (["interactions=user_id,item_id"], "has 4 cells", "--columns interactions=user_id,item_id,column_3,rating"),
        (["events=a,b"], "no table 'events'", "interactions="),
        (["items=a,a,b"], "a name twice", "--columns"),
        (["items=a,,b"], "a column without a name", "--columns"),
        (["items=a,b,c", "x,y,z"], "names the columns of the items twice", "interactions="),
    ],
)  # fmt: skip
def test_names_that_do_not_fit_are_refused(bare, columns, what, remedy):
    with pytest.raises(LearnError, match=what.replace("|", r"\|")) as caught:
        load_source("tables", **bare, columns=columns)
    assert remedy in caught.value.remedy


def test_columns_of_a_file_that_has_them_are_refused(bare, tmp_path):
    (tmp_path / "i.tsv").write_text("sku\ttitle\np1\tRed kettle\n")
    with pytest.raises(LearnError, match=r"the first line of .*i\.tsv is one: 'sku \| title'"):
        load_source("tables", **bare, columns=["items=item_id,title", "interactions=when,user_id,sku,stars"])
    (tmp_path / "i.tsv").write_text('{"sku": "p1", "title": "Red kettle"}\n')
    with pytest.raises(LearnError, match="is JSON, which names its columns"):
        load_source("tables", **bare, columns=["items=item_id,title", "interactions=when,user_id,sku,stars"])


def test_a_header_of_words_that_nobody_knows_may_be_data(bare):
    with pytest.raises(LearnError, match="has no column item_id; its columns are p1, Red kettle, Home") as caught:
        load_source("tables", **bare, columns=["interactions=when,user_id,sku,stars"])
    assert "If its first line is data, name all columns: --columns items=" in caught.value.remedy


def test_an_id_that_some_rows_lack_is_not_theirs(tmp_path):
    (tmp_path / "i.csv").write_text("asin,book_id,title\n,7,Growing\nB1,8,Louder\n")
    (tmp_path / "x.csv").write_text("user_id,book_id\nu,8\nu,7\n")
    made = load_source("tables", items=tmp_path / "i.csv", interactions=tmp_path / "x.csv")
    assert made.items[Items.ID].tolist() == ["7", "8"]
