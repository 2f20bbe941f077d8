"""Words left out of a new item: which there are, and what each of them changes."""

import numpy as np
import pandas as pd
import pytest

from learn.explore.lists import word_weights as w
from learn.explore.lists.new_item import make_item


def test_every_word_and_field_is_left_out_once():
    parts, table = w.leave_out(make_item("Oat drink barista", "Milk > Plant", "", 2.5))
    assert [(part.field, part.text) for part in parts] == [
        ("title", "Oat"), ("title", "drink"), ("title", "barista"), ("category", "Milk > Plant"), ("price", "2.50")
    ]  # fmt: skip
    assert table["title"].tolist() == ["drink barista", "Oat barista", "Oat drink", *["Oat drink barista"] * 2]
    assert table["category"].isna().tolist() == [False] * 3 + [True, False]
    assert np.isnan(table["price"].astype(float)).tolist() == [False] * 4 + [True]


def test_one_word_alone_is_not_left_out_and_long_titles_are_tried_to_a_limit():
    assert w.leave_out(make_item("Tea"))[0] == []
    parts, table = w.leave_out(make_item(" ".join(f"word{number}" for number in range(40))))
    assert len(parts) == len(table) == w.MOST_WORDS and table["title"].str.split().map(len).eq(39).all()


def test_a_word_that_turns_the_vector_changes_the_nearest():
    vectors = np.eye(6, dtype=np.float32)
    whole = np.array([0.9, 0.8, 0.7, 0.1, 0.05, 0], np.float32)
    without = np.stack([whole, whole[::-1]])
    unit = [one / np.linalg.norm(one, axis=-1, keepdims=True) for one in (whole, without)]
    table = w.word_weights(vectors, *unit, k=3)
    assert table["changed"].tolist() == [0, 3]
    assert table["turned"].to_numpy() == pytest.approx([0, 1 - float(unit[0] @ unit[1][1])], abs=1e-6)
    parts = [w.Part("title", "oat"), w.Part("category", "Milk")]
    sentence = w.words_sentence(parts, pd.DataFrame({"A": table["changed"], "B": [0, 1]}), 3)
    assert sentence == (
        "The category “Milk” matters most: without it 2 of the 3 nearest items are others; without “oat” none is "
        "(the mean over the variants)."
    )
    assert "No single word matters" in w.words_sentence(parts, pd.DataFrame({"A": [0, 0]}), 3)
