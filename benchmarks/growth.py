"""How time and memory grow with the size: python -m benchmarks.growth

Each size of each task (`benchmarks.growth_tasks`) in a process of its own and on one thread: processor seconds, which a
busy machine stretches less than others, and the most memory beyond what the process held before. Rows go to
assets/benchmarks/scale.json, the figure to assets/growth.png; slopes are of log seconds on log size.

    python -m benchmarks.growth --largest             the large sizes too: hours, and some 20 GB
    python -m benchmarks.growth training umap         these alone
    python -m benchmarks.growth --draw                the figure of what is there
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.growth_tasks import TASKS
from learn.files import write_json
from learn.locks import writing

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "assets" / "benchmarks" / "scale.json"
FIGURE = ROOT / "assets" / "growth.png"


@dataclass(frozen=True)
class Row:
    """One size of one task.

    Attributes:
        name, size, unit: of `benchmarks.growth_tasks.TASKS`.
        work: how many units of work it was: tokens of extraction, interactions that training reads, else the size.
        seconds: of the processor, one thread.
        bytes: the most memory, beyond that of the process with nothing made ready.
    """

    name: str
    size: int
    unit: str
    work: float
    seconds: float
    bytes: int


def measure(name: str, size: int) -> Row:
    """One size, in this process."""
    import torch

    torch.set_num_threads(1)
    task, before = TASKS[name], _most_memory()
    work = task.prepare(size)
    start = time.process_time()
    done = work()
    return Row(name, size, task.unit, done, time.process_time() - start, max(0, _most_memory() - before))


def _most_memory() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def measure_apart(name: str, size: int) -> Row:
    """The same in a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "NUMBA_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.growth", name, "--one", str(size)]
    told = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    return Row(**json.loads(told.splitlines()[-1]))


def slope(rows: Sequence[Row]) -> float:
    """Of log seconds on log size, by least squares; needs two sizes."""
    sizes, seconds = ([float(getattr(row, name)) for row in rows] for name in ("size", "seconds"))
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def read_rows(path: Path = RESULTS) -> dict[str, list[Row]]:
    """Name -> its rows, the smallest first."""
    found: dict[str, list[Row]] = {}
    for row in json.loads(path.read_text(encoding="utf-8")) if path.exists() else []:
        found.setdefault(row["name"], []).append(Row(**row))
    return {name: sorted(rows, key=lambda row: row.size) for name, rows in found.items()}


def keep(row: Row, path: Path = RESULTS) -> None:
    """Puts ``row`` into the file, in place of the one of its name and size."""
    with writing(path):
        there = {(one.name, one.size): one for rows in read_rows(path).values() for one in rows}
        there[row.name, row.size] = row
        write_json(path, [asdict(there[key]) for key in sorted(there)])


def draw(rows: dict[str, list[Row]], path: Path = FIGURE) -> None:
    """Seconds and memory by size, a line for each task, beside what proportional growth would be."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    for name, some in rows.items():
        label = f"{name} ({some[0].unit}), slope {slope(some):.2f}" if len(some) > 1 else name
        sizes = [row.size for row in some]
        axes[0].plot(sizes, [row.seconds for row in some], marker="o", markersize=4, label=label)
        axes[1].plot(sizes, [row.bytes / 2**20 for row in some], marker="o", markersize=4)
    for axis, what in zip(axes, ("processor seconds, one thread", "most memory beyond the start, MiB"), strict=True):
        axis.set(xscale="log", yscale="log", xlabel="size", ylabel=what)
        _guides(axis)
        axis.grid(alpha=0.25)
    figure.legend(loc="outside right center", frameon=False, fontsize=9)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _guides(axis: Any) -> None:
    """Dotted lines of slope 1, and nothing about where they stand."""
    low, high = axis.get_ylim()
    left, right = axis.get_xlim()
    axis.set(xlim=(left, right), ylim=(low, high))
    for level in np.geomspace(low * left / right, high, 9):
        axis.plot([left, right], [level, level * right / left], ":", color="0.8", linewidth=0.8, zorder=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", help=f"of {', '.join(TASKS)}; default: all")
    parser.add_argument("--one", type=int, metavar="SIZE", help="measure one size here, and keep nothing")
    parser.add_argument("--largest", action="store_true")
    parser.add_argument("--draw", action="store_true", help="measure nothing")
    arguments = parser.parse_args()
    names = arguments.tasks or list(TASKS)
    if arguments.one:
        print(json.dumps(asdict(measure(names[0], arguments.one))))
        return
    for name in () if arguments.draw else names:
        for size in TASKS[name].sizes + (TASKS[name].largest if arguments.largest else ()):
            row = measure_apart(name, size)
            keep(row)
            print(f"{name} {size:,} {row.unit}: {row.seconds:.2f} s, {row.bytes / 2**20:,.0f} MiB", flush=True)
    for name, rows in read_rows().items():
        if len(rows) > 1:
            print(f"{name}: slope {slope(rows):.2f} (bar {TASKS[name].bar})")
    draw(read_rows())


if __name__ == "__main__":
    main()
