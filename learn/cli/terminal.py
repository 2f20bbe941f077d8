"""What commands say on the terminal."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

out = Console(highlight=False)


def say(text: str) -> None:
    """One line to the user, without markup: names and paths may hold brackets."""
    out.print(text, markup=False, soft_wrap=True)


def next_step(command: str, workspace: Path | None) -> None:
    """What to type next, in the workspace that this command was given."""
    say(f"Next: {command}" + (f" --workspace {shlex.quote(str(workspace))}" if workspace else ""))


def print_metrics(runs: list[Any], n_items: int, k: int | None = None) -> None:
    """A small table: hit rate and recall at ``k``, over all items and over items new to the user, each with half the
    width of its 95% interval."""
    from learn.evaluation.protocol import default_k

    k = k or default_k(n_items)
    columns = [(candidates, metric) for candidates in ("new", "all") for metric in ("hit_rate", "recall")]
    heads = [
        Column(f"{metric.replace('_', ' ')}@{k}\n{candidates} items", no_wrap=True) for candidates, metric in columns
    ]
    table = Table(Column("Run", no_wrap=True), *heads)
    for run in runs:
        rows = run.metrics
        cells = []
        for candidates, metric in columns:
            found = rows[
                (rows["metric"] == metric) & (rows["k"] == k) & (rows["among"] == candidates) & (rows["slice"] == "all")
            ]
            row = None if found.empty else found.iloc[0]
            cells.append("–" if row is None else f"{row['mean']:.4f} ± {(row['high'] - row['low']) / 2:.4f}")
        table.add_row(run.name, *cells)
    out.print(table)
