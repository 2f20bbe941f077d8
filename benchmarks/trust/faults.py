"""Commands whose n-th call of the system fails, or that die there: what is whole then, and what the next one does.

A child process runs a command in a workspace of its own; the library of `faults.c` makes the n-th open, write, fsync,
rename, mkdir or unlink below that workspace fail (once, or from then on), for n = 1, 2, ... until none is left.
"""

from __future__ import annotations

import ctypes
import importlib
import io
import os
import shutil
import subprocess
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.trust.state import every_file, leftovers, things

MODES = {"full once": 1, "full": 2, "broken once": 3, "broken": 4, "read-only": 5, "death": 6}
"""ENOSPC for one call or from it on; EIO, of reading too; EROFS from it on; SIGKILL."""
HERE = "WORKSPACE"
"""In a command's words: the workspace's folder."""
SOURCE = Path(__file__).with_name("faults.c")


def build(folder: Path) -> Path:
    """Compiles `faults.c` into ``folder`` with the system's C compiler."""
    made = folder / "faults.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl"], check=True)
    return made


def compiler() -> str | None:
    """The C compiler, where there is one that makes libraries as Linux preloads them."""
    return shutil.which("cc") if sys.platform.startswith("linux") else None


@dataclass(frozen=True)
class Scenario:
    """A command, and the workspace that it finds.

    Attributes:
        name: the command's.
        base: what the workspace holds before.
        argv: its words, without the workspace.
    """

    name: str
    base: Path
    argv: tuple[str, ...]


@dataclass
class Outcome:
    """How a command ended: its exit code (negative: the signal), what it printed, how many calls it made."""

    code: int
    said: str
    seen: int


@dataclass
class Tally:
    """How many points were tried, and what went wrong at which."""

    points: int = 0
    modes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    recovered: dict[str, list[str]] = field(default_factory=dict)
    """Digest of what a fault left -> what was wrong with the next command."""


def run_command(argv: Sequence[str], workspace: Path, mode: int = 0, n: int = 0, name: str = "") -> Outcome:
    """Runs ``learn ARGV`` in a forked child, where the ``n``-th call of ``mode`` fails; ``name``: of its log."""
    return start(argv, workspace, mode, n, name)()


def start(argv: Sequence[str], workspace: Path, mode: int = 0, n: int = 0, name: str = "") -> Callable[[], Outcome]:
    """As `run_command`, and goes on at once; what it returns waits for the end."""
    log, count = workspace.with_suffix(f".{name}log"), workspace.with_suffix(f".{name}seen")
    count.unlink(missing_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _child(argv, workspace, log, count, mode, n)

    def wait() -> Outcome:
        _, status = os.waitpid(child, 0)
        seen = int(count.read_text()) if count.exists() else n
        return Outcome(os.waitstatus_to_exitcode(status), log.read_text(errors="replace"), seen)

    return wait


def _child(argv: Sequence[str], workspace: Path, log: Path, count: Path, mode: int, n: int) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.chdir(workspace.parent)
    library = ctypes.CDLL(None)
    sys.argv = ["learn", *(word.replace(HERE, str(workspace)) for word in argv), "--workspace", str(workspace)]
    from learn.cli.commands import main

    code = 0
    if mode:
        library.faults_arm(os.fsencode(workspace), mode, ctypes.c_long(n))
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        if mode:
            seen = library.faults_seen()
            library.faults_arm(b"", 0, ctypes.c_long(0))
            count.write_text(str(seen))
        os._exit(code)


def check(scenario: Scenario, mode: str, n: int, place: Path, done: dict[str, str], tally: Tally) -> bool:
    """One point; ``done``: the things of a workspace where the command ran through. False once nothing failed.

    What the next command makes of files that were left before is known already (`Tally.recovered`).
    """
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(scenario.base, place)
    before = things(place)
    first = run_command(scenario.argv, place, MODES[mode], n)
    if first.seen < n:
        return False
    tally.points += 1
    tally.modes[mode] += 1
    where = f"{scenario.name}, {mode}, {n}"
    after = things(place)
    if "Traceback" in first.said or first.code not in (0, 2, -9):
        tally.wrong.append(f"{where}: exit {first.code}: {first.said[-1500:]}")
    elif first.code == 2 and ("Error:" not in first.said or "What to do:" not in first.said):
        tally.wrong.append(f"{where}: no remedy: {first.said[-300:]}")
    noted = "What to do:" in first.said  # one Run of several could not be read, and that was said
    if first.code == 0 and after != done and not noted:
        tally.wrong.append(f"{where}: said that it was done: {_differing(after, done)}")
    lost = {name for name, digest in before.items() if after.get(name) not in (digest, done.get(name))}
    if lost:
        tally.wrong.append(f"{where}: lost {sorted(lost)}")
    left = every_file(place)
    if left not in tally.recovered:
        tally.recovered[left] = _next_command(scenario, place, done, noted)
    tally.wrong += [f"{where}: {what}" for what in tally.recovered[left]]
    return True


def _next_command(scenario: Scenario, place: Path, done: dict[str, str], noted: bool) -> list[str]:
    """What is wrong with the same command, undisturbed; maps of fewer Runs, where that was said, are no loss."""
    wrong = []
    again = run_command(scenario.argv, place)
    differing = [name for name in _differing(things(place), done) if not (noted and name.endswith("map.safetensors"))]
    if again.code == 0 and differing:
        wrong.append(f"the next command ended otherwise: {differing}")
    elif again.code != 0:
        wrong.append(f"the next command: exit {again.code}: {again.said[-1500:]}")
    if rubbish := leftovers(place):
        wrong.append(f"left {rubbish}")
    return wrong


def _differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def reference(scenario: Scenario, place: Path) -> dict[str, str]:
    """The things of a workspace after the command; what it imports is imported here too, for all children to come."""
    shutil.copytree(scenario.base, place)
    found = run_command(scenario.argv, place)
    if found.code != 0:
        raise RuntimeError(f"{scenario.name} fails without a fault: {found.said}")
    return things(place)


def preload(scenarios: Sequence[Scenario], scratch: Path) -> None:
    """Runs what trains nothing once in this process, and imports the rest: a child then begins at once.

    Maps are drawn by pca, which calls the system as umap does and takes no seconds.
    """
    import typer

    from learn import pipeline
    from learn.cli import commands

    warnings.filterwarnings("ignore")
    for name in (
        "learn.training.train",
        "learn.runs.baselines",
        "learn.explore.maps.item_maps",
        "sklearn.decomposition",
    ):
        importlib.import_module(name)
    (pipeline.draw_maps.__kwdefaults__ or {})["method"] = "pca"
    if isinstance(commands.app, typer.Typer):
        command = typer.main.get_command(commands.app)
        commands.__dict__["app"] = lambda: command()  # built once, not by every child
    for scenario in scenarios:
        if scenario.name in ("train", "demo"):
            continue  # what autograd has started does not live on in children
        place = scratch / f"{scenario.name}-warm"
        shutil.copytree(scenario.base, place)
        sys.argv = ["learn", *(word.replace(HERE, str(place)) for word in scenario.argv), "--workspace", str(place)]
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), suppress(SystemExit):
            commands.main()
        shutil.rmtree(place)


def campaign(
    scenarios: Sequence[Scenario],
    scratch: Path,
    chosen: Callable[[str, str, int], bool] = lambda name, mode, n: True,
    modes: Sequence[str] = tuple(MODES),
    say: Callable[[str], None] = print,
) -> dict[str, Tally]:
    """Every point of ``scenarios`` that ``chosen`` (command, mode, n) takes; scenario name -> its tally."""
    preload(scenarios, scratch)
    tallies: dict[str, Tally] = {}
    for scenario in scenarios:
        tally = tallies.setdefault(scenario.name, Tally())
        done = reference(scenario, scratch / f"{scenario.name}-done")
        for mode in modes:
            n = 1
            while True:
                if chosen(scenario.name, mode, n) and not check(scenario, mode, n, scratch / "tried", done, tally):
                    break
                n += 1
                if n > 100_000:
                    raise RuntimeError(f"{scenario.name} never ends under {mode}")
        say(f"{scenario.name}: {tally.points} points, {len(tally.wrong)} wrong")
    return tallies
