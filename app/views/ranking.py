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
from learn.explore.metrics import calibration_words, leading, ranking, ranking_words
from learn.explore.metrics import origin as origins
from learn.explore.metrics.slice_words import slice_words
from learn.ranking.report import NAMES, read_report
from learn.ranking.schema import LOG_LOSS, METRICS, NONE, RAW, REVENUE, UAUC, Results


def draw() -> None:
    st.title("Ranking", anchor=False)
    st.caption(
        "A ranker sorts what a shop is about to show somebody. Does it do so better when it knows LEARN's vectors, too?"
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
        right.selectbox,
        "Measure",
        METRICS_SHOWN,
        url.RANKED_METRIC,
        UAUC,
        format_func=ranking.METRIC_WORDS.get,
    )
    theme.small_print(f"{ranking.IN_SHORT[metric]}.")
    report = read_report(folders[dataset])
    found = origins.of_ranking(report.about, report.rows, _here(dataset))
    origin.warn(found)
    _gains(report.rows, metric, dataset, str(report.about["label"]))
    form = ranking_words.best_form(ranking.gains(report.rows, metric), metric == LOG_LOSS)
    _slices(report.rows, report.about, metric, form)
    _calibration(report.about, dataset, form)
    _facts(report.about, dataset)
    origin.show(found, warned=True)


PAPER = "[Jia et al., AAAI 2025](https://arxiv.org/abs/2405.03988)"
OF_STORES = (COMPLETEJOURNEY, SOLD)  # whose impressions are what stores promoted (`learn.ranking.promotions`)
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


def _gains(rows: pd.DataFrame, metric: str, dataset: str, vectors: str) -> None:
    what = f"{_what_is_shown(dataset)} *LEARN's vectors*: those of {theme.plain(vectors)}."
    st.subheader("What do LEARN's vectors add?", anchor=False, help=what)
    table = ranking.gains(rows, metric)
    less_is_better = metric == LOG_LOSS
    says = ranking_words.ranking_gain(table, NAMES, less_is_better, _unit(metric))
    theme.chart(ranking_figures.gains_figure(table, _unit(metric), less_is_better), "ranking_gains", says, wide=True)
    beyond = ranking_words.beyond_the_gain(table, NAMES, less_is_better, _unit(metric))
    if beyond:
        st.markdown(theme.plain(beyond))
    told = (
        _how_to_read(metric),
        ranking_words.other_features(table, NAMES, less_is_better),
        ranking_words.the_paper(table, less_is_better, PAPER),
    )
    st.caption("\n".join(f"- {line}" for line in told if line))
    _numbers(rows, table, metric)


def _what_is_shown(dataset: str) -> str:
    """What an impression is, and a conversion."""
    if dataset in OF_STORES:
        return (
            "*Impression*: an item that a store promoted, on display or in the mailer, in a week in which the "
            "household visited it; whether they saw it is not known. *Conversion*: that visit's basket holds it."
        )
    return "*Impression*: an item that somebody was shown. *Conversion*: they bought it."


def _how_to_read(metric: str) -> str:
    return (
        f"{'Left' if metric == LOG_LOSS else 'Right'} of the line: better than without LEARN. Filled: *clear*, the 95% "
        "interval of that difference on the same users leaves out 0. *LightGBM*: boosted trees; *DNN*: a neural "
        "network. Both also know what was bought before, popularity, price, place in the store."
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


def _slices(rows: pd.DataFrame, about: dict[str, Any], metric: str, form: str) -> None:
    st.subheader("Who and what gains?", anchor=False)
    table = ranking.gains_by_slice(rows, about, metric, form)
    unit = "replayed revenue, %" if metric == REVENUE else _unit(metric)
    says = ranking_words.ranking_slices(table, NAMES, metric == LOG_LOSS, form)
    figure = ranking_figures.slices_figure(table, unit, ranking.PLAIN_NAMES.get(form, form))
    theme.chart(figure, "ranking_slices", says, wide=True)
    few = table[table["users"].map(too_few)].drop_duplicates("slice").to_dict("records")
    left_out = leading.listed([f"{slice_words(row['slice'])} ({row['users']:,.0f} users)" for row in few])
    beyond = ranking_figures.beyond_the_axis(table)
    told = (
        ranking_words.by_chance(table, metric == LOG_LOSS),
        ranking_words.within_groups(table, metric),
        "An arrowhead: the interval goes on; its ends stand at the right." if beyond else "",
        f"Left out: {left_out}; of fewer than {FEW_USERS} users nothing can be said." if few else "",
    )
    theme.small_print(" ".join(filter(None, told)))
    if metric == REVENUE:
        st.caption(
            f"Revenue: what was bought of the first {about['top_n']} of every user's reordered list. It is a replay of "
            "what happened, not an A/B test: nobody was shown these lists."
        )


def _calibration(about: dict[str, Any], dataset: str, form: str) -> None:
    st.subheader("Are the probabilities right?", anchor=False, help=_what_is_shown(dataset))
    table = ranking.calibration_curves(about, (NONE, form))
    says = calibration_words.calibration(table, NAMES)
    theme.chart(ranking_figures.calibration_figure(table), "ranking_calibration", says, wide=True)
    told = [
        "On the line at 0 what was predicted came true; above it more was bought. Bands: 95% intervals, rather too "
        "narrow, as one person gives many impressions.",
        calibration_words.furthest_off(table, NAMES),
    ]
    if dataset in OF_STORES:
        told.append(
            "Impressions that were not bought were thinned, so predicted and observed are both too high: only their "
            "difference counts."
        )
    st.caption("\n".join(f"- {theme.plain(line)}" for line in told if line))


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
