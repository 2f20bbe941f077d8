"""Commands whose n-th call of the system fails, or that die there: what is whole then, and what the next one does.

A child process runs a command in a workspace of its own; the library of `faults.c` makes the n-th open, write, fsync,
rename, mkdir or unlink below that workspace fail (once, or from then on), for n = 1, 2, ... until none is left.
"""

from __future__ import annotations

import ctypes
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path

from learn.errors import LearnError

MODES = {"full once": 1, "full": 2, "broken once": 3, "broken": 4, "read-only": 5, "death": 6}
"""ENOSPC for one call or from it on; EIO, of reading too; EROFS from it on; SIGKILL."""
HERE = "WORKSPACE"
"""In a command's words: the workspace's folder."""
NEVER = 1 << 40
"""So manieth calls are never made: what is only counted."""
Arming = Callable[[ctypes.CDLL], None]
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
    """How a command ended.

    Attributes:
        code: its exit code; negative: the signal.
        said: what it printed.
        seen: how many calls it made that its mode is about.
        calls: mode -> how many it made that this one is about; empty where it died or was not counted.
    """

    code: int
    said: str
    seen: int
    calls: dict[str, int] = field(default_factory=dict)


def run_command(argv: Sequence[str], workspace: Path, mode: int = 0, n: int = 0) -> Outcome:
    """Runs ``learn ARGV`` in a forked child, where the ``n``-th call of ``mode`` fails."""

    def arm(library: ctypes.CDLL) -> None:
        if mode:
            library.faults_arm(os.fsencode(workspace), mode, ctypes.c_long(n))

    return _fork(_command(argv, workspace), workspace, arm, n)()


def run_child(work: Callable[[], object], workspace: Path) -> Outcome:
    """Runs ``work`` in a forked child; a LearnError in it ends as one of a command does."""
    return _fork(work, workspace)()


def start(argv: Sequence[str], workspace: Path, name: str = "") -> Callable[[], Outcome]:
    """As `run_command`, and goes on at once; what it returns waits for the end. ``name``: of its log."""
    return _fork(_command(argv, workspace), workspace, name=name)


def start_telling(argv: Sequence[str], workspace: Path) -> tuple[int, int, Callable[[], Outcome]]:
    """Runs a command that waits after each call that changed something: where it tells of it, where it waits."""
    told, telling = os.pipe()
    waiting, answers = os.pipe()

    def arm(library: ctypes.CDLL) -> None:
        os.close(told)
        os.close(answers)
        library.faults_tell(os.fsencode(workspace), telling, waiting)

    ended = _fork(_command(argv, workspace), workspace, arm)
    os.close(telling)
    os.close(waiting)

    def wait() -> Outcome:
        outcome = ended()
        os.close(answers)
        return outcome

    return told, answers, wait


def _command(argv: Sequence[str], workspace: Path) -> Callable[[], None]:
    def work() -> None:
        from learn.cli.commands import main

        sys.argv = ["learn", *(word.replace(HERE, str(workspace)) for word in argv), "--workspace", str(workspace)]
        main()

    return work


def _fork(
    work: Callable[[], object], workspace: Path, arm: Arming | None = None, n: int = 0, name: str = ""
) -> Callable[[], Outcome]:
    log, count = workspace.with_suffix(f".{name}log"), workspace.with_suffix(f".{name}seen")
    count.unlink(missing_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _child(work, workspace, log, count, arm)

    def wait() -> Outcome:
        _, status = os.waitpid(child, 0)
        code, said = os.waitstatus_to_exitcode(status), log.read_text(errors="replace")
        return Outcome(code, said, **(json.loads(count.read_text()) if count.exists() else {"seen": n}))

    return wait


def _child(work: Callable[[], object], workspace: Path, log: Path, count: Path, arm: Arming | None) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.chdir(workspace.parent)
    library = ctypes.CDLL(None)
    code = 0
    if arm:
        arm(library)
    try:
        work()
    except SystemExit as end:
        code = int(end.code or 0)
    except LearnError as error:
        print(f"Error: {error}")
        code = 2
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        if arm:
            seen, calls = library.faults_seen(), {name: library.faults_calls(mode) for name, mode in MODES.items()}
            library.faults_arm(b"", 0, ctypes.c_long(0))
            count.write_text(json.dumps({"seen": seen, "calls": calls}))
        os._exit(code)


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
