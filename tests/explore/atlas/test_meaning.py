"""Search by meaning and people on the map: places, order, and what is not on the map."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from learn.cex.prompt import item_prompts
from learn.data.new_items import check_new_items
from learn.errors import LearnError
from learn.explore.atlas import meaning
from learn.explore.atlas.person import person_on_map, points_of


class AsItIs:
    """A view that leaves content as it is."""

    def apply(self, content):
        return content


def test_the_nearest_come_first_and_only_from_the_map(monkeypatch):
    vectors = np.eye(5, dtype=np.float32)
    read = np.array([[0.1, 0.9, 0.5, 0.0, 0.7]], np.float32)
    monkeypatch.setattr(meaning, "embed_items", lambda *arguments: read)
    reader = SimpleNamespace(anchors=None, preprocessing=AsItIs())
    found = meaning.find_by_meaning("oat milk", reader, None, None, vectors, np.array([0, 2, 4]), k=2)
    assert found["points"] == [2, 1] and found["text"] == "oat milk"  # items 4 and 2
    np.testing.assert_allclose(found["cosines"], np.round(read[0, [4, 2]] / np.linalg.norm(read), 3), atol=1e-3)


def test_a_text_is_read_as_a_new_item_of_that_title_and_category():
    for text in ("oat milk", "  Käse\n &amp; Brot ", "soap " * 100, "[1, 2]"):
        checked, _ = check_new_items(pd.DataFrame({"title": [text[: meaning.LONGEST_TEXT]]}))
        assert item_prompts(meaning.as_items(text)) == item_prompts(checked.assign(category=checked["title"]))
    with pytest.raises(LearnError, match="has a text"):
        meaning.as_items("  ")


def test_points_of_items_that_are_not_on_the_map_are_minus_one():
    assert points_of(np.array([0, 7, 3, 99]), np.array([0, 3, 7])).tolist() == [0, 2, 1, -1]


def test_a_history_is_drawn_once_an_item_at_its_latest_time():
    lists = {"x": ("X", np.array([5, 1]))}
    made = person_on_map("u", np.array([1, 2, 1, 4]), lists, np.array([1, 2, 5]))
    assert made["history"] == [1, 0] and made["bought"] == 3
    assert made["lists"] == [{"name": "x", "label": "X", "points": [2, 0]}]
