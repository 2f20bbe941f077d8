"""SLIT on L3AE against its definition, row by row, and where it is made."""

import numpy as np
import pytest

from learn.data.sequences import Sequences
from learn.data.split import SplitInfo
from learn.data.splits import Split
from learn.evaluation.references import Known
from learn.evaluation.references import slit as slits
from learn.evaluation.references.base import ITEMS, CannotFit, profiles
from learn.evaluation.references.ease import fit_l3ae
from learn.evaluation.references.slit import fit_slit, transitions
from learn.runs.baselines import EVERYWHERE, baselines_for
from tests.evaluation.references.test_closed_forms import events

HALF_LIFE = 2.0


@pytest.fixture
def known():
    content = np.random.default_rng(1).normal(2.0, 1.0, (9, 4)).astype(np.float32)
    return Known(events(40, 9), 9, content)


def sequences(*rows):
    return Sequences(np.concatenate(rows).astype(np.int32), np.cumsum([0, *(len(row) for row in rows)]))


def test_a_row_is_the_decayed_past_of_an_event_on_something_new():
    pasts, following = transitions(sequences([3, 1, 3, 0, 1, 2], [4], [2, 2]), 5, HALF_LIFE)
    half = 0.5 ** (1 / HALF_LIFE)
    expected = [
        ([0, 0, 0, 1, 0], 1),  # 3, then 1
        ([0, half, 0, 1, 0], 0),  # 3 again counts by its last event; coming again itself it is no target
        ([half**1, 1, 0, half**2, 0], 2),
    ]
    np.testing.assert_allclose(pasts.toarray(), [row for row, _ in expected], rtol=1e-6)
    assert following.toarray().argmax(axis=1).tolist() == [item for _, item in expected]
    assert following.toarray().sum() == len(expected)


def test_what_is_long_ago_is_left_out():
    pasts, _ = transitions(sequences(np.arange(30)), 30, 1.0)
    assert pasts.toarray()[-1].nonzero()[0].tolist() == list(range(19, 29))


def test_it_is_the_map_under_its_penalty(known):
    belief, forgetting = 3.0, (HALF_LIFE, "events")
    pasts, following = (one.toarray().astype(np.float64) for one in transitions(known.events, 9, HALF_LIFE))
    alone = Sequences(np.arange(9, dtype=np.int32), np.arange(10))
    start = fit_l3ae(known, 2.0, 3.0, 0.7)(alone, 0, 9)
    best = np.linalg.solve(pasts.T @ pasts + belief * np.eye(9), pasts.T @ following + belief * start)
    np.fill_diagonal(best, 0.0)
    users = len(known.events)
    expected = profiles(known.events, 0, users, 9, forgetting, ITEMS).toarray() @ best
    found = fit_slit(known, belief, forgetting, 2.0, 3.0, 0.7)(known.events, 0, users)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_with_boundless_belief_it_is_l3ae_and_else_order_says_something(known):
    forgetting, users = (HALF_LIFE, "events"), len(known.events)
    l3ae = fit_l3ae(known, 2.0, 3.0, 0.7, forgetting, ITEMS)(known.events, 0, users)
    near, far = (fit_slit(known, belief, forgetting, 2.0, 3.0, 0.7)(known.events, 0, users) for belief in (1e6, 1.0))
    np.testing.assert_allclose(near, l3ae, atol=1e-3)
    assert np.abs(far - l3ae).max() > 0.01


def test_a_catalogue_too_large_and_one_that_nobody_read_are_left_out(known, monkeypatch):
    with pytest.raises(CannotFit, match="content embeddings"):
        fit_slit(Known(known.events, 9))
    monkeypatch.setattr(slits, "MOST_ITEMS", 8)
    with pytest.raises(CannotFit, match="a map of 9 by 9 items; 8"):
        fit_slit(known)


def test_it_is_made_where_the_last_event_is_left_out():
    def codes(info):
        return [one.code for one in baselines_for(Split(info, sequences([0, 1, 2]), np.array([0, 1, 2]), 3))]

    assert "slit" not in EVERYWHERE
    assert codes(SplitInfo("leave_one_out")) == [*EVERYWHERE, "slit"]
    assert codes(SplitInfo("by_time", "2020-01-01", "2020-02-01")) == list(EVERYWHERE)
    assert "slit" not in codes(SplitInfo("item_cold", cold_seed="0"))
