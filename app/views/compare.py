"""Compare: Runs against Runs, by slice, by variety, list by list, and user by user."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.panels import duel, variety, words
from app.shared import cache, origin, page, pickers, theme, url
from learn.data.schema import Metrics, Recommendations, Slices
from learn.data.slices import ITEM_PREFIX, USER_PREFIX, item_slices
from learn.errors import LearnError
from learn.evaluation.better import FEW_USERS, too_few
from learn.evaluation.metrics import says_little
from learn.evaluation.protocol import default_k
from learn.evaluation.validation import validation_metric
from learn.explore.colours import run_colours, run_symbols
from learn.explore.figures import compare as compare_figures
from learn.explore.figures.panels import runs_figure
from learn.explore.metrics import best_for, compare, conclusions, guessed, kinds, leading, overview
from learn.explore.metrics import origin as origins
from learn.explore.metrics.slice_words import slice_words
from learn.item_towers import brief
from learn.runs.baselines import POPULARITY
from learn.runs.run import Run
from learn.runs.stored import FoundRuns

BESIDE = 3  # slices beside each other
HOW_SURE = "Dots with 95% intervals; *clearly*: more than chance, on the same users."
SECTIONS = {  # anchor -> heading, in the page's order
    "who": "Which recommender is best for whom?",
    "variety": "Does accuracy cost variety?",
    "alike": "How alike are their lists?",
    "duel": "Users won and lost",
    "learned": "How they learned",
}


def draw() -> None:
    runs, view = page.open_page(
        "Compare",
        "Which recommender is best for whom, what accuracy costs in variety, and how alike their lists are.",
    )
    dataset = view.dataset
    for problem in [*runs.problems, *cache.unreadable(runs.usable, cache.run_key(runs.usable))]:
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
        st.info("Choose at least one recommender.")
        return
    colours = run_colours((run.name, run.info.variant) for run in runs.usable)
    mine = metrics[metrics["run"].isin(chosen)]
    table = compare.by_slice(mine, metric, k, candidates)
    if table.empty:
        st.info("The chosen Runs have no such metric: choose another one, or another list length.")
        return
    parts = _parts(mine, picked, cache.run_key(picked), metric, k, candidates)
    st.caption(" · ".join(f"[{heading}](#{anchor})" for anchor, heading in SECTIONS.items()))
    st.subheader(SECTIONS["who"], anchor="who", help=HOW_SURE)
    theme.conclude(best_for.best_for_whom(parts, best_for.plain_names(picked)))
    _words(picked, metric, k)
    accuracy = overview.compare_runs(mine, metric, k, candidates, Slices.WHOLE)
    random_k = k if metric == "recall" and candidates != Recommendations.COLD else 0
    shown = _slices(
        table, runs, f"{overview.metric_label(metric)}@{k}", list(accuracy["run"]), parts, random_k / dataset.n_items
    )
    line = kinds.random_line(shown, random_k, dataset.n_items) if random_k else ""
    line = f"{line[:1].upper()}{line[1:]}." if line else ""
    theme.small_print(" ".join(filter(None, (line, _too_small(table)))))
    why = (_guessed(picked, parts, view), _lifted(picked, metrics, metric, k, candidates))
    if any(why):
        with st.expander("Why they find so much, or so little, of seldom-bought and never-bought items"):
            st.markdown("\n".join(f"- {theme.plain(told)}" for told in why if told))
    origin.show(
        origins.of_dataset(dataset)
        + origins.of_metric(metric, k, candidates, float(table[Metrics.N_USERS].max()))
        + origins.of_intervals(picked)
        + origins.of_runs(picked)
    )
    level = best_for.level(parts[Slices.WHOLE]) if Slices.WHOLE in parts else []
    st.subheader(SECTIONS["variety"], anchor="variety")
    variety.show(view, picked, accuracy, metric, k, candidates, colours, level)
    _overlap(view, picked, k, candidates)
    best_first = list(accuracy["run"])
    st.subheader(SECTIONS["duel"], anchor="duel")
    duel.show(view, sorted(picked, key=lambda run: best_first.index(run.name)), candidates, k, colours)
    _curves(picked, colours, _chosen_by(picked[0]), accuracy)


def _chosen_by(run: Run) -> str:
    """By what an epoch is chosen, as people read it; "" where nobody can be validated."""
    try:
        by = validation_metric(run.split)
    except LearnError:
        return ""
    return f"{overview.metric_label(by.metric)}@{by.k}"


def _words(picked: list[Run], metric: str, k: int) -> None:
    """The metric and what the recommenders are, those inside a blend's name too, folded away."""
    shown = overview.run_labels(picked)
    told = words.all_said(picked, [brief(shown[run.name]) for run in picked])
    words.folded(told, "What the words mean", words.first_met(picked, [], metric, k))


def _guessed(picked: list[Run], parts: dict[str, pd.DataFrame], view: cache.View) -> str:
    """Why a variant may find more of what nobody bought than of what few did; "" where it does not."""
    never, seldom = (parts.get(f"{ITEM_PREFIX}{name}") for name in (Slices.COLD_START, Slices.LONG_TAIL))
    if never is None or seldom is None:
        return ""
    return guessed.more_of_the_never_bought(never, seldom, picked, item_slices(view.counts))


def _lifted(picked: list[Run], metrics: pd.DataFrame, metric: str, k: int, candidates: str) -> str:
    """Why a blend may find more of what few bought than its parts, also those that are not chosen."""
    tail = f"{ITEM_PREFIX}{Slices.LONG_TAIL}"
    if not overview.more_is_better(metric) or tail not in set(metrics[Metrics.SLICE]):
        return ""
    return guessed.lifted(overview.compare_runs(metrics, metric, k, candidates, tail), picked)


def _controls(runs: FoundRuns, metrics: pd.DataFrame, n_items: int) -> tuple[list[str], str, int, str]:
    with st.container():
        bar = st.columns(4, vertical_alignment="bottom")
        first = pickers.worth_comparing(runs.usable)
        many = pickers.how_many(runs.usable, first)
        with bar[0].container(gap="xxsmall"):
            st.markdown(":small[Recommenders]")
            with st.popover(f"{many} of {len(runs.usable)}", width="stretch"):
                chosen = pickers.pick_runs(runs.usable, first=first, called="Recommenders")
        others = bar[1:]
        names = [name for name in overview.in_table_order(metrics[Metrics.METRIC]) if overview.more_is_better(name)]
        ks = [str(k) for k in sorted(metrics[Metrics.K].astype(int).unique())]
        sets = [name for name in overview.CANDIDATE_LABELS if name in set(metrics[Metrics.CANDIDATES])]
        usual = "recall" if "recall" in names else names[0]
        metric = url.linked(others[0].selectbox, "Metric", names, url.METRIC, usual, format_func=overview.metric_label)
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


def _slices(
    table: pd.DataFrame,
    runs: FoundRuns,
    measured: str,
    order: list[str],
    parts: dict[str, pd.DataFrame],
    by_chance: float,
) -> list[str]:
    """A small figure for each slice, three beside each other, users above items; those of too few users are left out.

    Runs stand in one order in all; slices of like figures share a scale. ``by_chance``: what a random list has, drawn
    where little is found; 0: not known. Returns the slices that are shown.
    """
    pairs = [(run.name, run.info.variant) for run in runs.usable]
    colours, symbols = run_colours(pairs), run_symbols(pairs)
    people = table.groupby(Metrics.SLICE, sort=False)[Metrics.N_USERS].max().astype(int)
    shown = [name for name in parts if name in people and not too_few(people[name])]
    ends = compare.shared_scales(table[table[Metrics.SLICE].isin(shown)])
    rules = _rules(runs.usable[0])
    items = [name for name in shown if name.startswith(ITEM_PREFIX)]
    users = [name for name in shown if name not in items]
    rows_of = [some[at : at + BESIDE] for some in (users, items) for at in range(0, len(some), BESIDE)]
    for row in rows_of:
        finer = {name: max(ends.values()) / ends[name] if ends[name] else 1 for name in row}
        for column, name in zip(st.columns(BESIDE), row, strict=False):
            rows = table[table[Metrics.SLICE] == name]
            scale = f"scale {finer[name]:.2g} times as fine" if finer[name] > 1 else "&nbsp;"
            below = f"  \n{scale}" if max(finer.values()) > 1 else ""  # all of a row begin at one height
            drawn = by_chance if name in kinds.LITTLE_KNOWN else 0.0
            figure = runs_figure(
                rows, colours, symbols, measured, at_end=True, order=order, end=ends[name], at_random=drawn
            )
            with column.container(gap="xxsmall"):
                st.markdown(f"**{theme.plain(slice_words(name))}**")
                about = " · ".join(filter(None, (f"{people[name]:,} users", rules.get(name, ""))))
                st.caption(f"{theme.plain(about)}{below}")
                theme.chart(figure, f"compare_slice_{shown.index(name)}")
                st.caption(theme.plain(leading.who_leads_in_short(parts[name])))
    return shown


def _too_small(table: pd.DataFrame) -> str:
    """Which slices the figure leaves out; "" for none."""
    few = table[table[Metrics.N_USERS].map(too_few)]
    if few.empty:
        return ""
    people = few.groupby(Metrics.SLICE, sort=False)[Metrics.N_USERS].max().astype(int)
    told = leading.listed([f"{slice_words(str(name))} ({n:,} users)" for name, n in people.items()])
    return f"Left out: {told}; of fewer than {FEW_USERS} users nothing can be said."


def _rules(run: Run) -> dict[str, str]:
    """Slice -> who or what is in it: "6 to 45 history events"."""
    try:
        rules = run.slices.set_index("slice")["rule"]
    except LearnError:
        return {}
    return {
        name: rule
        for name, rule in rules.items()
        if str(name).startswith((USER_PREFIX, ITEM_PREFIX)) and ":" not in rule
    }


def _overlap(view: cache.View, picked: list[Run], k: int, candidates: str) -> None:
    st.subheader(SECTIONS["alike"], anchor="alike")
    if len(picked) < 2:
        st.caption("Choose a second recommender to see what they have in common.")
        return
    lists = variety.matrices(view, picked, candidates)
    labels = overview.run_labels(picked)
    table = compare.overlap_matrix(lists, k)
    short = {name: brief(label) for name, label in labels.items()}
    trained = [run.name for run in picked if run.info.kind == "learn" and run.info.trainable_parameters]
    theme.conclude(conclusions.overlap(table, short, trained, POPULARITY))
    st.caption(f"Share of the first {k} recommendations that two have in common, the mean over users.")
    theme.chart(compare_figures.overlap_figure(table, labels), "compare_overlap", wide=True)


def _curves(picked: list[Run], colours: dict[str, str], by: str, tested: pd.DataFrame) -> None:
    st.subheader(SECTIONS["learned"], anchor="learned")
    table = compare.training_curves(picked)
    if table.empty:
        st.caption("None of the chosen Runs was trained.")
        return
    figure = compare_figures.curves_figure(table, colours, by)
    means = dict(zip(tested["run"], tested[Metrics.MEAN], strict=True))
    named = table.assign(label=table["label"].map(brief))
    theme.conclude(conclusions.learned(named))
    theme.small_print(conclusions.other_order(named, means))
    several = table["run"].nunique() > 1
    lost = " Losses are shown as changes since epoch 1, because they are not comparable with each other." * several
    st.caption(f"A ring marks the epoch that was kept.{lost}")
    theme.chart(figure, "compare_curves", wide=True)


theme.guarded(draw)
