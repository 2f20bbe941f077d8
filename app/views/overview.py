"""Overview: the dataset, its health, and how well each Run does."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from app.panels import first_minute, report, result, words
from app.shared import cache, origin, recommenders, theme, url
from learn.data.dataset import Dataset
from learn.data.schema import Metrics, Recommendations, Slices
from learn.data.slices import ITEM_PREFIX
from learn.data.sources import SOURCES
from learn.data.splits import SplitInfo
from learn.evaluation.better import few_words
from learn.evaluation.metrics import says_little
from learn.evaluation.protocol import default_k
from learn.explore.catalogue import Catalogue
from learn.explore.colours import category_colours, run_colours, run_symbols
from learn.explore.figures import base as figures
from learn.explore.figures.panels import runs_figure
from learn.explore.metrics import conclusions, leading, overview
from learn.explore.metrics import origin as origins
from learn.explore.metrics.leading import listed
from learn.explore.metrics.result import kind_words
from learn.explore.metrics.slice_words import slice_rules, slice_words
from learn.explore.metrics.towers_first import towers_first
from learn.explore.text_worth import told_by
from learn.runs.llms import llm_names
from learn.runs.run import Run
from learn.runs.stored import FoundRuns


def draw() -> None:
    dataset = theme.pick_dataset()
    runs = cache.open_runs(dataset)
    info = dataset.split.info
    view = cache.view(dataset)
    st.title("LEARN Explorer")
    names = listed(llm_names(runs.usable))
    st.markdown(
        "LEARN (*LLM-driven knowledge adaptive recommendation*, [AAAI 2025](https://arxiv.org/abs/2405.03988)): a "
        f"frozen language model (the *LLM*{theme.plain(f', here {names}') if names else ''}) reads what an item "
        "**is**; a small transformer (*PAL*) learns what people **go on to buy**."
    )
    source = SOURCES.get(str(dataset.source.get("kind")))
    if source is not None:
        st.caption(f"Data shown: {theme.plain(source.label)}.")
    first_minute.show_ways_in(view, runs)
    result.show(dataset, runs)
    result.show_words(dataset, runs)
    first_minute.show_towers(runs.usable)
    words.glossary()
    _results(dataset, runs)
    st.header("The data", anchor=False)
    tables = cache.overview_tables(view, dataset.fingerprint, info)
    _tiles(tables.health)
    _timeline(tables, info)
    _distributions(tables, view.catalogue)
    st.subheader("What the check of the data found", anchor=False)
    report.show(dataset.report)
    for problem in runs.problems:
        theme.show_error(problem)
    recommenders.read_ahead(runs.usable, dataset)  # while this page, drawn by now, is being looked at


def _results(data: Dataset, runs: FoundRuns) -> None:
    dataset, n_items = data.name, data.n_items
    st.header("Every recommender, by name", anchor=False)
    if not runs.usable:
        theme.no_runs(dataset)
        return
    metrics = cache.metrics(runs.usable, cache.run_key(runs.usable))
    if metrics.empty:
        st.info("No Run has metrics yet.", icon=":material/monitoring:")
        st.code("learn evaluate " + dataset, language="bash")
        return
    metric, k, candidates, part = _chosen(metrics, n_items)
    table = overview.compare_runs(metrics, metric, int(k), candidates, part)
    if table.empty:
        st.info("No Run has this metric for this slice: choose another one.")
        return
    n_users = float(table[Metrics.N_USERS].max())
    theme.caution(says_little(int(k), n_items))
    pairs = [(run.name, run.info.variant) for run in runs.usable]
    measured = f"{overview.metric_label(metric)}@{k}"
    towers, all_of_them = _said(table, runs.usable, cache.run_key(runs.usable), metric, int(k), candidates, part)
    kinds = {run.name: kind_words(run) for run in runs.usable}
    figure = runs_figure(table, run_colours(pairs), run_symbols(pairs), measured, kinds)
    if not result.says_unfinished(data, runs):
        theme.caution(result.unfinished(runs.usable, cache.run_key(runs.usable)))
    theme.chart(figure, "overview_metrics", towers or all_of_them)
    st.caption(_how_to_read(metric, candidates, part, n_users))
    theme.caution(few_words(n_users))
    words.folded(words.not_trained(runs.usable, list(table["run"])))
    origin.show(
        origins.of_dataset(data)
        + origins.of_metric(metric, int(k), candidates, n_users)
        + origins.of_intervals(runs.usable)
        + origins.of_runs(runs.usable)
    )
    shown = overview.metrics_overview(metrics, int(k), candidates, part).reindex(table["run"])
    among = str(overview.CANDIDATE_LABELS[candidates])
    where = f"lists of {k}, {among[0].lower()}{among[1:]}{'' if part == Slices.WHOLE else f', {slice_words(part)}'}"
    leads = f"Of all {table[Metrics.MEAN].count()} recommenders {all_of_them}" if towers and all_of_them else ""
    _tables(shown, where, leads, _why_alike(shown, runs.usable, candidates))
    _text_is_worth(data, runs)


def _chosen(metrics: pd.DataFrame, n_items: int) -> tuple[str, str, str, str]:
    """Draws the boxes; metric, length of the lists, ranked items, slice."""
    columns = st.columns([2, 1, 2, 2])
    names = overview.in_table_order(metrics[Metrics.METRIC])
    ks = [str(k) for k in sorted(metrics[Metrics.K].astype(int).unique())]
    sets = [name for name in overview.CANDIDATE_LABELS if name in set(metrics[Metrics.CANDIDATES])]
    slices = sorted(metrics[Metrics.SLICE].unique(), key=lambda name: (name != Slices.WHOLE, name))
    first = "recall" if "recall" in names else names[0]
    metric = url.linked(columns[0].selectbox, "Metric", names, url.METRIC, first, format_func=overview.metric_label)
    standard = str(default_k(n_items))
    k = url.linked(columns[1].selectbox, "List length k", ks, url.METRIC_K, standard if standard in ks else ks[-1])
    candidates = url.linked(
        columns[2].selectbox, "Ranked items", sets, url.METRIC_SET, sets[0], format_func=overview.CANDIDATE_LABELS.get
    )
    part = url.linked(
        columns[3].selectbox,
        "Users or items counted",
        slices,
        url.METRIC_SLICE,
        slices[0],
        format_func=slice_words,
    )
    return metric, k, candidates, part


def _how_to_read(metric: str, candidates: str, part: str, n_users: float) -> str:
    told = f"{overview.metric_label(metric)}: {overview.metric_words(metric) or metric}"
    told += f". {overview.CANDIDATE_LABELS[candidates]}. "
    if not overview.more_is_better(metric):
        return f"{told}Dots are of all lists together; more is not always better."
    told += f"Dots are means over the {n_users:,.0f} users who later had such an item, whiskers their 95% intervals."
    if part.startswith(ITEM_PREFIX):
        return told
    return f"{told} *Clearly* compares the same users, so whiskers may overlap all the same."


def _text_is_worth(data: Dataset, runs: FoundRuns) -> None:
    said = cache.said_of_text(runs.usable, data, cache.run_key(runs.usable), data.fingerprint)
    if said.headline:
        st.subheader("What is the text worth?", anchor=False, help=told_by(runs.usable[0].split))
        theme.conclude(said.headline)
    if said.why:
        st.markdown(theme.plain(said.why))
    if said.more:
        with st.expander("What has not been tried, and how the towers were trained"):
            st.markdown("\n".join(f"- {theme.plain(sentence, commands=True)}" for sentence in said.more))


@st.cache_data(max_entries=32, show_spinner=False)
def _said(
    table: pd.DataFrame, _runs: list[Run], key: tuple[str, ...], metric: str, k: int, candidates: str, part: str
) -> tuple[str, str]:
    """What `towers_first` says of the towers, and `leading.who_leads` of all."""
    if not overview.more_is_better(metric):
        return "", ""
    measured = f"{overview.metric_label(metric)}@{k}"
    ranked = leading.against(table, _runs, metric, k, candidates, part)
    towers = towers_first(table, _runs, metric, k, candidates, part, measured)
    return towers, leading.who_leads(ranked, measured)


def _why_alike(table: pd.DataFrame, runs: list[Run], candidates: str) -> str:
    """Which rows have the same figures, and why where that is known."""
    said = conclusions.alike(table)
    frequency = [overview.run_labels(runs)[run.name] for run in runs if run.info.variant == "frequency"]
    if said and candidates == Recommendations.UNSEEN and any(label in said for label in frequency):
        said = f"{said.rstrip('.')}: among items new to the user, personal frequency can only follow popularity."
    return said


def _tables(table: pd.DataFrame, where: str, leads: str, alike: str) -> None:
    """All figures, folded away; ``where``: of which lists; ``leads``: who does, where that stands nowhere else."""
    with st.expander(f"All figures of every recommender ({where})"):
        if leads:
            st.markdown(theme.plain(leads))
        _metrics_table(table, alike)
    _variety_table(table)


def _metrics_table(table: pd.DataFrame, alike: str) -> None:
    better = [column for column in table.columns if column != "label" and overview.more_is_better(column)]
    st.dataframe(
        _in_short(table[["label", *better]]).highlight_max(subset=better, props="background-color: #1f9e7740"),
        hide_index=True,
        width="stretch",
        height="content",
        column_config=_heads(better),
    )
    pooled = [name for name in better if name.startswith("pooled_recall")]
    told = [f"{overview.metric_label(name.partition('@')[0])}: {_words(name)}." for name in pooled]
    theme.small_print(" ".join(["Green: the best of a column.", *told, alike]).strip())


def _variety_table(table: pd.DataFrame) -> None:
    others = [column for column in table.columns if column != "label" and not overview.more_is_better(column)]
    if others:
        with st.expander("How varied the lists are"):
            st.dataframe(
                _in_short(table[["label", *others]]),
                hide_index=True,
                width="stretch",
                height="content",
                column_config=_heads(others),
            )
            words = [f"{overview.metric_label(name)}: {_words(name)}" for name in others]
            st.caption(f"{'. '.join(words)}. More is not always better.")


def _words(name: str) -> str:
    return overview.metric_words(name.partition("@")[0])


def _in_short(table: pd.DataFrame) -> Styler:
    shown = {name: "{:,.0f}" if name.startswith("distinct_items") else "{:.4f}" for name in table.columns[1:]}
    return table.style.format(shown)


def _heads(columns: list[str]) -> dict[str, Any]:
    """Short heads: the length of the lists is chosen above, for all columns alike."""
    heads: dict[str, Any] = {
        name: st.column_config.NumberColumn(overview.metric_label(name.partition("@")[0]), help=_words(name) or None)
        for name in columns
    }
    return heads | {"label": st.column_config.Column("Recommender", pinned=True, width=205)}


def _tiles(facts: overview.Health) -> None:
    tiles = [
        ("Users", f"{facts.users:,}", f"{facts.users_tested:,} of them did something after the cut"),
        ("Items", f"{facts.items:,}", "Distinct items in the catalogue"),
        ("Interactions", f"{facts.interactions:,}", "Events: purchases, ratings, views"),
        ("Median history", f"{facts.median_history:,.0f}", "Events that the middle user has before the cut"),
        (
            "Never-bought items",
            f"{facts.cold_items:,}",
            f"Items that nobody had in the training part; {facts.cold_tested:,} of them are in the target",
        ),
    ]
    for column, (name, value, help_text) in zip(st.columns(len(tiles)), tiles, strict=True):
        column.metric(name, value, help=help_text)
    st.caption(
        f"{facts.users_with_history:,} of the users had something before the cut, {facts.users_tested:,} did something "
        "after it. Each figure averages only users who later had at least one item of the kind that is ranked."
    )


def _timeline(tables: cache.OverviewTables, info: SplitInfo) -> None:
    st.subheader("Where time is cut", anchor=False)
    facts = tables.health
    if facts.first is None:
        st.caption("This source gives an order without times: each user's last event is the target.")
        return
    st.caption(
        f"Events from {facts.first:%d %B %Y} to {facts.last:%d %B %Y}. Every variant learns from the history, is tuned "
        "on the validation part, and is judged on the target: what people did later."
    )
    cuts = {"validation": info.validation_start, "target": info.test_start}
    marks = {text: time for text, time in cuts.items() if time}
    figure = figures.timeline_figure(tables.timeline, marks, tables.period)
    theme.chart(figure, "overview_timeline", conclusions.timeline(tables.timeline))


def _distributions(tables: cache.OverviewTables, catalogue: Catalogue) -> None:
    left, middle, right = st.columns(3)
    with left:
        st.subheader("Length of histories", anchor=False)
        theme.chart(
            figures.lengths_figure(tables.lengths),
            "overview_lengths",
            conclusions.lengths(tables.health.median_history),
        )
    with middle:
        st.subheader("How much is known of them", anchor=False)
        theme.chart(figures.slices_figure(tables.slices), "overview_slices", conclusions.slice_shares(tables.slices))
        st.caption(slice_rules(tables.slice_rules))
    with right:
        st.subheader("Top categories", anchor=False)
        colours = category_colours(catalogue.category_order)
        says = conclusions.top_categories(tables.categories)
        theme.chart(figures.categories_figure(tables.categories, colours), "overview_categories", says)


theme.guarded(draw)
