"""The best of each kind: who stands for it, which leads, and whether by more than chance."""

import numpy as np
import pandas as pd
import pytest

from learn.data.schema import Metrics
from learn.explore.metrics import kinds
from learn.explore.metrics.result import KIND_MEANS
from tests.explore.metrics.test_result import N, run, runs  # noqa: F401  (a fixture)


def cold(one, mean, low, high, n_users=N, part="item:cold-start"):
    """``one`` with a row of the items that nobody had bought, or of another slice."""
    row = dict.fromkeys(Metrics.ALL) | {"metric": "recall", "k": 10, "among": "new", "slice": part}
    row |= {"mean": mean, "low": low, "high": high, "n_users": n_users}
    one.metrics = pd.concat([one.metrics, pd.DataFrame([row])], ignore_index=True)


def test_each_kind_is_stood_for_by_its_best_run(runs):  # noqa: F811
    (found,) = kinds.best_of_kinds(runs, 10)
    assert found.table["run"].tolist() == ["both", "ease", "learn-b"]
    assert found.table["kind"].tolist() == ["text and counts", "counts", "trained text"]
    assert found.level == ["text and counts"] and found.text_helps
    assert found.bought and found.learned_less_untrained is None
    assert kinds.counts_or_text([found]) == (
        "Text and counts together clearly beat plain counts among items new to the user."
    )


def test_a_lead_that_may_be_chance_is_said_to():
    hits = np.random.default_rng(2).integers(0, 6, N)
    other = hits.copy()
    other[0], other[1] = hits[0] + 2, max(hits[1] - 1, 0)
    (found,) = kinds.best_of_kinds(
        [run("learn-b", "learn", "b", "(b)", hits), run("ease", "reference", "ease", "EASE", other)], 10
    )
    assert found.level == ["counts", "trained text"] and not found.text_helps
    assert kinds.counts_or_text([found]) == ("Plain counts do as well as anything among items new to the user.")


def test_of_items_that_nobody_had_bought_only_intervals_apart_count(runs):  # noqa: F811
    cold(runs[0], 0.2, 0.15, 0.25)
    cold(runs[1], 0.1, 0.05, 0.14)
    found = kinds.best_of_kinds(runs, 10)
    assert [one.title for one in found] == ["Items new to the user", "Never-bought items"]
    assert found[1].text_helps and found[1].reach == 0.25
    assert kinds.counts_or_text(found).endswith(". Text clearly helps also among never-bought items.")
    assert kinds.counts_or_text(found[1:]) == "Text clearly helps among never-bought items."


@pytest.mark.parametrize(
    ("mean", "low", "high", "code", "said"),
    [
        (0.4, 0.3, 0.5, -1, "untrained text beats trained text."),
        (0.1, 0.05, 0.14, 1, "trained text beats untrained text."),
        (0.18, 0.1, 0.3, 0, "trained text is no sure gain over untrained text."),
        (0.22, 0.1, 0.3, 0, "untrained text is at least as good as trained text."),
    ],
)  # fmt: skip
def test_of_items_that_nobody_had_bought_training_is_held_against_none(runs, mean, low, high, code, said):  # noqa: F811
    raw = run("raw", "learn", "without-align", "w/o Align", np.zeros(N, int))
    for one, figures in ((runs[0], (0.2, 0.15, 0.25)), (runs[1], (0.0, 0.0, 0.0)), (raw, (mean, low, high))):
        cold(one, *figures)
    found = kinds.best_of_kinds([*runs, raw], 10)
    assert found[1].learned_less_untrained == code and not found[1].bought
    assert kinds.counts_or_text(found[1:]) == f"Text clearly helps among never-bought items, and there {said}"


def test_learned_text_alone_can_be_ahead_of_counts():
    few = np.random.default_rng(2).integers(0, 6, N)
    found = kinds.best_of_kinds(
        [run("b", "learn", "b", "(b)", few + 1), run("ease", "reference", "ease", "EASE", few)], 10
    )
    assert kinds.counts_or_text(found).startswith("Trained text clearly beats plain counts among items new")


def test_where_intervals_touch_nothing_is_claimed(runs):  # noqa: F811
    cold(runs[0], 0.2, 0.13, 0.25)
    cold(runs[1], 0.1, 0.05, 0.14)
    touching = kinds.best_of_kinds(runs, 10)[1]
    assert not touching.text_helps and touching.level == ["trained text", "counts"]
    assert kinds.counts_or_text([touching]) == "Text is not clearly ahead among never-bought items."


@pytest.mark.parametrize(("mean", "n_users"), [(0.0, N), (0.2, 29)])
def test_what_nobody_found_and_slices_of_few_users_are_no_question(runs, mean, n_users):  # noqa: F811
    cold(runs[0], mean, mean, mean, n_users)
    cold(runs[1], 0.0, 0.0, 0.0, n_users)
    assert len(kinds.best_of_kinds(runs, 10)) == 1


def test_one_kind_alone_and_a_metric_of_which_more_is_not_better_have_nothing_to_tell(runs):  # noqa: F811
    assert kinds.best_of_kinds(runs[1:3], 10) == [] == kinds.best_of_kinds(runs, 10, "gini")
    assert kinds.counts_or_text([]) == ""


def test_every_kind_has_its_words(runs):  # noqa: F811
    assert {kinds.kind_words(one) for one in runs} <= set(kinds.KINDS)
    assert set(kinds.KINDS) == set(KIND_MEANS)


@pytest.mark.parametrize(
    ("raw", "never", "said"),
    [
        ((0.5, 0.4, 0.6), (0.3, 0.21, 0.4), ". Text clearly helps also among never-bought and seldom-bought items, and "
         "there untrained text is ahead of trained text."),
        ((0.1, 0.05, 0.14), (0.3, 0.21, 0.4), ". Text clearly helps also among never-bought and seldom-bought items; "
         "among never-bought items untrained text is at least as good as trained text and among seldom-bought items "
         "trained text beats untrained text."),
        ((0.5, 0.4, 0.6), None, ". Text clearly helps also among seldom-bought items, and there untrained text "
         "beats trained text."),
    ],
)  # fmt: skip
def test_seldom_bought_items_are_told_where_text_clearly_helps_there(runs, raw, never, said):  # noqa: F811
    tail = "item:long-tail"
    llm = run("raw", "learn", "without-align", "w/o Align", np.zeros(N, int))
    for one, figures in ((runs[0], (0.2, 0.15, 0.25)), (runs[1], (0.0, 0.0, 0.04)), (llm, raw)):
        cold(one, *figures, part=tail)
    if never:
        for one, figures in ((runs[0], (0.25, 0.2, 0.3)), (runs[1], (0.0, 0.0, 0.0)), (llm, never)):
            cold(one, *figures)
    told = [*runs, llm]
    found = kinds.best_of_kinds(told, 10)
    assert all("Seldom" not in one.title for one in found), "it is told, not drawn"
    assert kinds.counts_or_text(found, kinds.seldom_bought(told, 10)).endswith(said)


def test_seldom_bought_items_are_not_told_where_text_is_not_clearly_ahead(runs):  # noqa: F811
    for one, figures in ((runs[0], (0.2, 0.13, 0.25)), (runs[1], (0.1, 0.05, 0.14))):
        cold(one, *figures, part="item:long-tail")
    found = kinds.best_of_kinds(runs, 10)
    assert kinds.seldom_bought(runs, 10) is not None and kinds.seldom_bought(runs[1:3], 10) is None
    assert kinds.counts_or_text(found, kinds.seldom_bought(runs, 10)) == kinds.counts_or_text(found)


def test_what_a_random_list_finds_is_said_of_items_that_are_little_known(runs):  # noqa: F811
    assert kinds.at_random_words(kinds.best_of_kinds(runs, 10), 10, 1000) == ""
    cold(runs[0], 0.2, 0.15, 0.25)
    cold(runs[1], 0.1, 0.05, 0.14)
    found = kinds.best_of_kinds(runs, 10)
    assert [kinds.at_random(one, 10, 1000) for one in found] == [0.0, 0.01]
    assert [one.little_known for one in found] == [False, True]
    assert kinds.at_random_words(found, 10, 1000) == ("dotted line: a list drawn at random from all items (about 0.01)")
