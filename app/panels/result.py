"""What came out, before anything else: who leads here, what simple references reach, and where that comes from."""

from __future__ import annotations

import streamlit as st

from app.panels import words
from app.shared import cache, origin, theme
from learn.data.dataset import Dataset
from learn.evaluation.better import too_few
from learn.evaluation.protocol import default_k
from learn.explore.metrics import origin as origins
from learn.explore.metrics.result import AMONG, RESULT_METRIC, Result, results_of
from learn.runs.run import Run
from learn.runs.stored import FoundRuns


@st.cache_data(max_entries=8, show_spinner="Comparing on the same people …")
def _results(_runs: list[Run], key: tuple[str, ...], k: int) -> list[Result]:
    return results_of(_runs, k)


def show(dataset: Dataset, runs: FoundRuns) -> None:
    """Draws the result of the dataset's Runs; nothing where fewer than two have figures."""
    k = default_k(dataset.n_items)
    found = _results(runs.usable, cache.run_key(runs.usable), k) if len(runs.usable) > 1 else []
    if not found:
        return
    with st.container(border=True):
        lines = [
            f"- {AMONG[one.candidates]}, **{theme.plain(one.leads)}** {theme.plain(one.references)}" for one in found
        ]
        st.markdown(f"**What came out on {theme.plain(dataset.name)}**\n" + "\n".join(lines))
        named = list(dict.fromkeys(name for result in found for name in result.named))
        st.caption(words.first_met(runs.usable, named, RESULT_METRIC, k))
        first = found[0]
        if too_few(first.n_users):
            theme.caution(f"{first.n_users:,} users: too few to say anything.")
        origin.show(
            origins.of_dataset(dataset)
            + origins.of_metric(RESULT_METRIC, k, first.candidates, first.n_users)
            + origins.of_intervals(runs.usable)
            + origins.of_runs(runs.usable),
        )
