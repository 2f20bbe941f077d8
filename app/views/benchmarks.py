"""Benchmarks: the paper's tables, rerun, with intervals."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.panels import words
from app.shared import cache, origin, theme, url
from learn.data.schema import Metrics, Recommendations, Slices
from learn.evaluation.better import CLEAR, chance_words, few_words, interval_words, signed
from learn.explore.metrics import origin as origins
from learn.explore.metrics import overview
from learn.explore.metrics.slice_words import slice_words
from learn.reproduce import paper, results
from learn.reproduce import words as said
from learn.reproduce.figure import benchmark_figure, beside_the_paper

WHAT = {
    "table3": "Table 3: how does it compare with other recommenders?",
    "completejourney": "Where people buy again: text, counts, and both",
    "table4": "Table 4: what is aligning users and items worth?",
    "table5": "Table 5: which item tower, and which sampling?",
    "table6": "Table 6: text or IDs?",
    "table7": "Table 7: an own transformer or the LLM's layers?",
    "towers-x-objectives": "Does tower (a) win only because sequences are cut?",
    "what-matters": "What matters: one setting changed at a time",
    "item-cold": "Items that training never met",
    "recipes": "The paper's method, the released recipe, ours",
    "zero-shot": "Figure 4: does it work on a catalogue that it never trained on?",
}
PAPER = "[Jia et al., AAAI 2025](https://arxiv.org/abs/2405.03988)"
WHAT_IT_IS = f"The comparisons of the LEARN paper ({PAPER}), rerun on data at hand."


def draw() -> None:
    st.title("Benchmarks", anchor=False)
    badge, head = st.empty(), st.empty()
    head.caption(WHAT_IT_IS)
    files = cache.benchmark_files()
    if not files:
        st.info("No benchmark has been run yet.", icon=":material/science:")
        st.code("learn benchmark table4", language="bash")
        return
    left, right, last = st.columns([5, 4, 2], vertical_alignment="bottom")
    names = sorted(dict.fromkeys(name for name, _ in files), key=lambda name: [*WHAT, name].index(name))
    name = url.linked(left.selectbox, "Question", names, url.BENCHMARK, names[0], format_func=lambda n: WHAT.get(n, n))
    datasets = [dataset for other, dataset in files if other == name]
    told = {one: results.dataset_words(files[name, one], one) for one in datasets}
    dataset = url.linked(
        right.selectbox, "Measured on", datasets, url.BENCHMARK_DATASET, datasets[0], format_func=told.get
    )
    if cache.dataset_names() and dataset not in cache.dataset_names():
        data = theme.plain(told[dataset].partition(": ")[2] or dataset)
        head.caption(f"{WHAT_IT_IS} This one is measured on {data}, not on the data of the other pages.")
    rows = results.read_benchmark(files[name, dataset], dataset)
    badge.markdown(f":blue-badge[:material/database: {theme.plain(_shown(told[dataset], rows))}]")
    with last.popover("What is counted", width="stretch"):
        counted = _metric(name, rows)
    _table(name, told[dataset], rows, *counted)


def _shown(data: str, rows: pd.DataFrame) -> str:
    """Which data a page shows, and how many users of it: "Amazon Scientific, 8,442 users"."""
    n_users = rows.loc[rows[Metrics.SLICE] == Slices.WHOLE, Metrics.N_USERS].max()
    known = data.partition(": ")[2] or data
    return known if pd.isna(n_users) else f"{known[0].upper()}{known[1:]}, {n_users:,.0f} users"


def _metric(name: str, rows: pd.DataFrame) -> tuple[str, int, str, str]:
    metrics = list(dict.fromkeys(rows[Metrics.METRIC]))
    ks = [str(k) for k in sorted(rows[Metrics.K].unique())]
    sets = sorted(rows[Metrics.CANDIDATES].unique(), reverse=True)
    first = "recall" if "recall" in metrics else metrics[0]
    metric = url.linked(st.selectbox, "Metric", metrics, url.BENCHMARK_METRIC, first, format_func=overview.metric_label)
    shown = [str(k) for known, k in paper.paper_metrics(name) if known == metric and str(k) in ks]
    last = 0 if rows["split"].isin(["leave_one_out", "item_cold"]).all() else -1
    length = shown[-1] if shown else ks[last]  # of which the paper has numbers
    k = url.linked(st.selectbox, "List length k", ks, url.BENCHMARK_K, length)
    if rows["split"].isin(["leave_one_out", "item_cold"]).all() and Recommendations.ALL_CANDIDATES in sets:
        sets = sorted(sets, key=lambda name: name != Recommendations.ALL_CANDIDATES)
    candidates = url.linked(
        st.selectbox,
        "Ranked items",
        sets,
        url.BENCHMARK_SET,
        sets[0],
        format_func=overview.CANDIDATE_LABELS.get,
    )
    slices = list(dict.fromkeys(rows[Metrics.SLICE]))
    part = url.linked(
        st.selectbox,
        "Targets counted",
        slices,
        url.BENCHMARK_SLICE,
        slices[0],
        format_func=_part_words,
        help="Never bought: no interaction in training. Seldom bought: the least-sold of the others.",
    )
    return metric, int(k), candidates, part


def _part_words(part: str) -> str:
    words = "all targets" if part == Slices.WHOLE else slice_words(part)
    return f"{words[0].upper()}{words[1:]}"


def _table(name: str, data: str, rows: pd.DataFrame, metric: str, k: int, candidates: str, part: str) -> None:
    chosen = results.one_metric(rows, metric, k, candidates, part)
    reported = paper.paper_values(name, metric, k)
    if explained := words.first_met([], [], metric, k):
        st.caption(explained)
    told = _beside_the_paper(name, data, chosen, reported, metric, k)
    measured = results.one_metric(rows, metric, k, candidates, part).dropna(subset=[Metrics.MEAN])
    kinds = [f"- *{kind}*: {means}" for kind, means in results.kind_means(measured).items()]
    st.subheader("All that was measured here", anchor=False, help="\n".join(kinds) or None)
    st.caption(theme.plain(origins.benchmark_data(chosen)))
    drawn = _pick_refitted(rows)
    chosen = results.one_metric(drawn, metric, k, candidates, part)
    ran = chosen.dropna(subset=[Metrics.MEAN])
    figure = benchmark_figure(drawn, metric, k, candidates, part)
    theme.chart(figure, "benchmarks_figure", said.benchmark(chosen), wide=True)
    theme.small_print("" if told else said.earlier_rows(ran))
    if ran.empty:
        _notes(chosen, reported)
        return
    _notes(ran[~results.is_earlier(ran)], reported)
    theme.caution(few_words(float(ran[Metrics.N_USERS].max())))
    with st.expander("The rows: their numbers, what they are, what they cost, what did not run"):
        _numbers(ran, metric, k, reported)
        st.markdown(_what_the_rows_are(ran))
        _notes(chosen[chosen[Metrics.MEAN].isna()], reported)
    origin.show(origins.of_benchmark(chosen))


def _pick_refitted(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the rows that learned from validation, too, until they are asked for: the others did not."""
    refitted = results.is_refitted(rows)
    if not refitted.any() or refitted.all():
        return rows
    count = rows.loc[refitted, "run"].nunique()
    label = f"Add {count} row{'s' * (count > 1)} that learned from the validation part, too (refitted)"
    return rows if url.linked_toggle(st.toggle, label, url.BENCHMARK_REFITTED) else rows[~refitted]


def _what_the_rows_are(ran: pd.DataFrame) -> str:
    """What the rows that are drawn are."""
    lines = [
        f"*{theme.plain('; '.join(labels))}*: {theme.plain(what)}"
        for what, labels in results.row_words(ran).items()
        if what != results.REFITTED
    ]
    text = " ".join([*lines, *ran["label"]])
    return "\n".join(f"- {line}" for line in [*lines, *words.in_short(text)])


def _numbers(ran: pd.DataFrame, metric: str, k: int, reported: dict[str, float]) -> None:
    named = said.compared_with(ran) or "the reference row"
    shown = pd.DataFrame(
        {
            "Run": ran["label"],
            f"{metric}@{k}": ran[Metrics.MEAN],
            "95% interval": [_interval(row) for row in ran.to_dict("records")],
            "Difference to the reference row": [_difference(row, named) for row in ran.to_dict("records")],
            "Verdict": [_verdict(row) for row in ran.to_dict("records")],
            **({"The paper's": [_number(reported.get(run)) for run in ran["run"]]} if reported else {}),
            "Seeds": ran["seeds"],
            "Parameters": ran["params"],
            "Training, s": ran["train_seconds"],
        }
    )
    digits = {f"{metric}@{k}": "{:.4f}", "Parameters": "{:,.0f}", "Training, s": "{:,.0f}"}
    st.dataframe(
        shown.style.format(digits, na_rep="–"),
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            "Run": "Variant",
            f"{metric}@{k}": overview.metric_label(f"{metric}@{k}"),
            "Difference to the reference row": f"Difference to {named}",
        },
    )
    st.caption(
        f"The difference to {theme.plain(named)} is paired: the same users under both, with its own 95% interval. "
        "*Clearly*: that interval leaves out 0. Run it yourself: `learn benchmark`."
    )


def _notes(chosen: pd.DataFrame, reported: dict[str, float]) -> None:
    """Which rows did not run and why, and what has to be known of the others' numbers."""
    noted: dict[str, list[str]] = {}  # a note -> the rows that it is true of
    for row in chosen[chosen["why"].notna()].to_dict("records"):
        did_not = pd.isna(row[Metrics.MEAN])
        value = reported.get(row["run"])
        told = f" The paper's: {value:.4f}." if did_not and value is not None else ""
        what = "did not run here: " if did_not else ""
        noted.setdefault(f"{what}{theme.plain(str(row['why']))}{told}", []).append(theme.plain(row["label"]))
    for note, labels in noted.items():
        st.caption(f"**{'; '.join(labels)}**: {note}")


def _beside_the_paper(
    name: str, data: str, chosen: pd.DataFrame, reported: dict[str, float], metric: str, k: int
) -> bool:
    """Draws the rows that the paper has, too, beside its own; where it has none in this metric, says in which it
    has. Returns whether it explains lighter marks."""
    figure = beside_the_paper(chosen, reported, paper.paper_column(name), data.partition(": ")[2])
    if figure is None:
        known = [overview.metric_label(f"{metric}@{k}") for metric, k in paper.paper_metrics(name)]
        if known:
            st.caption(f"The paper has numbers for this table in {' and '.join(known)}: choose one to see them.")
        return False
    both = paper.beside(chosen, reported)
    whose = (
        f"The paper's numbers are of {paper.paper_data(name)}. Here: means over {said.seeds(both)}, with 95% intervals."
    )
    st.subheader(
        f"{overview.metric_label(metric)}@{k} beside the paper's: compare the order, not the numbers",
        anchor=False,
        help=theme.plain(whose),
    )
    says = " ".join(filter(None, (paper.same_order(chosen, reported), said.among_all(chosen, both))))
    theme.chart(figure, "benchmarks_beside", says, wide=True)
    lighter = said.earlier_rows(both)
    theme.small_print(lighter)
    ours = said.beside_the_papers_way(both)
    if ours:
        st.markdown(theme.plain(ours))
    theme.small_print(paper.objectives_told(both))
    return bool(lighter)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _interval(row: dict) -> str:
    return "–" if pd.isna(row[Metrics.LOW]) else f"{row[Metrics.LOW]:.4f} to {row[Metrics.HIGH]:.4f}"


def _difference(row: dict, named: str) -> str:
    if row[Metrics.SLICE] != Slices.WHOLE:
        return "–"
    if pd.isna(row["difference"]):
        return "the reference" if row["label"] == named else "not compared"
    return f"{signed(row['difference'])} {interval_words(row['difference_low'], row['difference_high'])}"


def _verdict(row: dict) -> str:
    if pd.isna(row["difference_low"]):  # None where no row of the file has one
        return ""
    sure = chance_words(row["difference_low"], row["difference_high"])
    return f"clearly {'better' if row['difference'] > 0 else 'worse'}" if sure == CLEAR else sure


theme.guarded(draw)
