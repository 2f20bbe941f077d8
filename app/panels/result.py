"""What came out, before anything else: the best of each kind beside each other, and what that comes down to."""

from __future__ import annotations

import streamlit as st

from app.panels import words
from app.shared import cache, origin, theme
from learn.data.dataset import Dataset
from learn.data.sources import SOURCES
from learn.evaluation.better import few_words, too_few
from learn.evaluation.protocol import default_k
from learn.explore.colours import run_colours
from learn.explore.figures.panels import kinds_figure
from learn.explore.metrics import origin as origins
from learn.explore.metrics.kinds import KIND, Kinds, among_all, best_of_kinds, counts_or_text, seldom_bought
from learn.explore.metrics.overview import metric_label
from learn.explore.metrics.result import AMONG, KIND_MEANS, RESULT_METRIC, Result, results_of
from learn.runs.run import Run
from learn.runs.stored import FoundRuns


@st.cache_data(max_entries=8, show_spinner="Comparing on the same people …")
def _results(_runs: list[Run], key: tuple[str, ...], k: int) -> tuple[list[Result], list[Kinds], str]:
    kinds = best_of_kinds(_runs, k)
    return results_of(_runs, k), kinds, counts_or_text(kinds, seldom_bought(_runs, k))


def show(dataset: Dataset, runs: FoundRuns) -> None:
    """Draws the best of each kind of the dataset's Runs; nothing where fewer than two have figures."""
    k = default_k(dataset.n_items)
    found, kinds, said = _results(runs.usable, cache.run_key(runs.usable), k)
    if not found:
        return
    for problem in cache.unreadable(runs.usable, cache.run_key(runs.usable)):
        theme.show_error(problem)
    with st.container(gap="xsmall"):
        measured = f"{metric_label(RESULT_METRIC)}@{k}"
        of_each = ", the best of each kind" if kinds else ""
        st.subheader(f"What came out on {theme.plain(dataset.name)}: {measured}{of_each}", anchor=False)
        st.caption(_first_words(dataset, kinds))
        theme.conclude(said or found[0].sentence)
        _pictures(kinds, run_colours((run.name, run.info.variant) for run in runs.usable))
    if too_few(found[0].n_users):
        theme.caution(f"{found[0].n_users:,} users: too few to say anything.")
    told = [
        "Whiskers: 95% intervals" if kinds else "",
        words.first_met(runs.usable, [], RESULT_METRIC, k),
        among_all(kinds, k, dataset.n_items),
        "*clearly*: more than chance, on the same users",
    ]
    st.caption(" · ".join(filter(None, told)))


def _first_words(dataset: Dataset, kinds: list[Kinds]) -> str:
    """What the dataset is, and the kinds that the pictures have, in Markdown."""
    source = SOURCES.get(str(dataset.source.get("kind")))
    about = [] if source is None else [f"*{theme.plain(dataset.name)}*: {theme.plain(source.label)}"]
    met = {kind for one in kinds for kind in one.table[KIND]}
    return " · ".join([*about, *(f"*{kind}*: {means}" for kind, means in KIND_MEANS.items() if kind in met)])


def names_met(dataset: Dataset, runs: FoundRuns) -> str:
    """A line on the Runs that are drawn; "" where none is."""
    found, kinds, _ = _results(runs.usable, cache.run_key(runs.usable), default_k(dataset.n_items))
    return words.first_met(runs.usable, _drawn(kinds) or found[0].named, known=("LLM", "PAL")) if found else ""


def show_words(dataset: Dataset, runs: FoundRuns) -> None:
    """The same in words, with every Run's name, folded away: who leads, and by whom the best tower alone is beaten."""
    k = default_k(dataset.n_items)
    found, kinds, _ = _results(runs.usable, cache.run_key(runs.usable), k)
    if not found:
        return
    with st.expander("What came out, in words and with every name", icon=":material/format_list_numbered:"):
        lines = [
            f"- {AMONG[one.candidates]}, **{theme.plain(one.leads)}** {theme.plain(one.references)}" for one in found
        ]
        st.markdown("\n".join(lines))
        drawn = _drawn(kinds) or found[0].named
        later = [name for one in found for name in one.named if name not in drawn]
        if later:
            st.caption(words.first_met(runs.usable, later, known=("LLM", "PAL")))
        first = found[0]
        origin.show(
            origins.of_dataset(dataset)
            + origins.of_metric(RESULT_METRIC, k, first.candidates, first.n_users)
            + origins.of_intervals(runs.usable)
            + origins.of_runs(runs.usable),
        )


def _drawn(kinds: list[Kinds]) -> list[str]:
    return [name for one in kinds for name in one.table["run"]]


def _pictures(kinds: list[Kinds], colours: dict[str, str]) -> None:
    """The best Run of each kind, a question beside the other; questions of what was bought share a scale."""
    if not kinds:
        return
    ends = {bought: max((one.reach for one in kinds if one.bought == bought), default=0.0) for bought in (True, False)}
    for place, (column, one) in enumerate(zip(st.columns(len(kinds)), kinds, strict=True)):
        with theme.level(column):
            with st.container(gap="xxsmall"):
                finer = max(ends.values()) / ends[one.bought] if ends[one.bought] else 1
                scale = f" :small[:gray[scale {finer:.2g} times as fine]]" if finer > 1 else ""
                st.markdown(f"**{theme.plain(one.title)}**{scale}")
                if not too_few(kinds[0].n_users):  # else that stands below, once
                    theme.caution(few_words(one.n_users))
            theme.chart(kinds_figure(one.table, colours, ends[one.bought]), f"overview_result_{place}")
