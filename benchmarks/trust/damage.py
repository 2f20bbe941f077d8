"""Every file of every thing, damaged in every way: it is said, with the file and a command, or changes nothing."""

from __future__ import annotations

import io
import shutil
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from benchmarks.trust import everything
from benchmarks.trust.faults import Scenario
from benchmarks.trust.kept import Task, run_tasks, taken
from learn.checksums import NAME as CHECKSUMS
from learn.cli import commands
from learn.errors import LearnError
from learn.workspace import Workspace

Words = tuple[str, ...]
Damage = Callable[[Path, Path], None]
"""What is done to a file; the second is the same file of another thing."""
ANOTHERS = "another's"
REMEDIES = ("learn ", "Start the build again", "Upload it again")
"""What to type or to click."""


def _flipped(path: Path, place: float, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[min(int(len(data) * place), len(data) - 1)] ^= 1 << bit
    path.write_bytes(data)


def _folder(path: Path, _: Path) -> None:
    path.unlink()
    path.mkdir()


def _digit(path: Path, _: Path) -> None:
    """Another number where the file is text, the sign and exponent of the last one where it is not."""
    if path.suffix != ".json":
        _flipped(path, 1.0, 6)
        return
    text = path.read_text()
    place = max(text.rfind(digit) for digit in "123456789")
    path.write_text(text[:place] + str(10 - int(text[place])) + text[place + 1 :] if place >= 0 else "[]")


def _not_a_number(path: Path, _: Path) -> None:
    if path.suffix == ".json":
        path.write_text("NaN")
    else:
        path.write_bytes(path.read_bytes()[:-8] + b"\x00\x7e\x00\x7e\x00\x00\xc0\x7f")


DAMAGES: dict[str, Damage] = {
    "cut in half": lambda path, _: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]) and None,
    "empty": lambda path, _: path.write_bytes(b"") and None,
    "a folder": _folder,
    "removed": lambda path, _: path.unlink(),
    "[]": lambda path, _: path.write_text("[]") and None,
    "null": lambda path, _: path.write_text("null") and None,
    "{}": lambda path, _: path.write_text("{}") and None,
    "a bit near the beginning": lambda path, _: _flipped(path, 0.05, 0),
    "a bit in the middle": lambda path, _: _flipped(path, 0.5, 4),
    "a bit near the end": lambda path, _: _flipped(path, 0.95, 2),
    "another value": _digit,
    "not a number": _not_a_number,
    ANOTHERS: lambda path, other: path.write_bytes(other.read_bytes()) and None,
}


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended: 0, 2 (said) or 1 (a traceback)."""

    code: int
    said: str

    @property
    def result(self) -> str:
        """Without what is only a note."""
        passing = ("Wrote", "Next:", "Read ", "Drawing maps", "Reading ", "1 of ", "2 of ")
        return "\n".join(line for line in self.said.splitlines() if not line.startswith(passing))


def ask(words: Words, workspace: Path, train: Words = ()) -> Answer:
    """Runs a command, or shows what a page reads, in this process; a warning is part of what it says.

    Args:
        train: the command that `everything.TRAINING` stands for; it runs in a child, as all that trains.
    """
    if words in (everything.TRAINING, everything.BENCHMARKING):
        found = everything.in_a_child(words, train, workspace)
        return Answer(found.code, _placeless(found.said, workspace))
    printed, before = io.StringIO(), sys.argv
    sys.argv = ["learn", *words, "--workspace", str(workspace)]
    code = 0
    with redirect_stdout(printed), redirect_stderr(printed), warnings.catch_warnings(), everything.its_demo(workspace):
        warnings.simplefilter("always")
        try:
            if words[0] == "page":
                everything.PAGES[words[1]](Workspace(workspace))
            else:
                commands.main()
        except SystemExit as end:
            code = int(end.code or 0)
        except LearnError as error:
            print(f"Error: {error}")
            code = 2
        except Exception:
            traceback.print_exc(file=printed)
            code = 1
        finally:
            sys.argv = before
    return Answer(code, _placeless(printed.getvalue(), workspace))


def _placeless(said: str, workspace: Path) -> str:
    return said.replace(str(workspace), "WORKSPACE")


@dataclass(frozen=True)
class Case:
    """A file of a workspace, how it is damaged, and what reads it."""

    file: str
    other: str
    damage: str
    asked: tuple[Words, ...]

    @property
    def name(self) -> str:
        """For what is kept."""
        return f"damage, {self.kind}, {self.file}, {self.damage}"

    @property
    def kind(self) -> str:
        """Of what thing it is a file."""
        return "checkpoint" if ".training" in self.file else self.file.split("/")[0]


def cases(workspace: Path) -> Iterator[Case]:
    """Each file with every damage."""
    files = sorted(path for path in workspace.rglob("*") if path.is_file() and path.name[0] != ".")
    for path in files:
        name = str(path.relative_to(workspace))
        like = [one for one in files if one.suffix == path.suffix and one != path]
        same = [one for one in like if one.name == path.name]
        for damage in DAMAGES:
            if like or damage != ANOTHERS:
                other = str((same or like or [path])[0].relative_to(workspace))
                yield Case(name, other, damage, everything.asked_of(name))


def silent_or_crashed(case: Case, base: Path, place: Path, sound: dict[Words, Answer], train: Words = ()) -> list[str]:
    """What is wrong with the answers after the damage: a traceback, another answer without a word, no file, no command.

    Args:
        sound: what each command says of the undamaged workspace.
        train: as `ask` takes it.
    """
    wrong = []
    for words in case.asked:
        if words == case.asked[0] or words == everything.TRAINING:  # reading mends nothing
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(base, place)
            path = place / case.file
            before = path.read_bytes()
            DAMAGES[case.damage](path, place / case.other)
            if path.is_file() and path.read_bytes() == before:
                return []
        found = ask(words, place, train)
        where = f"learn {' '.join(words)}"
        named = path.name in found.said or (path.name == CHECKSUMS and path.parent.name in found.said)
        if found.code not in (0, 2) or "Traceback" in found.said:
            wrong.append(f"{where}: {found.said[-1200:]}")
        elif found.result == sound[words].result:
            continue
        elif not named:
            wrong.append(f"{where}: does not name the file: {found.said[-400:]}")
        elif not any(sign in found.said for sign in REMEDIES):
            wrong.append(f"{where}: names no command: {found.said[-400:]}")
        elif "What to do:" not in found.said and "have to be read again" not in found.said:
            wrong.append(f"{where}: another answer without a word: {found.said[-400:]}")
    return wrong


def all_damages(scenarios: Sequence[Scenario], scratch: Path, every: int, processes: int) -> dict[str, list[str]]:
    """Name of a damage -> what was wrong with it; of a sample (`benchmarks.trust.kept.taken`)."""
    base = everything.make_everything(scenarios, scratch / "everything")
    train = everything.checkpointed(next(one for one in scenarios if one.name == "train"))
    found = [case for case in cases(base) if taken(case.name, every)]
    place = scratch / "sound"
    sound: dict[Words, Answer] = {}
    for words in dict.fromkeys(words for case in found for words in case.asked):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(base, place)
        sound[words] = ask(words, place, train)
        if sound[words].code or "What to do:" in sound[words].said:
            raise RuntimeError(f"wrong before any damage: {words}: {sound[words].said}")

    def task(case: Case) -> Task:
        return case.name, lambda where: silent_or_crashed(case, base, where, sound, train)

    return run_tasks([task(case) for case in found], scratch, processes)
