"""All points of all commands: each call of the system in each mode, and what a power cut leaves after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.trust.faults import Scenario
from benchmarks.trust.kept import Task, read_found, run_tasks, taken
from benchmarks.trust.points import Known, cut, disturbed, power_cuts, undisturbed

POWER = "power cut"


def run_all(
    scenarios: Sequence[Scenario], scratch: Path, every: Callable[[str], int], processes: int
) -> dict[str, list[str]]:
    """The name of every point, "COMMAND, MODE, WHERE" -> what was wrong there.

    Those that ``scratch`` knows are not tried again.

    Args:
        every: of this command each so manieth point.
        processes: how many work side by side.
    """
    found: dict[str, list[str]] = {}
    for scenario in scenarios:
        known = undisturbed(scenario, scratch / "counted")
        tasks = _calls(known, every(scenario.name)) + _cuts(known, every(scenario.name), scratch)
        of_this = run_tasks(tasks, scratch, processes)
        print(f"{scenario.name}: {len(of_this)} points, {sum(map(bool, of_this.values()))} wrong", flush=True)
        found |= of_this
    return found


def _calls(known: Known, every: int) -> list[Task]:
    points = [(mode, n) for mode, calls in known.calls.items() for n in range(1, calls + 1)]
    named = [(f"{known.scenario.name}, {mode}, {n}", partial(disturbed, known, mode, n)) for mode, n in points]
    return [one for one in named if taken(one[0], every)]


def _cuts(known: Known, every: int, scratch: Path) -> list[Task]:
    name = f"{known.scenario.name}, {POWER}"
    states = power_cuts(known, scratch / "watched", lambda n, way: taken(f"{name}, {n}, {way}", every))
    done = read_found(scratch)  # their contents need not be kept
    return [
        (f"{name}, {where}", partial(cut, known, {} if f"{name}, {where}" in done else left, ended))
        for where, left, ended in states
    ]
