"""Ranking: what LEARN's vectors add to a ranker that has ordinary features, for whom and for what."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from app.shared import cache, origin, theme, url
from learn.data.completejourney import NAME as COMPLETEJOURNEY
from learn.data.completejourney import SOLD
from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.evaluation.better import FEW_USERS, interval_words, signed, too_few
from learn.explore.figures import ranking as ranking_figures
from learn.explore.figures.compare import SLICE_WORDS
from learn.explore.metrics import leading, ranking, ranking_words
from learn.explore.metrics import origin as origins
from learn.ranking.report import NAMES, read_report
from learn.ranking.schema import FUSED, LOG_LOSS, METRICS, NONE, RAW, REVENUE, UAUC, Results


def draw() -> None:
    st.title("Ranking", anchor=False)
    st.caption(
        "A ranker puts what somebody is about to be shown in order. Does it do so better when it knows LEARN's "
        "vectors, too?"
    )
    folders = cache.ranking_reports()
    if not folders:
        st.info("No ranker has been compared yet.", icon=":material/sort:")
        st.code("learn rank completejourney", language="bash")
        return
    left, right = st.columns(2)
    names = list(folders)
    dataset = url.linked(left.selectbox, "Measured on", names, url.RANKED_DATASET, names[0])
    metric = url.linked(
        right.selectbox, "Measure", METRICS_SHOWN, url.RANKED_METRIC, UAUC, format_func=ranking.METRIC_WORDS.get
    )
    report = read_report(folders[dataset])
    _gains(report.rows, metric, dataset)
    origin.show(origins.of_ranking(report.about, report.rows, _here(dataset)))
    _slices(report.rows, report.about, metric)
    _calibration(report.about)
    _facts(report.about, dataset)


METRICS_SHOWN = (UAUC, *(name for name in METRICS if name != UAUC))


def _here(name: str) -> Dataset | None:
    """The dataset that a report is of, where this workspace has it and it can be opened."""
    if name not in cache.dataset_names():
        return None
    try:
        return cache.open_dataset(name)
    except LearnError as error:
        theme.show_error(error)
        return None


def _unit(metric: str) -> str:
    return {"revenue": "revenue per user", "log_loss": "log loss"}.get(metric, metric.upper())


def _gains(rows: pd.DataFrame, metric: str, dataset: str) -> None:
    st.subheader("What do LEARN's vectors add?", anchor=False)
    st.caption(_what_is_shown(dataset))
    table = ranking.gains(rows, metric)
    fused = table[table[Results.FEATURES] == FUSED]
    less_is_better = metric == LOG_LOSS
    says = ranking_words.ranking_gain(table, NAMES, less_is_better)
    theme.conclude(f"{says} {ranking_words.other_features(table, NAMES, less_is_better)}".strip())
    theme.chart(ranking_figures.gains_figure(table, _unit(metric)), "ranking_gains")
    _how_to_read(metric)
    _tiles(fused, metric)
    _numbers(rows, table, metric)


def _what_is_shown(dataset: str) -> str:
    """What the words of the chart mean: before it, where they are first met."""
    if dataset in (COMPLETEJOURNEY, SOLD):
        return (
            "*Impression*: an item that a store promoted, on display or in the mailer, in a week in which the "
            "household visited it. *Conversion*: that visit's basket holds it."
        )
    return "*Impression*: an item that somebody was shown. *Conversion*: they bought it."


def _how_to_read(metric: str) -> None:
    words = (
        f"Dots {'left' if metric == LOG_LOSS else 'right'} of the dotted line: better than without LEARN. A whisker is "
        "the 95% interval of that difference on the same users: a gain is *clear* where it does not cross the line. "
        f"*{ranking.IN_SHORT[metric].partition(':')[0]}*:{theme.plain(ranking.IN_SHORT[metric].partition(':')[2])}. "
        "*LightGBM*: boosted trees; *DNN*: a neural network. Both also know the ordinary things: what was bought "
        "before, popularity, price, place in the store."
    )
    st.caption(f"{words} The paper's Tables 8 and 9 ask the same.")


def _tiles(fused: pd.DataFrame, metric: str) -> None:
    rows = fused.to_dict("records")
    for column, row in zip(st.columns(max(len(rows), 1)), rows, strict=False):
        mean, gain = row[Results.MEAN], row[Results.GAIN]
        column.metric(
            f"{theme.plain(NAMES[row[Results.RANKER]])}: {_unit(metric)} with LEARN, fused",
            f"{mean:.4f}",
            f"{gain:+.4f} ({gain / (mean - gain):+.1%} of what it was without)" if mean > gain else f"{gain:+.4f}",
            delta_color="inverse" if metric == LOG_LOSS else "normal",
        )


def _numbers(rows: pd.DataFrame, table: pd.DataFrame, metric: str) -> None:
    digits = ranking.digits_that_add_up(table)
    shown = pd.DataFrame(
        {
            "Ranker": [NAMES.get(name, name) for name in table[Results.RANKER]],
            "Features": table["label"],
            _unit(metric): [f"{value:.{digits}f}" for value in table[Results.MEAN]],
            "95% interval": [
                f"{low:.{digits}f} to {high:.{digits}f}" for low, high in zip(table["low"], table["high"], strict=True)
            ],
            "Gain over no LEARN": [
                "–" if row[Results.FEATURES] == NONE else _gain(row, Results.GAINS, digits)
                for row in table.to_dict("records")
            ],
            "Over raw vectors": [
                "–" if row[Results.FEATURES] in (NONE, RAW) else _gain(row, Results.OVER, digits)
                for row in table.to_dict("records")
            ],
        }
    )
    with st.expander("The numbers"):
        for sentence in ranking.verdict(rows, metric):
            st.markdown(f"- {theme.plain(sentence)}")
        st.dataframe(shown, hide_index=True, width="stretch", height="content")


def _gain(row: dict[str, Any], columns: tuple[str, str, str], digits: int) -> str:
    mean, low, high = (row[name] for name in columns)
    return "–" if pd.isna(mean) else f"{signed(mean, digits)} {interval_words(low, high, digits)}"


def _slices(rows: pd.DataFrame, about: dict[str, Any], metric: str) -> None:
    st.subheader("Who and what gains?", anchor=False)
    table = ranking.gains_by_slice(rows, about, metric)
    unit = "replayed revenue, %" if metric == REVENUE else _unit(metric)
    says = ranking_words.ranking_slices(table, NAMES, metric == LOG_LOSS)
    theme.chart(ranking_figures.slices_figure(table, unit), "ranking_slices", says)
    few = table[table["users"].map(too_few)].drop_duplicates("slice").to_dict("records")
    if few:
        told = leading.listed([f"{leading.part_words(row['slice'])} ({row['users']:,.0f} users)" for row in few])
        theme.caution(f"Left out of the picture: {told}. Of fewer than {FEW_USERS} users nothing can be said.")
    rules = table.drop_duplicates("slice")
    words = [
        f"{theme.plain(SLICE_WORDS.get(row['slice'], row['slice']))}: {theme.plain(row['rule'])}"
        for row in rules.to_dict("records")[1:]
    ]
    st.caption(" · ".join(words))
    if metric == REVENUE:
        st.caption(
            f"Revenue: what was bought of the first {about['top_n']} of every user's reordered list. It is a replay of "
            "what happened, not an A/B test: nobody was shown these lists."
        )


def _calibration(about: dict[str, Any]) -> None:
    st.subheader("Are the probabilities right?", anchor=False)
    st.caption(
        "Impressions in groups by predicted probability. On the dotted line, what was predicted came true. "
        "Impressions without conversion are sampled, so the level is that of the sample."
    )
    table = ranking.calibration_curves(about)
    says = ranking_words.calibration(table, NAMES)
    theme.chart(ranking_figures.calibration_figure(table), "ranking_calibration", says)


def _facts(about: dict[str, Any], dataset: str) -> None:
    with st.expander("How this was measured"):
        parts = pd.DataFrame(about["parts"]).T.reset_index(names="part")
        parts["converted"] = [f"{share:.1%}" for share in parts["converted"]]
        st.dataframe(parts, hide_index=True, width="stretch", height="content")
        left_out = {reason: count for reason, count in about["left_out"].items() if count}
        counted = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items()) or "none"
        st.markdown(
            f"Vectors: {theme.plain(about['label'])}, which knows nothing from {theme.plain(about['cut'][:10])} on. "
            f"Impressions left out: {theme.plain(counted)}. "
            f"{len(about['features']['ordinary'])} ordinary features: "
            f"{theme.plain(', '.join(about['features']['ordinary']))}."
        )
        st.markdown("Measure it again:")
        st.code(f"learn rank {dataset} --run {about['run']}", language="bash")


theme.guarded(draw)
