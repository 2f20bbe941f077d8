"""One point: a command that was disturbed somewhere, what is whole then, and what the next one makes of it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.trust.disk import WAYS, Disk, Left, digest, lay_out, moments
from benchmarks.trust.faults import MODES, NEVER, Scenario, run_command, start_telling
from benchmarks.trust.state import every_file, leftovers, things


@dataclass
class Known:
    """A command undisturbed.

    Attributes:
        scenario: what is run, where.
        before, done: the things of the workspace before it, and after it.
        calls: mode -> how many calls there are that it is about.
        recovered: digest of what a disturbance left -> what was wrong with the next command.
    """

    scenario: Scenario
    before: dict[str, str]
    done: dict[str, str]
    calls: dict[str, int]
    recovered: dict[str, list[str]] = field(default_factory=dict)


def undisturbed(scenario: Scenario, place: Path) -> Known:
    """Runs the command once, and counts its calls."""
    fresh(scenario, place)
    found = run_command(scenario.argv, place, MODES["death"], NEVER)
    if found.code != 0:
        raise RuntimeError(f"{scenario.name} fails without a fault: {found.said}")
    return Known(scenario, things(scenario.base), things(place), found.calls)


def fresh(scenario: Scenario, place: Path) -> None:
    """The workspace as the command finds it, in ``place``."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(scenario.base, place)


def disturbed(known: Known, mode: str, n: int, place: Path) -> list[str] | None:
    """What is wrong where the ``n``-th call fails; None where it makes fewer calls."""
    scenario, done = known.scenario, known.done
    fresh(scenario, place)
    first = run_command(scenario.argv, place, MODES[mode], n)
    if first.seen < n:
        return None
    wrong = []
    after = things(place)
    if "Traceback" in first.said or first.code not in (0, 2, -9):
        wrong.append(f"exit {first.code}: {first.said[-1500:]}")
    elif first.code == 2 and ("Error:" not in first.said or "What to do:" not in first.said):
        wrong.append(f"no remedy: {first.said[-300:]}")
    noted = "What to do:" in first.said  # one Run of several could not be read, and that was said
    if first.code == 0 and after != done and not noted:
        wrong.append(f"said that it was done: {differing(after, done)}")
    return wrong + _lost(known, after) + _afterwards(known, place, noted)


def power_cuts(known: Known, place: Path, chosen: Callable[[int, str], bool]) -> Iterator[tuple[str, Left, bool]]:
    """What a power cut leaves after each call that changed something, in each way, each state once.

    Args:
        chosen: takes a moment's number and a way.

    Yields:
        the moment and the way in words; what is left; whether the command had ended by then.
    """
    fresh(known.scenario, place)
    disk = Disk(place)
    told, answers, ended = start_telling(known.scenario.argv, place)
    seen: set[str] = set()
    for number in moments(told, answers, disk):
        yield from _new_states(disk, str(number), [way for way in WAYS if chosen(number, way)], seen)
    outcome = ended()
    if outcome.code != 0 or things(place) != known.done:
        raise RuntimeError(f"{known.scenario.name} ends otherwise when it is watched: {outcome.said}")
    disk.look()
    seen.clear()
    yield from ((where, left, True) for where, left, _ in _new_states(disk, "the end", list(WAYS), seen))


def _new_states(disk: Disk, moment: str, ways: list[str], seen: set[str]) -> Iterator[tuple[str, Left, bool]]:
    for way in ways:
        left = disk.left(way, random.Random(f"{moment}, {way}"))
        if (found := digest(left)) not in seen:
            seen.add(found)
            yield f"{moment}, {way}", left, False


def cut(known: Known, left: Left, ended: bool, place: Path) -> list[str]:
    """What is wrong after a power cut that left this."""
    shutil.rmtree(place, ignore_errors=True)
    lay_out(left, place)
    after = things(place)
    wrong = _lost(known, after)
    if ended and after != known.done:
        wrong.append(f"was done, and did not last: {differing(after, known.done)}")
    return wrong + _afterwards(known, place, noted=False)


def _lost(known: Known, after: dict[str, str]) -> list[str]:
    lost = {name for name, was in known.before.items() if after.get(name) not in (was, known.done.get(name))}
    return [f"lost {sorted(lost)}"] if lost else []


def _afterwards(known: Known, place: Path, noted: bool) -> list[str]:
    """As `_next_command`; of the same files only once."""
    left = every_file(place)
    if left not in known.recovered:
        known.recovered[left] = _next_command(known, place, noted)
    return known.recovered[left]


def _next_command(known: Known, place: Path, noted: bool) -> list[str]:
    """What is wrong with the same command, undisturbed; maps of fewer Runs, where that was said, are no loss."""
    wrong = []
    again = run_command(known.scenario.argv, place)
    found = differing(things(place), known.done)
    others = [name for name in found if not (noted and name.endswith("map.safetensors"))]
    if again.code == 0 and others:
        wrong.append(f"the next command ended otherwise: {others}")
    elif again.code != 0:
        wrong.append(f"the next command: exit {again.code}: {again.said[-1500:]}")
    if rubbish := leftovers(place):
        wrong.append(f"left {rubbish}")
    return wrong


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Things that are not the same in both, or are in one only."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
