"""RecBole's atomic files: typed headers, tabs, and what goes wrong with them."""

from __future__ import annotations

import pandas as pd
import pytest

from learn.data.recbole import load_recbole, read_atomic
from learn.data.schema import Interactions, Items
from learn.errors import LearnError

INTER = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t242\t3\t881250949\n196\t302\t3\t881250000\n"
ITEM = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    '242\tKolya "the" boy\t1996\tComedy\n302\tL.A. Confidential\t1997\tCrime Film-Noir\n'
)


def pair(folder, inter=INTER, item=ITEM, name="ml"):
    (folder / f"{name}.inter").write_bytes(inter if isinstance(inter, bytes) else inter.encode())
    (folder / f"{name}.item").write_bytes(item if isinstance(item, bytes) else item.encode())
    return folder / name


@pytest.mark.parametrize("which", ["folder", "prefix", "inter", "item"])
def test_the_pair_is_found_however_it_is_named(tmp_path, which):
    prefix = pair(tmp_path)
    path = {"folder": tmp_path, "prefix": prefix, "inter": tmp_path / "ml.inter", "item": tmp_path / "ml.item"}[which]
    dataset = load_recbole(path)
    assert dataset.name == "ml"
    items = dataset.items.set_index(Items.ID)
    assert items.loc["242", Items.TITLE] == 'Kolya "the" boy', "quotes are text, not syntax"
    assert items.loc["302", Items.CATEGORY] == "Crime Film-Noir"
    assert dataset.interactions[Interactions.ITEM].tolist() == ["302", "242"], "in time order"
    assert dataset.interactions[Interactions.TIME].iloc[1] == pd.Timestamp(881250949, unit="s")


def test_without_times_the_order_of_the_lines_counts(tmp_path):
    inter = "user_id:token\titem_id:token\nu\t302\nu\t242\nu\t302\n"
    dataset = load_recbole(pair(tmp_path, inter), "mine")
    assert dataset.name == "mine"
    assert not dataset.has_time
    assert dataset.interactions[Interactions.ITEM].tolist() == ["302", "242", "302"], "a repeat is a repeat purchase"


def test_printed_lists_become_levels(tmp_path):
    item = (
        "item_id:token\ttitle:token\tcategories:token_seq\tbrand:token\tprice:float\n"
        "242\tComb\t'Beauty', 'Hair Care'\tX\t4.5\n302\tMen's cut\tMen's things\t\t\n"
    )
    items = load_recbole(pair(tmp_path, item=item)).items.set_index(Items.ID)
    assert items.loc["242", Items.CATEGORY] == "Beauty > Hair Care"
    assert items.loc["302", Items.CATEGORY] == "Men's things"
    assert items.loc["242", Items.PRICE] == 4.5
    assert pd.isna(items.loc["302", Items.BRAND])
    assert pd.isna(items.loc["302", Items.PRICE])


@pytest.mark.parametrize(
    ("inter", "item", "what", "remedy"),
    [
        (b"", ITEM, r"ml\.inter is empty", "header"),
        (b"user_id:token\titem_id:token\n", ITEM, r"ml\.inter has the columns .* but no rows", "rows"),
        ("user_id\titem_id\nu\ti\n", ITEM, r"ml\.inter, line 1: 'user_id' is not a typed column", "name:type"),
        ("user_id:str\titem_id:token\nu\ti\n", ITEM, r"line 1: 'user_id:str' is not a typed", "token_seq"),
        ("user_id:token,item_id:token\nu,i\n", ITEM, r"'user_id:token,item_id:token' is not a typed", "tabs"),
        ("user_id:token\tuser_id:token\nu\ti\n", ITEM, "names 'user_id' twice", "Rename"),
        ("who:token\titem_id:token\nu\t242\n", ITEM, r"has no column user_id; its columns are who, item_id", "--map"),
        (INTER + "196\t242\n", ITEM, r"ml\.inter, line 4 has 2 cells, the header has 4", "by tab"),
        (INTER + "196\t242\t1\t2\t3\n", ITEM, r"ml\.inter, line 4 has 5 cells, the header has 4", "by tab"),
        (INTER.encode() + b"\xff\t242\t1\t2\n", ITEM, r"ml\.inter, line 4, byte 1 \(0xff\) is not UTF-8", "UTF-8"),
        (INTER, "item_id:token\tyear:token\n242\t1\n", r"ml\.item: none of its 1 items has a text", "--map title"),
        (INTER, "key:token\ttitle:token\n242\tx\n", r"ml\.item has no column item_id", "items.item_id=COLUMN"),
        (INTER, ITEM.replace("242", "1").replace("302", "2"), "242", "same catalogue"),
    ],
)
def test_broken_files_are_named_with_their_line(tmp_path, inter, item, what, remedy):
    with pytest.raises(LearnError, match=what) as caught:
        load_recbole(pair(tmp_path, inter, item))
    assert remedy in caught.value.remedy


def test_a_missing_half(tmp_path):
    pair(tmp_path)
    (tmp_path / "ml.item").unlink()
    with pytest.raises(LearnError, match=r"ml\.item does not exist") as caught:
        load_recbole(tmp_path)
    assert "side by side" in caught.value.remedy


def test_a_folder_with_none_or_two(tmp_path):
    with pytest.raises(LearnError, match="it holds: none"):
        load_recbole(tmp_path)
    pair(tmp_path)
    pair(tmp_path, name="other")
    with pytest.raises(LearnError, match=r"it holds: ml\.inter, other\.inter"):
        load_recbole(tmp_path)


def test_a_short_last_cell_is_missing_not_broken(tmp_path):
    (tmp_path / "a.item").write_text("item_id:token\ttitle:token\n1\t\n2\tb\n")
    frame = read_atomic(tmp_path / "a.item")
    assert frame["title"].isna().tolist() == [True, False]
    assert frame["item_id"].tolist() == ["1", "2"]
