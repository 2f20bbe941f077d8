"""What the steps from tables to Runs refuse before they compute anything."""

from __future__ import annotations

import pytest

from learn.config import preset
from learn.data.schema import Items
from learn.data.splits import leave_one_out
from learn.data.validation import validate
from learn.errors import LearnError
from learn.pipeline import EVERY_TOWER, towers_named, train_variants
from learn.workspace import Workspace
from tests.data.frames import interactions, items


def test_items_of_one_text_are_refused_before_the_llm_reads_them(tmp_path):
    frame = items().assign(**{Items.TITLE: "Gift card", Items.PRICE: 10.0})
    dataset = validate("gifts", frame, interactions(), {"kind": "test"})
    with pytest.raises(LearnError, match="All 6 items of gifts have the same text") as caught:
        train_variants(
            Workspace(tmp_path), dataset.with_split(leave_one_out(dataset)), preset("tiny"), towers_named(EVERY_TOWER)
        )
    assert "--map attributes=COLUMN" in caught.value.remedy
    assert not list(tmp_path.iterdir())
