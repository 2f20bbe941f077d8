"""Who is best for whom: by the rule of all pages, whatever the slices and however many share a lead."""

import numpy as np
import pandas as pd

from learn.explore.metrics import best_for

FIRST = (np.nan,) * 3
AHEAD, LEVEL = (0.1, 0.05, 0.15), (0.01, -0.05, 0.07)


def part(*rows, n=100):
    table = pd.DataFrame(
        [(run, mean, *difference) for run, mean, difference in rows],
        columns=["run", "mean", "difference", "difference_low", "difference_high"],
    )
    return table.assign(label=table["run"].str.upper(), n_users=n)


WHOLE = part(("a", 0.5, FIRST), ("b", 0.4, AHEAD), ("c", 0.3, AHEAD))


def test_another_that_is_best_somewhere_is_named_and_drawn_before_the_rest():
    parts = {
        "user:others": part(("a", 0.4, FIRST), ("b", 0.3, AHEAD)),
        "all": WHOLE,
        "item:cold-start": part(("b", 0.2, FIRST), ("a", 0.1, AHEAD)),
        "item:long-tail": part(("b", 0.2, FIRST), ("a", 0.1, AHEAD)),
        "item:others": part(("c", 0.2, FIRST), ("b", 0.2, LEVEL), ("a", 0.1, AHEAD)),
        "user:long-tail": part(("b", 0.2, FIRST), ("a", 0.19, LEVEL)),
        "user:cold-start": part(("b", 0.9, FIRST), ("a", 0.1, AHEAD), n=17),
    }
    assert best_for.best_for_whom(parts) == (
        "A is clearly best; for never-bought and seldom-bought items B is clearly best; "
        "for often-bought items C is clearly ahead of A; for users with a short history B leads, but not clearly."
    )
    assert best_for.named(parts) == ["A", "B", "C"]


def test_who_is_not_clearly_behind_shares_the_lead():
    whole = part(("a", 0.5, FIRST), ("b", 0.4, LEVEL), ("c", 0.3, AHEAD))
    parts = {"all": whole, "user:others": part(("b", 0.5, FIRST), ("a", 0.4, LEVEL))}
    assert best_for.best_for_whom(parts) == "A and B share the lead."
    assert best_for.level(whole) == ["a", "b"] and best_for.named(parts) == ["A", "B"]
    joined = {"all": whole.assign(label=["A to x and L", "B", "C"])}
    assert best_for.best_for_whom(joined) == "“A to x and L” and B share the lead."
    many = part(("a", 0.5, FIRST), *((run, 0.4, FIRST) for run in "bcde"))
    assert best_for.best_for_whom({"all": many}) == "A leads, but not clearly: 4 others may be as good."
    assert best_for.named({"all": many}) == ["A"]


def test_whom_a_slices_leader_is_clearly_ahead_of_is_said_where_it_is_not_so_of_the_first():
    whole = part(("a", 0.5, FIRST), ("b", 0.4, LEVEL), ("c", 0.3, AHEAD))
    tail = part(("c", 0.0149, FIRST), ("a", 0.012, LEVEL), ("b", 0.0002, AHEAD))
    assert best_for.best_for_whom({"all": whole, "item:long-tail": tail}) == (
        "A and B share the lead; for seldom-bought items C is clearly ahead of B, but not of A."
    )
    more = part(("c", 0.0149, FIRST), ("a", 0.012, LEVEL), ("b", 0.0002, AHEAD), ("d", 0.0, AHEAD))
    assert best_for.best_for_whom({"all": whole, "item:long-tail": more}).endswith(
        "for seldom-bought items C is clearly ahead of all but one."
    )
    assert best_for.named({"all": whole, "item:long-tail": more}) == ["A", "B", "C"]
    called = {"A": "text and counts (b + counts)", "C": "untrained text (w/o Align)"}
    assert best_for.best_for_whom({"all": whole, "item:long-tail": more, "item:cold-start": more}, called) == (
        "Text and counts (b + counts) and B share the lead; for seldom-bought and never-bought items untrained text "
        "(w/o Align) is clearly ahead of all but one."
    )


def test_nothing_is_said_of_one_of_few_and_of_none():
    assert best_for.best_for_whom({"all": WHOLE.head(1)}) == best_for.best_for_whom({}) == ""
    assert best_for.best_for_whom({"all": WHOLE.assign(n_users=29)}) == (
        "Fewer than 30 users: too few to say who is best."
    )
    assert best_for.named({"all": WHOLE.assign(n_users=29)}) == best_for.named({}) == []
    assert best_for.level(WHOLE.head(0)) == [] and best_for.level(WHOLE.head(1)) == ["a"]
