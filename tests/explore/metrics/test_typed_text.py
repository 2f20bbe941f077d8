"""Typed text: the wordings letter by letter, and the share of the same kind against plain loops."""

import numpy as np
import pandas as pd
import pytest

from learn.data.schema import Items
from learn.explore.metrics import typed_text as t


def test_wordings():
    title = "Ice - Crushed/cubed, 22 lb, bag"
    assert t.without_size(title) == "Ice - Crushed/cubed"
    assert t.in_reverse(title) == "cubed crushed - ice"
    assert t.strange(title) == "Oatly Ice - Crushed/cubed 1 L"


def test_six_probes_keep_the_brand_and_leave_the_price_out(dataset):
    rows = t.sampled_items(np.arange(dataset.n_items), 5)
    assert 0 not in rows and len(rows) == len(set(rows)) == 5
    probes = t.reworded(dataset, rows)
    assert list(probes) == [(name, with_category) for name in t.WORDINGS for with_category in (True, False)]
    for (_, with_category), table in probes.items():
        assert Items.PRICE not in table and (Items.CATEGORY in table) == with_category
        pd.testing.assert_series_equal(table[Items.BRAND], dataset.items[Items.BRAND].iloc[rows].reset_index(drop=True))


def test_the_share_of_the_same_kind_is_counted_without_the_item_itself():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(30, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kinds, rows = rng.integers(0, 3, 30).astype(str), np.array([4, 9, 20])
    typed = vectors[[4, 9, 7]]  # the third is far from what it was
    expected = []
    for row, one in zip(rows, typed, strict=True):
        order = [item for item in np.argsort(-(vectors.astype(float) @ one)) if item != row][:5]
        expected.append(np.mean(kinds[order] == kinds[row]))
    assert t.same_kind(vectors, rows, typed, kinds, 5) == pytest.approx(np.mean(expected))
    probes = {t.EASY: typed, ("words reversed", False): -typed}
    shares = t.typed_text(vectors, rows, kinds, lambda content: content, probes)
    assert t.easy(shares) == t.same_kind(vectors, rows, typed, kinds) and t.worst(shares) == shares.min()
