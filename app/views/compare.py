"""Compare: Runs against Runs, by slice, by variety, list by list, and user by user."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from app.panels import duel, words
from app.shared import cache, links, origin, page, pickers, theme, url
from learn.data.dataset import Dataset
from learn.data.schema import Metrics, Slices
from learn.errors import LearnError
from learn.evaluation.better import FEW_USERS, too_few
from learn.evaluation.metrics import says_little
from learn.evaluation.protocol import default_k
from learn.evaluation.validation import validation_metric
from learn.explore.colours import run_colours, run_symbols
from learn.explore.figures import compare as compare_figures
from learn.explore.figures.panels import runs_figure
from learn.explore.metrics import compare, conclusions, leading, overview
from learn.explore.metrics import origin as origins
from learn.runs.run import Run
from learn.runs.stored import FoundRuns

BESIDE = 3  # slices beside each other
SECTIONS = {  # anchor -> heading, in the page's order
    "who": "Who is it good for?",
    "variety": "What does accuracy cost in variety?",
    "alike": "How alike are their lists?",
    "duel": "Users won and lost",
    "learned": "How they learned",
}


def draw() -> None:
    runs, view = page.open_page(
        "Compare",
        "Variant against variant: which is better for whom, what accuracy costs in variety, how alike their lists are, "
        "and the people for whom they differ most.",
    )
    dataset = view.dataset
    for problem in runs.problems:
        theme.show_error(problem)
    if not runs.usable:
        theme.no_runs(dataset.name)
        return
    metrics = cache.metrics(runs.usable, cache.run_key(runs.usable))
    if metrics.empty:
        st.info("No Run has metrics yet.", icon=":material/monitoring:")
        st.code(f"learn evaluate {dataset.name}", language="bash")
        return
    chosen, metric, k, candidates = _controls(runs, metrics, dataset.n_items)
    picked = [runs.named(name) for name in chosen]
    if not picked:
        st.info("Choose at least one variant.")
        return
    st.markdown(" · ".join(f"[{heading}](#{anchor})" for anchor, heading in SECTIONS.items()))
    colours = run_colours((run.name, run.info.variant) for run in runs.usable)
    mine = metrics[metrics["run"].isin(chosen)]
    st.subheader(SECTIONS["who"], anchor="who")
    table = compare.by_slice(mine, metric, k, candidates)
    if table.empty:
        st.info("The chosen Runs have no such metric: choose another one, or another list length.")
        return
    parts = _parts(mine, picked, cache.run_key(picked), metric, k, candidates)
    theme.conclude(leading.leaders_by_part(parts))
    st.caption(f"{words.first_met(picked, [], metric, k)}. {_slice_rules(picked[0])}")
    _slices(table, parts, runs, f"{overview.metric_label(metric)}@{k}")
    _too_small(table)
    with st.expander("What these variants are"):
        st.markdown(words.first_met(picked, chosen))
    origin.show(
        origins.of_dataset(dataset)
        + origins.of_metric(metric, k, candidates, float(table[Metrics.N_USERS].max()))
        + origins.of_intervals(picked)
        + origins.of_runs(picked)
    )
    _variety(view, picked, mine, metric, k, candidates, colours)
    _overlap(view, picked, k, candidates)
    best_first = list(overview.compare_runs(mine, metric, k, candidates, Slices.WHOLE)["run"])
    st.subheader(SECTIONS["duel"], anchor="duel")
    duel.show(view, sorted(picked, key=lambda run: best_first.index(run.name)), candidates, k, colours)
    _curves(picked, colours, _chosen_by(picked[0]))


def _chosen_by(run: Run) -> str:
    """By what an epoch is chosen, as people read it; "" where nobody can be validated."""
    try:
        by = validation_metric(run.split)
    except LearnError:
        return ""
    return f"{overview.metric_label(by.metric)}@{by.k}"


def _controls(runs: FoundRuns, metrics: pd.DataFrame, n_items: int) -> tuple[list[str], str, int, str]:
    with st.container():
        bar = st.columns(4, vertical_alignment="bottom")
        with bar[0].popover("Variants", width="stretch"):
            chosen = pickers.pick_runs(runs.usable, first=pickers.worth_comparing(runs.usable))
        others = bar[1:]
        names = [name for name in overview.in_table_order(metrics[Metrics.METRIC]) if overview.more_is_better(name)]
        ks = [str(k) for k in sorted(metrics[Metrics.K].astype(int).unique())]
        sets = [name for name in overview.CANDIDATE_LABELS if name in set(metrics[Metrics.CANDIDATES])]
        first = "recall" if "recall" in names else names[0]
        metric = url.linked(others[0].selectbox, "Metric", names, url.METRIC, first, format_func=overview.metric_label)
        standard = str(default_k(n_items))
        k = url.linked(others[1].selectbox, "List length k", ks, url.METRIC_K, standard if standard in ks else ks[0])
        candidates = url.linked(
            others[2].selectbox,
            "Ranked items",
            sets,
            url.METRIC_SET,
            sets[0],
            format_func=overview.CANDIDATE_LABELS.get,
        )
        theme.caution(says_little(int(k), n_items))
    return chosen, metric, int(k), candidates


@st.cache_data(max_entries=32, show_spinner="Comparing on the same people …")
def _parts(
    _metrics: pd.DataFrame, _picked: list[Run], key: tuple[str, ...], metric: str, k: int, candidates: str
) -> dict[str, pd.DataFrame]:
    names = compare.by_slice(_metrics, metric, k, candidates)[Metrics.SLICE].unique()
    tables = {name: overview.compare_runs(_metrics, metric, k, candidates, name) for name in names}
    return {name: leading.against(table, _picked, metric, k, candidates, name) for name, table in tables.items()}


def _slices(table: pd.DataFrame, parts: dict[str, pd.DataFrame], runs: FoundRuns, measured: str) -> None:
    """A small figure for each slice, three beside each other; those of too few users are left out."""
    pairs = [(run.name, run.info.variant) for run in runs.usable]
    colours, symbols = run_colours(pairs), run_symbols(pairs)
    people = table.groupby(Metrics.SLICE, sort=False)[Metrics.N_USERS].max().astype(int)
    shown = [str(name) for name, n in people.items() if not too_few(n)]
    for row in range(0, len(shown), BESIDE):
        for column, name in zip(st.columns(BESIDE), shown[row : row + BESIDE], strict=False):
            figure = runs_figure(table[table[Metrics.SLICE] == name], colours, symbols, measured)
            with column.container(gap="xxsmall"):
                st.markdown(f"**{compare_figures.SLICE_WORDS.get(name, theme.plain(name))}** · {people[name]:,} users")
                theme.chart(figure, f"compare_slice_{shown.index(name)}")
                st.caption(theme.plain(leading.who_leads_in_short(parts[name])))


def _too_small(table: pd.DataFrame) -> None:
    """Which slices the figure leaves out, and their figures on demand."""
    few = table[table[Metrics.N_USERS].map(too_few)]
    if few.empty:
        return
    people = few.groupby(Metrics.SLICE, sort=False)[Metrics.N_USERS].max().astype(int)
    told = leading.listed([f"{leading.part_words(str(name))} ({n:,} users)" for name, n in people.items()])
    theme.caution(f"Left out of the picture: {told}. Of fewer than {FEW_USERS} users nothing can be said.")


def _slice_rules(run: Run) -> str:
    told = (
        "**Every picture has its own scale.** Dots with 95% intervals; *clearly*: more than chance, on the same users. "
        "Cold-start users have next to no history, cold-start items no training interaction, *others* are all the rest."
    )
    try:
        rules = run.slices.set_index("slice")["rule"]
    except LearnError:
        return told
    return told + f" Long-tail users here: {rules['user:long-tail']}; long-tail items: {rules['item:long-tail']}."


@st.cache_resource(max_entries=16, show_spinner="Reading stored lists …")
def _matrix(_run: Run, _dataset: Dataset, key: str, fingerprint: str, candidates: str) -> np.ndarray:
    return compare.stored_matrix(_run, _dataset, candidates)


def _matrices(view: cache.View, picked: list[Run], candidates: str) -> dict[str, np.ndarray]:
    key, found = view.dataset.fingerprint, {}
    for run in picked:
        try:
            found[run.name] = _matrix(run, view.dataset, cache.run_key([run])[0], key, candidates)
        except LearnError as error:
            theme.show_error(error)
    return found


def _variety(
    view: cache.View, picked: list[Run], metrics: pd.DataFrame, metric: str, k: int, candidates: str, colours: dict
) -> None:
    st.subheader(SECTIONS["variety"], anchor="variety")
    st.caption(
        "Up is more accurate. A system that shows everybody the same best-sellers can be high up and far left in "
        "coverage and novelty. Arrows say where lists are more varied. Click a dot for what it is and its "
        "recommendations."
    )
    lists = _matrices(view, picked, candidates)
    accuracy = overview.compare_runs(metrics, metric, k, candidates, Slices.WHOLE)
    table = _trade_offs(
        [run for run in picked if run.name in lists],
        lists,
        accuracy,
        view,
        cache.run_key(picked),
        k,
        candidates,
        metric,
    )
    measured = f"{overview.metric_label(metric)}@{k}"
    theme.conclude(conclusions.trade_offs(table, measured))
    aside = table[conclusions.outside(table["accuracy"].to_numpy(dtype=float))]
    for row in aside.to_dict("records"):
        st.caption(
            f"{theme.plain(row['label'])} is far from all others ({measured} {row['accuracy']:.3f}, coverage "
            f"{row['coverage']:.1%}) and left out of the picture, so that they can be told apart; the numbers have it."
        )
    figure = compare_figures.trade_offs_figure(table.drop(aside.index), colours, measured)
    picks = st.plotly_chart(
        figure,
        width="stretch",
        key="compare_variety",
        config={"displayModeBar": False},
        on_select="rerun",
        selection_mode="points",
    )
    points = picks.selection.points if picks is not None else []
    for point in points[:1]:
        name = point["customdata"][0] if isinstance(point["customdata"], list) else point["customdata"]
        run = next((run for run in picked if run.name == name), None)
        if run is not None:
            _open_run(view, run, table)
    with st.expander("The numbers"):
        st.dataframe(
            table.drop(columns=["variant", "run"]).rename(columns={"label": "Run", "accuracy": f"{metric}@{k}"}),
            hide_index=True,
            width="stretch",
            column_config={"Run": "Variant", f"{metric}@{k}": f"{overview.metric_label(metric)}@{k}"},
        )
        st.caption("; ".join(f"{name.replace('_', ' ')}: {what}" for name, what in compare.TRADE_OFFS.items()) + ".")


def _open_run(view: cache.View, run: Run, table: pd.DataFrame) -> None:
    href = links.page("recommendations", **(links.query_of(view.dataset) | {url.RUNS: [run.name]}))
    row = table[table["run"] == run.name].iloc[0]
    facts = f"{run.info.trainable_parameters:,} trained parameters, {run.info.train_seconds:,.0f} s of training"
    st.markdown(
        f"**{theme.plain(row['label'])}** · {facts} · [see its recommendations]({href})", unsafe_allow_html=False
    )


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


def _overlap(view: cache.View, picked: list[Run], k: int, candidates: str) -> None:
    st.subheader(SECTIONS["alike"], anchor="alike")
    if len(picked) < 2:
        st.caption("Choose a second Run to see what they have in common.")
        return
    lists = _matrices(view, picked, candidates)
    st.caption(f"Share of the first {k} recommendations that two variants have in common, the mean over users.")
    labels = overview.run_labels(picked)
    table = compare.overlap_matrix(lists, k)
    says = conclusions.overlap(table, labels)
    theme.chart(compare_figures.overlap_figure(table, labels), "compare_overlap", says, wide=True)


def _curves(picked: list[Run], colours: dict[str, str], by: str) -> None:
    st.subheader(SECTIONS["learned"], anchor="learned")
    table = compare.training_curves(picked)
    if table.empty:
        st.caption("None of the chosen Runs was trained.")
        return
    st.caption("Losses of variants with other objectives are not comparable; validation metrics are.")
    figure = compare_figures.curves_figure(table, colours, by)
    theme.chart(figure, "compare_curves", conclusions.learned(table), wide=True)


theme.guarded(draw)
