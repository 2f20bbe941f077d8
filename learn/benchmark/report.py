"""A summary as files: flat JSON for programs, a markdown table and a figure for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from learn.benchmark.plans import Plan
from learn.data.schema import Metrics
from learn.files import atomic_path, read_json, write_json


def markdown(plan: Plan, summary: pd.DataFrame, columns: list[tuple[str, int, str]]) -> str:
    """One line per row; in each cell the mean, its interval, and ``*`` where it differs from the reference row.

    Args:
        columns: (metric, k, among) of each column.
    """
    heads = [f"{metric}@{k}, {among} items" for metric, k, among in columns]
    lines = [f"| {' | '.join(['run', 'seeds', *heads])} |", "|" + "---|" * (len(heads) + 2)]
    for row in plan.rows:
        own = summary[summary["run"] == row.name]
        if own.empty:
            continue
        cells = [row.label, str(own["seeds"].iloc[0])]
        for metric, k, among in columns:
            found = own[(own[Metrics.METRIC] == metric) & (own[Metrics.K] == k) & (own[Metrics.AMONG] == among)].iloc[0]
            apart = found["difference_low"] > 0 or found["difference_high"] < 0
            cells.append(f"{found['mean']:.4f}{'*' if apart else ''} [{found['low']:.4f}, {found['high']:.4f}]")
        lines.append(f"| {' | '.join(cells)} |")
    reference = next(row.label for row in plan.rows if row.name == plan.reference)
    lines.append(f"\n\\* its paired 95% interval of the difference to {reference} is without 0.")
    return "\n".join(lines)


def default_columns(summary: pd.DataFrame) -> list[tuple[str, int, str]]:
    """The paper's columns: N@10 and R@10 for leave-one-out, H and R at 50 and 100 where time is cut."""
    if (summary["split"] == "leave_one_out").all():
        return [("ndcg", 10, "all"), ("recall", 10, "all"), ("recall", 50, "all")]
    amongs = sorted(summary[Metrics.AMONG].unique())
    return [(metric, k, among) for among in amongs for metric in ("hit_rate", "recall") for k in (50, 100)]


def publish(summary: pd.DataFrame, file: Path) -> None:
    """Puts the rows of ``summary`` into ``file``, in place of those that it has of the same dataset."""
    rows = json.loads(summary.to_json(orient="records", double_precision=6))
    datasets = {row["dataset"] for row in rows}
    kept = read_json(file, f"Delete {file} and run the benchmark again.") if file.exists() else []
    write_json(file, [row for row in kept if row["dataset"] not in datasets] + rows)


def write_report(folder: Path, plan: Plan, summary: pd.DataFrame, about: dict[str, Any]) -> list[Path]:
    """Writes results.json (flat rows), about.json (configurations, fingerprint), table.md and figure.html."""
    from learn.explore.figures import benchmark_figure

    write_json(folder / "results.json", json.loads(summary.to_json(orient="records", double_precision=6)))
    write_json(folder / "about.json", about)
    columns = default_columns(summary)
    texts = {
        "table.md": f"# {plan.title}\n\n{markdown(plan, summary, columns)}\n",
        "figure.html": benchmark_figure(summary, *columns[-1]).to_html(include_plotlyjs=True),
    }
    for name, text in texts.items():
        with atomic_path(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return [folder / name for name in ("results.json", "about.json", *texts)]
