"""Every file of every thing, damaged in every way: it is said, with the file and a command, or changes nothing."""

from __future__ import annotations

import io
import shutil
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from learn.checksums import NAME as CHECKSUMS

Damage = Callable[[Path, Path], None]
"""What is done to a file; the second is the same file of another thing."""


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
    "another's": lambda path, other: path.write_bytes(other.read_bytes()) and None,
}


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended: 0, 2 (said) or 1 (a traceback)."""

    code: int
    said: str

    @property
    def result(self) -> str:
        """Without what is only a note."""
        passing = ("Wrote", "Next:", "Read ", "Drawing maps", "Reading ")
        return "\n".join(line for line in self.said.splitlines() if not line.startswith(passing))


def ask(argv: Sequence[str], workspace: Path) -> Answer:
    """Runs ``learn ARGV`` in this process; a warning is part of what it says."""
    import sys

    from learn.cli import commands

    printed, before = io.StringIO(), sys.argv
    sys.argv = ["learn", *argv, "--workspace", str(workspace)]
    code = 0
    with redirect_stdout(printed), redirect_stderr(printed), warnings.catch_warnings():
        warnings.simplefilter("always")
        try:
            commands.main()
        except SystemExit as end:
            code = int(end.code or 0)
        except Exception:
            traceback.print_exc(file=printed)
            code = 1
        finally:
            sys.argv = before
    return Answer(code, printed.getvalue().replace(str(workspace), "WORKSPACE"))


@dataclass(frozen=True)
class Case:
    """A file of a workspace, how it is damaged, and the commands that read it."""

    file: str
    other: str
    damage: str
    asked: tuple[tuple[str, ...], ...]


def asked_of(file: str, dataset: str) -> tuple[tuple[str, ...], ...]:
    """The commands that read ``file``, lists and single answers."""
    kind, *rest = file.split("/")
    lists = (("runs",), ("evaluate", dataset))
    if kind == "datasets":
        return (("evaluate", dataset), ("recommend", dataset, "--run", "learn-b", "--user", "c1"))
    if kind == "content":
        return (("recommend", dataset, "--run", "learn-c", "--history", "s1,s4"),)
    if rest[-1].endswith("map.safetensors"):
        return (("map", dataset, "--method", "pca"),)
    name = rest[-2]
    one = ("recommend", dataset, "--run", name, "--user", "c1")
    known = ("recommend", dataset, "--run", name, "--history", "s1,s4") if name.startswith("learn") else one
    return (*lists, one, known, ("evaluate", dataset, "--run", name))


def cases(workspace: Path, dataset: str) -> Iterator[Case]:
    """Each file with every damage."""
    files = sorted(path for path in workspace.rglob("*") if path.is_file() and path.name[0] != ".")
    for path in files:
        like = [one for one in files if one.suffix == path.suffix and one != path]
        same = [one for one in like if one.name == path.name]
        if not like:
            continue
        other = (same or like)[0]
        for damage in DAMAGES:
            name = str(path.relative_to(workspace))
            yield Case(name, str(other.relative_to(workspace)), damage, asked_of(name, dataset))


def silent_or_crashed(case: Case, base: Path, place: Path, sound: dict[tuple[str, ...], Answer]) -> list[str]:
    """What is wrong with the answers after the damage: a traceback, another answer without a word, no file, no command.

    Args:
        sound: what each command says of the undamaged workspace.
    """
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(base, place)
    path = place / case.file
    before = path.read_bytes()
    DAMAGES[case.damage](path, place / case.other)
    if path.is_file() and path.read_bytes() == before:
        return []
    wrong = []
    for argv in case.asked:
        found = ask(argv, place)
        where = f"{case.file}, {case.damage}, learn {' '.join(argv)}"
        named = path.name in found.said or (path.name == CHECKSUMS and path.parent.name in found.said)
        if found.code not in (0, 2):
            wrong.append(f"{where}: {found.said[-1200:]}")
        elif found.result == sound[argv].result:
            continue
        elif not named:
            wrong.append(f"{where}: does not name the file: {found.said[-400:]}")
        elif "learn " not in found.said:
            wrong.append(f"{where}: names no command: {found.said[-400:]}")
        elif "What to do:" not in found.said and "have to be read again" not in found.said:
            wrong.append(f"{where}: another answer without a word: {found.said[-400:]}")
    return wrong


def all_damages(
    base: Path, dataset: str, scratch: Path, chosen: Callable[[int], bool] = lambda number: True
) -> tuple[int, list[str]]:
    """How many damages to ``base`` were tried, those whose number ``chosen`` takes, and what was wrong."""
    found = [case for number, case in enumerate(cases(base, dataset)) if chosen(number)]
    place = scratch / "damaged"
    shutil.copytree(base, place)
    sound = {argv: ask(argv, place) for argv in dict.fromkeys(argv for case in found for argv in case.asked)}
    if bad := [f"{argv}: {answer.said}" for argv, answer in sound.items() if answer.code]:
        raise RuntimeError(f"wrong before any damage: {bad}")
    return len(found), [wrong for case in found for wrong in silent_or_crashed(case, base, place, sound)]
