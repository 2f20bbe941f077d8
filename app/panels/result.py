"""What came out: the best of each kind beside each other, and what that comes down to."""

from __future__ import annotations

import streamlit as st

from app.panels import words
from app.shared import cache, origin, theme
from learn.data.dataset import Dataset
from learn.evaluation.better import few_words, too_few
from learn.evaluation.protocol import default_k
from learn.explore.figures.panels import kinds_figure
from learn.explore.metrics import compare, conclusions
from learn.explore.metrics import origin as origins
from learn.explore.metrics.kinds import (
    KIND,
    Kinds,
    at_random,
    at_random_words,
    best_of_kinds,
    counts_or_text,
    seldom_bought,
)
from learn.explore.metrics.overview import metric_label
from learn.explore.metrics.result import AMONG, KIND_MEANS, LEARNED, RESULT_METRIC, Result, results_of
from learn.item_towers import brief
from learn.runs.run import Run
from learn.runs.stored import FoundRuns


@st.cache_data(max_entries=8, show_spinner="Comparing on the same people …")
def _results(_runs: list[Run], key: tuple[str, ...], k: int) -> tuple[list[Result], list[Kinds], str]:
    """The result in words, what is drawn, and what that comes down to."""
    kinds, seldom = best_of_kinds(_runs, k), seldom_bought(_runs, k)
    return results_of(_runs, k), [*kinds, *([seldom] if kinds and seldom else [])], counts_or_text(kinds, seldom)


@st.cache_data(max_entries=8, show_spinner=False)
def unfinished(_runs: list[Run], key: tuple[str, ...]) -> str:
    """How many of the trained variants, and which, might have become better with more training."""
    table = compare.training_curves(_runs)
    return conclusions.trained_may_improve(table.assign(label=table["label"].map(brief)))


def says_unfinished(dataset: Dataset, runs: FoundRuns) -> bool:
    """Whether `show` draws trained text, and so says of it what `unfinished` does."""
    _, kinds, _ = _results(runs.usable, cache.run_key(runs.usable), default_k(dataset.n_items))
    return any(LEARNED in set(one.table[KIND]) for one in kinds)


def show(dataset: Dataset, runs: FoundRuns) -> None:
    """Draws the best of each kind of the dataset's Runs; nothing where fewer than two have figures."""
    k = default_k(dataset.n_items)
    found, kinds, said = _results(runs.usable, cache.run_key(runs.usable), k)
    if not found:
        return
    for problem in cache.unreadable(runs.usable, cache.run_key(runs.usable)):
        theme.show_error(problem)
    measured = f"{metric_label(RESULT_METRIC)}@{k}"
    of_each = ", the best of each kind" if kinds else ""
    head = f"What came out on {theme.plain(dataset.name)}: {measured}{of_each}"
    st.header(head, anchor=False, help=_HOW_SURE if kinds else None)
    with st.container(gap="xsmall"):
        theme.conclude(said or found[0].sentence)
        if says_unfinished(dataset, runs):
            theme.caution(unfinished(runs.usable, cache.run_key(runs.usable)))
        _pictures(kinds, k, dataset.n_items)
    if too_few(found[0].n_users):
        theme.caution(f"{found[0].n_users:,} users: too few to say anything.")
    measure = words.first_met(runs.usable, [], RESULT_METRIC, k)
    st.caption(" · ".join(filter(None, (measure, _key(kinds, k, dataset.n_items)))))


_HOW_SURE = "Whiskers: 95% intervals. *Clearly*, *beats*: the 95% interval of the difference leaves out 0."


def _key(kinds: list[Kinds], k: int, n_items: int) -> str:
    """What the kinds are that the pictures have, and their dotted line, in Markdown."""
    met = {kind for one in kinds for kind in one.table[KIND]}
    told = [f"*{kind}*: {means}" for kind, means in KIND_MEANS.items() if kind in met]
    return " · ".join(filter(None, (*told, at_random_words(kinds, k, n_items))))


def show_words(dataset: Dataset, runs: FoundRuns) -> None:
    """The same in words, with every Run's name, folded away: who leads, and by whom the best tower alone is beaten."""
    k = default_k(dataset.n_items)
    found, kinds, _ = _results(runs.usable, cache.run_key(runs.usable), k)
    if not found:
        return
    with st.expander("What came out, in words and with every name"):
        lines = [
            f"- {AMONG[one.candidates]}, **{theme.plain(one.leads)}** {theme.plain(one.references)}" for one in found
        ]
        st.markdown("\n".join([*lines, *map(_in_the_bars, kinds)]))
        met = [*(name for one in found for name in one.named), *(name for one in kinds for name in one.table["run"])]
        st.caption(words.first_met(runs.usable, met, known=("LLM", "PAL")))
        first = found[0]
        origin.show(
            origins.of_dataset(dataset)
            + origins.of_metric(RESULT_METRIC, k, first.candidates, first.n_users)
            + origins.of_intervals(runs.usable)
            + origins.of_runs(runs.usable),
        )


def _in_the_bars(one: Kinds) -> str:
    """Which Run stands for each kind."""
    told = [
        f"{kind}: **{theme.plain(label)}**" for kind, label in zip(one.table[KIND], one.table["label"], strict=True)
    ]
    return f"- Bars of *{theme.plain(one.title)}*: {'; '.join(told)}"


def _pictures(kinds: list[Kinds], k: int, n_items: int) -> None:
    """The best Run of each kind, a question beside the other; questions of items that are little known share a scale,
    and so do the others."""
    if not kinds:
        return
    ends = {
        little: max((one.reach for one in kinds if one.little_known == little), default=0.0) for little in (True, False)
    }
    for place, (column, one) in enumerate(zip(st.columns(len(kinds)), kinds, strict=True)):
        with theme.level(column):
            with st.container(gap="xxsmall"):
                end = ends[one.little_known]
                finer = max(ends.values()) / end if end else 1
                scale = f"  \n:small[:gray[scale {finer:.2g} times as fine]]" if finer > 1 else ""
                st.markdown(f"**{theme.plain(one.title)}**{scale}")
                if not too_few(kinds[0].n_users):  # else that stands below, once
                    theme.caution(few_words(one.n_users))
            figure = kinds_figure(one.table, end, at_random(one, k, n_items))
            theme.chart(figure, f"overview_result_{place}")
