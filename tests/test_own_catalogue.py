"""The generated shop is of the size that it says."""

import numpy as np

from benchmarks.own_catalogue import EVENTS, LEAST, MOST, USERS, lengths, make_items


def test_as_many_events_as_are_said_and_nobody_outside_the_bounds():
    found = lengths(np.random.default_rng(0))
    assert len(found) == USERS and found.sum() == EVENTS
    assert (found.min(), found.max()) == (LEAST, MOST)


def test_items_differ_in_their_names():
    table, kind = make_items(np.random.default_rng(0))
    assert table["name"].is_unique and table["sku"].is_unique and len(table) == len(kind)
