"""Two commands at once on one workspace: each ends well or says why not, and what both wrote is whole."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.trust.faults import Scenario, run_command, start
from benchmarks.trust.kept import Task, run_tasks
from benchmarks.trust.state import leftovers, things
from learn.checksums import verify_folder
from learn.errors import LearnError

LATEST = 0.6
"""Seconds that the second one begins later, at most: somewhere in the middle of the first."""


def try_pair(one: Scenario, other: Scenario, later: float, place: Path) -> list[str]:
    """Runs two commands side by side in a copy of the workspace of ``one``, then both again, one by one."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(one.base, place)
    wrong = []
    first = start(one.argv, place, name="1")
    time.sleep(later)
    second = start(other.argv, place, name="2")
    for outcome in (first(), second()):
        if outcome.code not in (0, 2) or "Traceback" in outcome.said:
            wrong.append(f"exit {outcome.code}: {outcome.said[-1500:]}")
        elif outcome.code == 2 and "What to do:" not in outcome.said:
            wrong.append(f"no remedy: {outcome.said[-300:]}")
    wrong += not_whole(place)
    states = []
    for _ in range(2):
        for scenario in (one, other):
            again = run_command(scenario.argv, place)
            if again.code not in (0, 2) or "Traceback" in again.said:
                wrong.append(f"then {scenario.name}: {again.said[-1500:]}")
        states.append(things(place))
    if states[0] != states[1]:
        wrong.append("the same commands end otherwise the second time")
    if rubbish := leftovers(place):
        wrong.append(f"left {rubbish}")
    return wrong


def not_whole(workspace: Path) -> list[str]:
    """Which datasets and Runs are not as they were written, and why."""
    wrong = []
    for folder in [*workspace.glob("datasets/[!.]*"), *workspace.glob("runs/*/[!.]*")]:
        try:
            verify_folder(folder, "")
        except LearnError as error:
            wrong.append(error.what)
    return wrong


def soak(
    scenarios: Sequence[Scenario], scratch: Path, random_pairs: int, processes: int, seed: int = 0
) -> dict[str, list[str]]:
    """Each command beside itself, and ``random_pairs`` of them, begun at random moments; name -> what was wrong."""
    rng = random.Random(seed)
    pairs = [(one, one) for one in scenarios] if random_pairs >= len(scenarios) else []
    pairs += [(rng.choice(scenarios), rng.choice(scenarios)) for _ in range(random_pairs)]
    tasks: list[Task] = []
    for number, (one, other) in enumerate(pairs, 1):
        later = rng.uniform(0, LATEST)
        name = f"pair, {number}, {one.name} + {other.name} after {later:.2f} s"
        tasks.append((name, partial(try_pair, one, other, later)))
    return run_tasks(tasks, scratch, processes)
