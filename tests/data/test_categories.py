"""Tags are told apart from levels, and one tag of each item stands for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from learn.data.categories import category_levels, read_categories, tags_between_blanks
from learn.data.schema import Items
from learn.explore.catalogue import read_catalogue
from tests.data.meaning import notes, of_one_user, shop


def made_of_tags(joint: str, n: int = 200, seed: int = 0) -> list[str]:
    """``n`` cells of one to three of ten tags in any order; Drama is on half of them."""
    rng = np.random.default_rng(seed)
    names = np.array(["Drama", "Action", "Comedy", "Thriller", "Romance", "Horror", "War", "Crime", "Music", "Western"])
    weights = np.array([8, 3, 3, 2, 2, 1, 1, 1, 1, 1]) / 23
    return [joint.join(rng.choice(names, rng.integers(1, 4), replace=False, p=weights)) for _ in range(n)]


@pytest.mark.parametrize("joint", [", ", "|", ";", " > ", ","])
def test_tags_in_any_order_are_kept_as_tags(joint):
    written = made_of_tags(joint)
    kinds = read_categories(pd.Series(written, dtype="str"))
    assert kinds.telling is not None
    assert kinds.text.tolist() == [", ".join(part.strip() for part in text.split(joint)) for text in written]
    assert "Drama" in set(kinds.telling)
    alone = kinds.telling == "Drama"
    assert (kinds.text[alone] == "Drama").all(), "what half of the items have stands for those alone that have no other"
    assert kinds.telling.nunique() == 10
    (note,) = kinds.notes
    assert "tags in any order" in note.text


def test_the_most_telling_tag_by_hand():
    cells = [
        "Food, Diners, Greek",
        "Greek, Food, Diners",
        "Food, Bars",
        "Bars, Food",
        "Diners, Food",
        "Food",
        "Shops",
        "Pets",
    ]
    kinds = read_categories(pd.Series(cells, dtype="str"))
    # Food is on 6 of 8, Diners on 3: both more than a quarter. Greek and Bars are on 2, which is a quarter.
    assert kinds.telling.tolist() == ["Greek", "Greek", "Bars", "Bars", "Diners", "Food", "Shops", "Pets"]


@pytest.mark.parametrize(
    ("cells", "meant"),
    [
        (["Food > Bakery", "Food > Dairy", "Home > Decor"] * 5, ["Food > Bakery", "Food > Dairy", "Home > Decor"]),
        (["Men > Accessories", "Women > Accessories", "Men > Shoes"] * 5,
         ["Men > Accessories", "Women > Accessories", "Men > Shoes"]),
        (["Electronics|Audio|Cables", "Electronics|Audio", "Electronics|TV", "Home|Decor"] * 5,
         ["Electronics > Audio > Cables", "Electronics > Audio", "Electronics > TV", "Home > Decor"]),
        (["home.kitchen_tools", "home.lighting", "audio.headsets"] * 5,
         ["home > kitchen tools", "home > lighting", "audio > headsets"]),
        (["Clothing, Shoes & Jewelry", "Toys", "Tools, Home Improvement"] * 5,
         ["Clothing, Shoes & Jewelry", "Toys", "Tools, Home Improvement"]),
        (["Dairy", "Bakery"] * 5, ["Dairy", "Bakery"]),
        ([None, "Bakery"], [None, "Bakery"]),
        (["3.5", "4.5"], ["3.5", "4.5"]),
    ],
)  # fmt: skip
def test_levels_and_plain_names_are_no_tags(cells, meant):
    kinds = read_categories(pd.Series(cells, dtype="str"))
    assert kinds.telling is None
    assert [None if pd.isna(one) else one for one in kinds.text[: len(meant)]] == meant


def test_sequences_of_tokens_are_tags_where_few_words_make_many_combinations():
    written = pd.Series(made_of_tags(" "), dtype="str")
    assert tags_between_blanks(written).tolist() == [text.replace(" ", ", ") for text in written]
    names = pd.Series(["Hair Care", "Skin Care", "Garden Tools", "Baby"] * 5, dtype="str")
    assert tags_between_blanks(names).tolist() == names.tolist()


def test_maps_and_lists_go_by_the_telling_tag(tmp_path):
    n = 200
    items = {"item_id": [f"i{k}" for k in range(n)], "title": [f"T {k}" for k in range(n)], "genres": made_of_tags("|")}
    made = shop(tmp_path, of_one_user(timestamp=["2024-01-01", "2024-01-02"]), items)
    assert made.items[Items.CATEGORY].iloc[0] == items["genres"][0].replace("|", ", "), "the prompt has the tags"
    coarsest, rest = category_levels(made.items)
    assert coarsest.nunique() == 10 and (rest == "").all()
    catalogue = read_catalogue(made)
    assert catalogue.categories.tolist() == coarsest.tolist()
    assert catalogue.details[0] == made.items[Items.CATEGORY].iloc[0]
    assert "tags in any order" in notes(made)
    made.save(tmp_path / "kept")
    assert category_levels(type(made).load(tmp_path / "kept").items)[0].tolist() == coarsest.tolist()


def test_reading_a_dataset_of_tags_again_changes_nothing():
    once = read_categories(pd.Series(made_of_tags("|"), dtype="str"))
    again = read_categories(once.text)
    assert again.text.tolist() == once.text.tolist()
    assert again.telling.tolist() == once.telling.tolist()
