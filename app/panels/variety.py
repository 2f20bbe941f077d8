"""What accuracy costs in variety: the part of the Compare page that sets the two against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from app.shared import cache, links, look, theme, url
from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.explore.figures.variety import cut_axes, trade_offs_figure
from learn.explore.metrics import compare, conclusions, overview
from learn.runs.run import Run

FIRST, LATER = ("coverage", "novelty"), ("popularity_bias", "diversity")  # of `compare.TRADE_OFFS`


def show(
    view: cache.View,
    picked: list[Run],
    accuracy: pd.DataFrame,
    metric: str,
    k: int,
    candidates: str,
    colours: dict[str, str],
    level: list[str],
) -> None:
    """Draws the part below its heading.

    Args:
        accuracy: one row per Run (`overview.compare_runs`).
        level: the names of the Runs that share the lead in it.
    """
    lists = matrices(view, picked, candidates)
    known = [run for run in picked if run.name in lists]
    table = _trade_offs(known, lists, accuracy, view, cache.run_key(picked), k, candidates, metric)
    measured = f"{overview.metric_label(metric)}@{k}"
    theme.conclude(conclusions.trade_offs(table, measured, level))
    novelty = conclusions.novelty(table, level)
    if novelty:
        st.markdown(theme.plain(novelty))
    cut = cut_axes(table, FIRST)
    axes = "Up is more accurate, right more varied" + (f"; {cut}" if cut else "")
    theme.small_print(f"{axes}. Click a dot to open its recommendations.")
    drawn = (table, colours, measured)
    _panels(view, picked, drawn, FIRST, "compare_variety")
    with st.expander("Popularity bias and diversity"):
        _panels(view, picked, drawn, LATER, "compare_variety_later")
    with st.expander("The numbers"):
        st.dataframe(
            table.drop(columns=["variant", "run", "accuracy_low", "accuracy_high"]).rename(
                columns={"label": "Run", "accuracy": f"{metric}@{k}"}
            ),
            hide_index=True,
            width="stretch",
            column_config={"Run": "Variant", f"{metric}@{k}": measured},
        )
        st.caption("; ".join(f"{name.replace('_', ' ')}: {what}" for name, what in compare.TRADE_OFFS.items()) + ".")


def _panels(view: cache.View, picked: list[Run], drawn: tuple, names: tuple[str, ...], key: str) -> None:
    """Two panels, and what the dot is that was clicked."""
    table, colours, measured = drawn
    figure = trade_offs_figure(table, colours, measured, names)
    with st.container(key=f"{look.WIDE}{key}"):
        picks = st.plotly_chart(
            figure,
            width="stretch",
            key=key,
            config={"displayModeBar": False},
            on_select="rerun",
            selection_mode="points",
        )
    for point in (picks.selection.points if picks is not None else [])[:1]:
        name = point["customdata"][0] if isinstance(point["customdata"], list) else point["customdata"]
        run = next((run for run in picked if run.name == name), None)
        if run is not None:
            _open_run(view, run, table)


def _open_run(view: cache.View, run: Run, table: pd.DataFrame) -> None:
    href = links.page("recommendations", **(links.query_of(view.dataset) | {url.RUNS: [run.name]}))
    row = table[table["run"] == run.name].iloc[0]
    facts = f"{run.info.trainable_parameters:,} trained parameters, {run.info.train_seconds:,.0f} s of training"
    st.markdown(
        f"**{theme.plain(row['label'])}** · {facts} · [see its recommendations]({href})", unsafe_allow_html=False
    )


def matrices(view: cache.View, picked: list[Run], candidates: str) -> dict[str, np.ndarray]:
    """Run name -> its stored lists (`compare.stored_matrix`); what cannot be read is named on the page."""
    key, found = view.dataset.fingerprint, {}
    for run in picked:
        try:
            found[run.name] = _matrix(run, view.dataset, cache.run_key([run])[0], key, candidates)
        except LearnError as error:
            theme.show_error(error)
    return found


@st.cache_resource(max_entries=16, show_spinner="Reading stored lists …")
def _matrix(_run: Run, _dataset: Dataset, key: str, fingerprint: str, candidates: str) -> np.ndarray:
    return compare.stored_matrix(_run, _dataset, candidates)


@st.cache_data(max_entries=32, show_spinner="Measuring variety …")
def _trade_offs(
    _picked: list[Run],
    _lists: dict[str, np.ndarray],
    _accuracy: pd.DataFrame,
    _view: cache.View,
    key: tuple[str, ...],
    k: int,
    candidates: str,
    metric: str,
) -> pd.DataFrame:
    train = _view.split.train()
    pairs = np.unique(train.users * _view.dataset.n_items + train.items) % _view.dataset.n_items
    popularity = np.bincount(pairs, minlength=_view.dataset.n_items)
    n_users = int((train.lengths > 0).sum())
    return compare.trade_offs(_picked, _lists, _accuracy, k, popularity, n_users, _view.catalogue)
