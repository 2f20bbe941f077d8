"""Why more is found of what nobody bought: the popularity that a text stands for."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from learn.explore.metrics import guessed
from learn.explore.metrics.result import gloss, parts_of_blend

SLICES = np.array(["cold-start"] * 10 + ["long-tail"] * 20 + ["others"] * 10, dtype=object)


def run(name, high, item_vectors="own"):
    """A Run whose bias is highest for the items ``high``."""
    bias = np.zeros((40, 1), np.float32)
    bias[list(high)] = 1.0
    tensors = {"prior": bias[:, 0]} if item_vectors == "content" else {}
    info = SimpleNamespace(item_vectors=item_vectors)
    return SimpleNamespace(name=name, info=info, own_item_vectors=bias, tensors=lambda _: tensors)


def part(**means):
    return pd.DataFrame({"run": list(means), "label": [f"({name})" for name in means], "mean": list(means.values())})


@pytest.fixture(autouse=True)
def every_run_has_a_popularity_bias(monkeypatch):
    monkeypatch.setattr(guessed, "has_popularity_bias", lambda run: run.name != "d")


def test_who_finds_more_of_the_never_bought_and_what_is_held_popular():
    runs = [run("a", (0, 30)), run("b", (1, 2)), run("c", (3, 12), "content"), run("d", (4, 5)), run("e", (12, 13))]
    never, seldom = part(a=0.1, b=0.3, c=0.2, d=0.3, e=0.3), part(a=0.2, b=0.1, c=0.0, d=0.0, e=0.0)
    said = guessed.more_of_the_never_bought(never, seldom, runs, SLICES)
    assert said.startswith("(b) and (c) find more of never-bought than of seldom-bought items")
    assert "These models guess an item's popularity" in said
    assert said.endswith("of the 5% of items that (b) takes for the most popular, 2 were never and 0 seldom bought.")
    assert guessed.held_most_popular(runs[2]).tolist() == [3, 12]
    alone = guessed.more_of_the_never_bought(never, seldom, runs[1:2], SLICES)
    assert alone.startswith("(b) finds more") and "It guesses an item's popularity" in alone
    assert guessed.more_of_the_never_bought(never, seldom, runs[:1], SLICES) == "", "as many of the others"
    assert guessed.more_of_the_never_bought(never, seldom, runs[3:4], SLICES) == "", "it has no such bias"
    assert guessed.more_of_the_never_bought(never, seldom, runs[4:], SLICES) == "", "it is not the bias"


def blend(tail, reference="l3ae+svd"):
    settings = {"run": "learn-b", "reference": reference, "tail": tail}
    info = SimpleNamespace(kind="blend", label="(b) + counts", settings=settings, variant="text+counts")
    return SimpleNamespace(name="both", info=info)


def test_a_blend_that_lifts_seldom_bought_items_says_so_where_it_finds_more_than_its_parts():
    table = pd.DataFrame({"run": ["both", "l3ae", "svd", "learn-b"], "mean": [0.012, 0.0015, 0.0002, 0.0]})
    assert guessed.lifted(table, [blend(8.25)]) == (
        "(b) + counts finds more of seldom-bought items than any of (b), L3AE and SVD alone (0.0015 at most), because "
        "it adds a bonus to the score of each seldom-bought item. How large a bonus was chosen on validation."
    )
    assert guessed.lifted(table, [blend(0.0)]) == "" == guessed.lifted(table.iloc[[0, 1, 3]], [blend(8.25)])
    assert guessed.lifted(table.assign(mean=0.01), [blend(8.25)]) == ""
    assert parts_of_blend(blend(0.0, "somebody")) == [] and "(b), L3AE and SVD added up" in gloss(blend(1.0))
