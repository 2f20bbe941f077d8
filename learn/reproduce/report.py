"""A summary as files: flat JSON for programs, a markdown table and a figure for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from learn.checksums import write_checksums
from learn.data.schema import Metrics, Slices
from learn.data.slices import ITEM_PREFIX
from learn.evaluation.better import more_than_chance
from learn.files import atomic_path, write_json
from learn.locks import writing
from learn.reproduce.results import EARLIER, one_metric, read_rows
from learn.reproduce.summary import DIFFERENCE, OVER_RIVAL, RIVAL
from learn.reproduce.tables import Table

Column = tuple[str, int, str, str]
"""metric, k, among, slice"""


def markdown(plan: Table, summary: pd.DataFrame, columns: list[Column]) -> str:
    """One line per row; in each cell the mean, its interval, and ``*`` where it differs from the reference row.

    A row that could not run has no numbers, and why is said below.
    """
    heads = [_head(*column) for column in columns]
    lines = [f"| {' | '.join(['run', 'seeds', *heads])} |", "|" + "---|" * (len(heads) + 2)]
    notes = []
    for row in plan.rows:
        own = summary[summary["run"] == row.name]
        if own.empty:
            continue
        if pd.notna(own["why"].iloc[0]):
            notes.append(f"\n{row.label}: {own['why'].iloc[0]}")
        cells = [row.label, str(own["seeds"].iloc[0])]
        cells += [_cell(one_metric(own, *column)) for column in columns]
        lines.append(f"| {' | '.join(cells)} |")
    reference = next(row.label for row in plan.rows if row.name == plan.reference)
    lines.append(f"\n\\* its paired 95% interval of the difference to {reference} is without 0.")
    return "\n".join([*lines, *notes])


def _head(metric: str, k: int, candidates: str, part: str) -> str:
    if part == Slices.WHOLE:
        return f"{metric}@{k}, {candidates} items"
    return f"{part.removeprefix(ITEM_PREFIX)} {metric}@{k}, {candidates} items"


def _cell(found: pd.DataFrame) -> str:
    if found.empty or pd.isna(found[Metrics.MEAN].iloc[0]):
        return "–"
    value = found.iloc[0]
    apart = more_than_chance(value["difference_low"], value["difference_high"])
    interval = f"[{value[Metrics.LOW]:.4f}, {value[Metrics.HIGH]:.4f}]"
    return f"{value[Metrics.MEAN]:.4f}{'*' if apart else ''} {interval}"


def default_columns(plan: Table, summary: pd.DataFrame) -> list[Column]:
    """The paper's columns: N@10 and R@10 for leave-one-out and item-cold, H and R at 50 and 100 where time is cut, over
    each set of candidates; the last of them again for each of the plan's slices."""
    amongs = sorted(summary[Metrics.CANDIDATES].unique())
    if summary["split"].isin(["leave_one_out", "item_cold"]).all():
        pairs = [("ndcg", 10), ("recall", 10), ("recall", 50)]
        columns = [(metric, k, candidates, Slices.WHOLE) for candidates in amongs for metric, k in pairs]
    else:
        pairs = [(metric, k) for metric in ("hit_rate", "recall") for k in (50, 100)]
        columns = [(metric, k, candidates, Slices.WHOLE) for candidates in amongs for metric, k in pairs]
    metric, k, candidates, _ = columns[-1]
    return columns + [(metric, k, candidates, part) for part in plan.slices]


def _records(summary: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON values: what is missing becomes null."""
    return summary.astype(object).where(summary.notna(), None).to_dict("records")


def publish(summary: pd.DataFrame, file: Path, keep_others: bool = False) -> None:
    """Puts the rows of ``summary`` into ``file``, in place of those that it has of the same dataset.

    Args:
        keep_others: in place of those of the same rows of the table alone. The others stay without differences, which
            were to another reference, and say that they are of an earlier run.
    """
    rows = _records(summary)
    datasets, names = {row["dataset"] for row in rows}, {row["run"] for row in rows}
    with writing(file):  # what another benchmark puts there meanwhile is kept
        there = read_rows(file).pipe(_records) if file.exists() else []
        kept = [row for row in there if row["dataset"] not in datasets]
        if keep_others:
            others = [row for row in there if row["dataset"] in datasets and row["run"] not in names]
            kept += [
                row | dict.fromkeys((*DIFFERENCE, RIVAL, *OVER_RIVAL)) | {"why": row.get("why") or EARLIER}
                for row in others
            ]
        write_json(file, kept + rows)


def write_report(folder: Path, plan: Table, summary: pd.DataFrame, about: dict[str, Any]) -> list[Path]:
    """Writes results.json (flat rows), about.json (configurations, fingerprint), table.md and figure.html."""
    from learn.reproduce.figure import benchmark_figure

    columns = default_columns(plan, summary)
    drawn = [column for column in columns if column[-1] == Slices.WHOLE][-1]
    texts = {
        "table.md": f"# {plan.title}\n\n{markdown(plan, summary, columns)}\n",
        "figure.html": benchmark_figure(summary, *drawn).to_html(include_plotlyjs=True),
    }
    with writing(folder):
        write_json(folder / "results.json", _records(summary))
        write_json(folder / "about.json", about)
        for name, text in texts.items():
            with atomic_path(folder / name) as temporary:
                temporary.write_text(text, encoding="utf-8")
        write_checksums(folder)
    return [folder / name for name in ("results.json", "about.json", *texts)]
