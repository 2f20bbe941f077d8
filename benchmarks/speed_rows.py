"""What the speed benchmarks share: rounds in turn, a peer in its own environment, the machine, rows and their table.

A row of assets/benchmarks/speed.json has name, peer, ours, theirs, unit, ratio, low, high, machine. The ratio is of
medians (theirs / ours: how many times quicker ours is), low and high are the least and the greatest of a single round.
A share of what the machine could do has peer "machine" and the share as its ratio.

    python -m benchmarks.speed_rows    writes the table of docs/speed.md from the file
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from learn.errors import LearnError
from learn.files import atomic_path, write_json
from learn.locks import writing

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "assets" / "benchmarks" / "speed.json"
PAGE = ROOT / "docs" / "speed.md"
PEERS_PYTHON = ROOT / "benchmarks" / "peers" / ".venv" / "bin" / "python"
ROUNDS = 5
BEGIN, END = "<!-- rows: make bench -->", "<!-- end of rows -->"
_ISA = ("amx_bf16", "avx512_bf16", "avx512f", "avx2", "asimd")


@dataclass(frozen=True)
class Row:
    """One line of the table; `ours` and `theirs` in ``unit``."""

    name: str
    peer: str
    ours: float
    theirs: float
    unit: str
    ratio: float
    low: float
    high: float
    machine: str


def compare(
    name: str,
    peer: str,
    ours: Callable[[], float],
    theirs: Callable[[], float],
    unit: str = "s",
    rounds: int = ROUNDS,
    share: bool = False,
) -> Row:
    """Runs both in turn, ``rounds`` times: what else the machine does slows both alike.

    Args:
        ours, theirs: do the work once and return what it took, in ``unit``.
        share: the ratio is theirs / ours still, but of the machine's own time for the work: a share.
    """
    taken = np.array([[ours(), theirs()] for _ in range(rounds)])
    mine, other = np.median(taken, axis=0)
    ratios = taken[:, 1] / taken[:, 0]
    row = Row(
        name,
        "machine" if share else peer,
        round(float(mine), 4),
        round(float(other), 4),
        unit,
        round(float(other / mine), 3),
        round(float(ratios.min()), 3),
        round(float(ratios.max()), 3),
        machine(),
    )
    print(
        f"{name}: {row.ratio:g} [{row.low:g}, {row.high:g}] of {row.peer}: {mine:.4g} and {other:.4g} {unit}",
        flush=True,
    )
    return row


def timed(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> Callable[[], float]:
    """``work`` as a function that returns the seconds it took."""

    def run() -> float:
        start = clock()
        work()
        return clock() - start

    return run


def clock_named(name: str) -> tuple[Callable[[], float], str]:
    """ "wall" or "cpu" (of a machine that is busy with something else) -> (clock, unit)."""
    return (time.process_time, "CPU s") if name == "cpu" else (time.perf_counter, "s")


class PeerProcess:
    """A script in the peers' environment that does its work once for every line it is sent, and answers in seconds.

    It prints "ready" when it can begin, whatever it prints else goes to the terminal's error stream.

    Args:
        script: in benchmarks/peers.
        arguments: of its command.
        threads: that it may use.
    """

    def __init__(self, script: str, *arguments: Path | str, threads: int | None = None) -> None:
        if not PEERS_PYTHON.exists():
            raise LearnError(f"There is no {PEERS_PYTHON}.", "Build the peers' environment first: make peers")
        environment = os.environ | {"OMP_NUM_THREADS": str(threads or os.cpu_count() or 1)}
        environment.pop("PYTHONPATH", None)
        words = [str(PEERS_PYTHON), str(PEERS_PYTHON.parents[2] / script), *map(str, arguments)]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._answer("ready")

    def round(self) -> float:
        """One round, in seconds as the script counts them."""
        _pipe(self._process.stdin).write("go\n")
        _pipe(self._process.stdin).flush()
        return float(self._answer("took"))

    def close(self) -> None:
        """Ends the process."""
        _pipe(self._process.stdin).close()
        self._process.wait()

    def _answer(self, word: str) -> str:
        for line in _pipe(self._process.stdout):
            if line.split()[:1] == [word]:
                return line.removeprefix(word).strip()
        raise LearnError(f"The peer ended with exit code {self._process.wait()}.", "Read what it printed above.")


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise ValueError("a peer has no pipe")
    return stream


def gemm_rate(precision: str, size: int = 2048, repeats: int = 5) -> float:
    """Floating-point operations a second of torch's product of two square matrices, the best of ``repeats``."""
    import torch

    one = torch.randn(size, size).to(getattr(torch, precision))
    start = one @ one
    best = min(timed(lambda: torch.mm(one, one, out=start))() for _ in range(repeats))
    return 2.0 * size**3 / best


@cache
def machine() -> str:
    """The processor, its cores, the widest instruction set for such work, and the rates of matrix products."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = dict(line.replace("\t", "").split(":", 1) for line in lines if ":" in line)
    flags = found.get("flags", found.get("Features", "")).split()
    isa = next((name for name in _ISA if name in flags), "unknown instruction set")
    rates = ", ".join(f"{name} {gemm_rate(name) / 1e9:.0f}" for name in ("bfloat16", "float32"))
    model = found.get("model name", "processor").strip()
    return f"{model}, {os.cpu_count()} cores, {isa}; GFLOP/s of 2048 x 2048 products: {rates}"


def save(rows: Iterable[Row], path: Path = RESULTS) -> None:
    """Puts ``rows`` into the file, in place of those of the same names; the others stay."""
    with writing(path):
        kept = {row["name"]: row for row in json.loads(path.read_text(encoding="utf-8"))} if path.exists() else {}
        kept.update({row.name: asdict(row) for row in rows})
        write_json(path, list(kept.values()))


def table(path: Path = RESULTS) -> str:
    """The file as a Markdown table, and below it each machine that measured."""
    rows = [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []
    if not rows:
        return "Nothing was measured yet."
    lines = ["| what | beside | ours | theirs | ratio (of single rounds) |", "|---|---|---|---|---|"]
    for row in rows:
        numbers = f"{row.ours:.4g} {row.unit} | {row.theirs:.4g} {row.unit}"
        ratio = f"{row.ratio:.0%}" if row.peer == "machine" else f"{row.ratio:.3g}x"
        ends = [f"{end:.0%}" if row.peer == "machine" else f"{end:.3g}x" for end in (row.low, row.high)]
        lines.append(f"| {row.name} | {row.peer} | {numbers} | {ratio} ({ends[0]} to {ends[1]}) |")
    return "\n".join([*lines, "", *(f"Measured on: {one}." for one in dict.fromkeys(row.machine for row in rows))])


def write_page(page: Path = PAGE, path: Path = RESULTS) -> None:
    """Replaces the table of docs/speed.md, between its two marks."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    with atomic_path(page) as temporary:
        temporary.write_text(f"{before}{BEGIN}\n{table(path)}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


if __name__ == "__main__":
    write_page()
