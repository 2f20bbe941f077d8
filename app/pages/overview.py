"""Overview: the dataset, its health, and how well each Run does."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import loaders, state, theme
from learn.data.dataset import Dataset
from learn.data.report import report_table
from learn.data.schema import Metrics, Recommendations
from learn.explore import figures, overview

METRIC_NAMES = {
    "recall": "Recall: share of a user's later items that the list holds",
    "hit_rate": "Hit rate: share of users with at least one later item in the list",
    "ndcg": "NDCG: like recall, but hits near the top count more",
    "mrr": "MRR: how near the top the first hit is",
    "pooled_recall": "Pooled recall: later items found, all users together",
    "coverage": "Coverage: share of the catalogue that is recommended to somebody",
}
AMONG_NAMES = {Recommendations.AMONG_NEW: "Items new to the user", Recommendations.AMONG_ALL: "All items"}
SEVERITY_ICONS = {"error": "🔴 error", "warning": "🟠 warning", "info": "🔵 info", "ok": "🟢 ok"}


def page() -> None:
    dataset = theme.pick_dataset()
    runs = loaders.open_runs(dataset)
    info = loaders.split_info(dataset, runs.usable)
    view = loaders.view(dataset, dataset.fingerprint, info)
    st.title("LEARN Explorer")
    st.write(
        "LEARN lets a frozen language model read what an item *is*, and trains a small transformer to turn that into "
        "what people *go on to buy*. Here is how well each variant does, and the data it learned from; "
        "**Recommendations** shows what each would suggest to one person."
    )
    _results(runs)
    st.header("The data", anchor=False)
    _tiles(dataset, view)
    _timeline(view)
    _distributions(dataset, view)
    _findings(dataset)
    for problem in runs.problems:
        theme.show_error(problem)


def _results(runs: loaders.Runs) -> None:
    st.header("Which variant recommends best?", anchor=False)
    if not runs.usable:
        theme.no_runs(st.session_state[state.DATASET])
        return
    metrics = loaders.metrics(runs.usable, loaders.run_key(runs.usable))
    if metrics.empty:
        st.info("No Run has metrics yet.", icon=":material/monitoring:")
        st.code("learn evaluate " + st.session_state[state.DATASET], language="bash")
        return
    columns = st.columns([2, 1, 2, 2])
    present = set(metrics[Metrics.METRIC])
    names = [name for name in METRIC_NAMES if name in present] + sorted(present - set(METRIC_NAMES))
    ks = [str(k) for k in sorted(metrics[Metrics.K].astype(int).unique())]
    sets = [name for name in AMONG_NAMES if name in set(metrics[Metrics.AMONG])]
    slices = sorted(metrics[Metrics.SLICE].unique(), key=lambda name: (name != "all", name))
    metric = columns[0].selectbox("Metric", names, key=state.METRIC, bind=state.BOUND)
    k = columns[1].selectbox("List length k", ks, index=len(ks) - 1, key=state.METRIC_K, bind=state.BOUND)
    among = columns[2].selectbox(
        "Ranked items", sets, key=state.METRIC_SET, bind=state.BOUND, help=" · ".join(AMONG_NAMES.values())
    )
    part = columns[3].selectbox(
        "Users or items counted",
        slices,
        key=state.METRIC_SLICE,
        bind=state.BOUND,
        help="Cold-start: nothing known from training. Long-tail: little known.",
    )
    table = overview.compare_runs(metrics, metric, int(k), among, part)
    st.caption(
        f"{METRIC_NAMES.get(metric, metric)}. {AMONG_NAMES[among]}. Bars end at the mean over users; "
        "whiskers are 95% intervals. Longer is better."
    )
    if table.empty:
        st.info("No Run has this metric for this slice: choose another one.")
        return
    colours = figures.run_colours((run.name, run.info.variant) for run in runs.usable)
    theme.chart(figures.metrics_figure(table, colours, f"{metric}@{k}"), key="overview_metrics")
    _metrics_table(overview.metrics_overview(metrics, among, part))


def _metrics_table(table: pd.DataFrame) -> None:
    numbers = [column for column in table.columns if column != "label"]
    styled = table.style.highlight_max(subset=numbers, props="background-color: #1f9e7740").format(
        "{:.4f}", subset=numbers
    )
    st.dataframe(
        styled, hide_index=True, width="stretch", column_config={"label": st.column_config.Column("Run", pinned=True)}
    )
    st.caption("The best of each column is shaded green. Click a column's name to sort.")


def _tiles(dataset: Dataset, view: loaders.View) -> None:
    facts = overview.health(dataset, view.split)
    period = "order only" if facts.first is None else f"{facts.first:%b %Y} – {facts.last:%b %Y}"
    tiles = [
        ("Users", f"{facts.users:,}", f"{facts.users_tested:,} of them did something after the cut"),
        ("Items", f"{facts.items:,}", "Distinct items in the catalogue"),
        ("Interactions", f"{facts.interactions:,}", "Events: purchases, ratings, views"),
        ("Median history", f"{facts.median_history:,.0f}", "Events that the middle user has before the cut"),
        ("Cold-start items", f"{facts.cold_items:,}", "Items of the target that nobody had in the training part"),
        ("Period", period, "First to last event"),
    ]
    for column, (name, value, help_text) in zip(st.columns(len(tiles)), tiles, strict=True):
        column.metric(name, value, help=help_text)


def _timeline(view: loaders.View) -> None:
    table = overview.timeline(view.split)
    st.subheader("Where time is cut", anchor=False)
    if table.empty:
        st.caption("This source gives an order without times: each user's last event is the target.")
        return
    info = view.split.info
    cuts = {"validation starts": info.validation_start, "target starts": info.test_start}
    st.caption("A Run learns from the history, is tuned on the validation part, and is judged on the target.")
    theme.chart(
        figures.timeline_figure(table, {text: time for text, time in cuts.items() if time}), "overview_timeline"
    )


def _distributions(dataset: Dataset, view: loaders.View) -> None:
    left, middle, right = st.columns(3)
    with left:
        st.subheader("How much is known of a user", anchor=False)
        theme.chart(figures.lengths_figure(overview.history_lengths(view.split)), "overview_lengths")
    with middle:
        st.subheader("How well known things are", anchor=False)
        theme.chart(figures.slices_figure(overview.slice_shares(view.split)), "overview_slices")
    with right:
        st.subheader("What it is about", anchor=False)
        table = overview.top_categories(dataset, view.catalogue)
        theme.chart(
            figures.categories_figure(table, figures.category_colours(view.catalogue.category_order)),
            "overview_categories",
        )


def _findings(dataset: Dataset) -> None:
    table = report_table(dataset.report)
    st.subheader("What the check of the data found", anchor=False)
    if table.empty:
        st.caption("Nothing to mention.")
        return
    table["severity"] = table["severity"].map(lambda name: SEVERITY_ICONS.get(name, name))
    st.dataframe(table, hide_index=True, width="stretch")


theme.guarded(page)
