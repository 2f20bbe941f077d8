"""What a catalogue and a log will take, from what small ones took: python -m benchmarks.scale_model

A line through the measured sizes of each task of `benchmarks.growth`, all but the largest, which it has to predict;
then time, memory and money of sizes that no small machine has. Writes the tables of docs/scale.md. What a GPU would do
is its published rate times a share that is assumed; nothing here was measured on one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.growth import ROOT, Row, read_rows, slope
from benchmarks.growth_tasks import CONTENT, EVENTS_PER_USER, N_ITEMS, QUERIES, TASKS, WIDTH
from learn.files import atomic_path

PAGE = ROOT / "docs" / "scale.md"
CHECKED = ("extraction", "training", "retrieval-exact", "evaluation", "prepare")
TOLERANCE = 0.3
SIZES = ((100_000, 10_000_000), (10_000_000, 1_000_000_000), (1_000_000_000, 10_000_000_000))
EPOCHS = 14
LLM_PARAMETERS = 135e6
GPU_PEAK, GPU_SHARE = 312e12, 0.3
"""Operations a second of an A100 in bfloat16, as NVIDIA's data sheet has it; the share of it that is assumed."""
CORE_PRICE, GPU_PRICE = 0.05, 3.0
"""Dollars an hour that are assumed: of a rented core, of a rented GPU. Put in your own."""
HNSW_LINKS = 32
MIB, GIB = 2**20, 2**30


@dataclass(frozen=True)
class Line:
    """seconds = start + each * work."""

    start: float
    each: float

    def __call__(self, work: float) -> float:
        """Processor seconds, on one thread."""
        return self.start + self.each * work


def fit(rows: Sequence[Row]) -> Line:
    """The line through ``rows`` (two or more) whose squared errors are least, each as a share of what was measured.

    Neither a negative start nor a negative slope comes out: where the best line has one, it goes through 0.
    """
    work, seconds = (np.array([getattr(row, name) for row in rows], dtype=float) for name in ("work", "seconds"))
    scaled = np.stack([1 / seconds, work / seconds], axis=1)
    start, each = np.linalg.lstsq(scaled, np.ones(len(rows)), rcond=None)[0]
    if start < 0 or each < 0:
        share = work / seconds
        start, each = 0.0, float(share.sum() / (share**2).sum())
    return Line(float(start), float(each))


@dataclass(frozen=True)
class Check:
    """One run that its line did not know: predicted and measured seconds."""

    row: Row
    predicted: float

    @property
    def error(self) -> float:
        """Of the prediction, as a share of what was measured."""
        return self.predicted / self.row.seconds - 1


def checks(rows: dict[str, list[Row]]) -> list[Check]:
    """The largest size of each of `CHECKED` that was measured at three sizes, by the line through the others."""
    return [
        Check(rows[name][-1], fit(rows[name][:-1])(rows[name][-1].work))
        for name in CHECKED
        if len(rows.get(name, [])) > 2
    ]


@dataclass(frozen=True)
class Cost:
    """One step at one size.

    Attributes:
        core_hours: of one core at the measured rate.
        gpu_hours: of one GPU; None where there is no use for one here.
        memory: bytes that have to be held at once as things are now.
    """

    step: str
    core_hours: float
    gpu_hours: float | None
    memory: float

    @property
    def dollars(self) -> float:
        """Of the cheaper of the two."""
        by_core = self.core_hours * CORE_PRICE
        return by_core if self.gpu_hours is None else min(by_core, self.gpu_hours * GPU_PRICE)


def costs(rows: dict[str, list[Row]], n_items: int, events: int) -> list[Cost]:
    """Every step from tables to lists, of a catalogue and a log; users have as many events as where it was measured."""
    lines = {name: fit(some) for name, some in rows.items() if len(some) > 1}
    users = events / EVENTS_PER_USER
    tokens = n_items * float(np.mean([row.work / row.size for row in rows["extraction"]]))
    kept_share = rows["training"][-1].work / rows["training"][-1].size
    by_gpu = GPU_PEAK * GPU_SHARE / (2 * LLM_PARAMETERS)
    content, vectors = n_items * CONTENT * 4, n_items * WIDTH * 4
    event_bytes = rows["prepare"][-1].bytes / rows["prepare"][-1].size

    def hours(name: str, work: float) -> float:
        return lines[name](work) / 3600

    # A list is made by looking at all items: so many times as many of them, so many times as long.
    evaluated = hours("evaluation", users) * max(1.0, n_items / N_ITEMS)
    return [
        Cost("prepare", hours("prepare", events), None, events * event_bytes),
        Cost("extraction", hours("extraction", tokens), tokens / by_gpu / 3600, content),
        Cost("training, 14 epochs", EPOCHS * hours("training", events * kept_share), None, content + 12 * events),
        Cost("evaluation, everybody", evaluated, None, vectors + users * WIDTH * 4),
        Cost("1,000 lists, exact", hours("retrieval-exact", n_items) * 1000 / QUERIES, None, vectors),
        Cost("HNSW index", 0.0, None, vectors + n_items * HNSW_LINKS * 2 * 4),
    ]


def step_traffic(parameters: int, rows: int, width: int, processes: int) -> float:
    """Bytes that each process sends in one step of training: its share of the items' embeddings to all others, their
    gradients and the weights' summed in a ring.

    Args:
        parameters: that are trained.
        rows, width: of the items whose embeddings a step gathers.
        processes: W.
    """
    share = (processes - 1) / processes
    return 4 * share * (rows * width + 2 * rows * width + 2 * parameters)


def _clock(hours: float) -> str:
    if hours < 1 / 60:
        return f"{hours * 3600:.1f} s"
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:,.0f} h" if hours < 24 * 365 else f"{hours / 24 / 365:,.1f} years"


def _bytes(count: float) -> str:
    return f"{count / GIB:,.1f} GiB" if count > GIB else f"{count / MIB:,.0f} MiB"


def check_table(rows: dict[str, list[Row]]) -> str:
    """Predicted beside measured, and slopes, as Markdown."""
    lines = ["| task | size | predicted | measured | error |", "|---|---|---|---|---|"]
    for check in checks(rows):
        row = check.row
        lines.append(
            f"| {row.name} | {row.size:,} {row.unit} | {check.predicted:.2f} s | {row.seconds:.2f} s "
            f"| {check.error:+.0%} |"
        )
    lines += ["", "| task | sizes | slope | bar | memory a unit more |", "|---|---|---|---|---|"]
    for name, some in rows.items():
        if len(some) < 2:
            continue
        each = (some[-1].bytes - some[0].bytes) / (some[-1].size - some[0].size)
        lines.append(
            f"| {name} | {some[0].size:,} to {some[-1].size:,} {some[0].unit} | {slope(some):.2f} "
            f"| {TASKS[name].bar} | {each:,.0f} bytes |"
        )
    return "\n".join(lines)


def cost_table(rows: dict[str, list[Row]]) -> str:
    """Time, memory and money of `SIZES`, as Markdown."""
    lines = ["| items, events | step | one core | one GPU (assumed) | memory | dollars |", "|---|---|---|---|---|---|"]
    for n_items, events in SIZES:
        for cost in costs(rows, n_items, events):
            gpu = "" if cost.gpu_hours is None else _clock(cost.gpu_hours)
            core = _clock(cost.core_hours) if cost.core_hours else ""
            dollars = f"{cost.dollars:,.2f}" if cost.core_hours else ""
            lines.append(
                f"| {n_items:,}, {events:,} | {cost.step} | {core} | {gpu} | {_bytes(cost.memory)} | {dollars} |"
            )
    return "\n".join(lines)


def write(text: str, what: str, table: str) -> str:
    """``text`` with ``table`` between the marks named ``what``."""
    begin, end = f"<!-- {what}: python -m benchmarks.scale_model -->", f"<!-- end of {what} -->"
    before, rest = text.split(begin)
    return f"{before}{begin}\n{table}\n{end}{rest.split(end)[1]}"


def main() -> None:
    rows = read_rows()
    text = PAGE.read_text(encoding="utf-8")
    missing = [name for name in CHECKED if len(rows.get(name, [])) < 2]
    table = f"Not measured yet: {', '.join(missing)} (`python -m benchmarks.growth`)." if missing else cost_table(rows)
    text = write(write(text, "checks", check_table(rows)), "costs", table)
    with atomic_path(PAGE) as temporary:
        temporary.write_text(text, encoding="utf-8")
    for check in checks(rows):
        print(f"{check.row.name} {check.row.size:,}: {check.error:+.0%} (bar {TOLERANCE:.0%})")


if __name__ == "__main__":
    main()
