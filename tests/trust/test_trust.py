"""A sample of `make trust`: nothing that was whole is lost, nothing differs in silence, nothing ends in a traceback."""

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.trust import damage, faults
from benchmarks.trust.__main__ import summary
from benchmarks.trust.disk import WAYS, Disk, lay_out
from benchmarks.trust.kept import read_found, run_tasks, taken
from benchmarks.trust.state import leftovers

ROOT = Path(__file__).resolve().parents[2]
NO_COMPILER = faults.compiler() is None and not os.environ.get("LEARN_COMPILER_REQUIRED")  # .ci/run: a failure there


@pytest.mark.slow
@pytest.mark.skipif(NO_COMPILER, reason="needs Linux and a C compiler")
@pytest.mark.parametrize(("only", "every", "least"), [("faults", 97, 40), ("damage", 31, 30), ("pairs", 1, 4)])
def test_a_sample_of_each_kind_finds_nothing(only, every, least):
    words = [sys.executable, "-m", "benchmarks.trust", "--only", only, "--every", str(every), "--pairs", str(least)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.findall(r"^(?:points in|damaged|pairs).*: (\d+) cases$", done.stdout, re.M)
    counted = [int(number) for number in counts]
    assert sum(counted) >= least and re.search("^silent: 0 cases$", done.stdout, re.M)


def test_what_a_power_cut_leaves_is_what_was_synced(tmp_path):
    place = tmp_path / "place"
    (place / "old").mkdir(parents=True)
    (place / "old" / "a").write_text("one")
    disk, rng = Disk(place), random.Random(0)
    (place / "old" / "a").write_text("two!")
    (place / "new").mkdir()
    (place / "new" / "b").write_text("three")
    (place / "old" / "c").write_text("four")
    disk.look()
    disk.synced(place / "new" / "b")
    disk.synced(place / "new")  # but nobody synced the name that leads to it
    assert disk.left(WAYS[0], rng) == {"old": None, "old/a": b"one"}
    assert disk.left(WAYS[1], rng) == {
        "old": None, "old/a": b"", "old/c": b"", "new": None, "new/b": b"three",
    }  # fmt: skip
    assert disk.left(WAYS[3], rng)["old/a"] == b"two!"
    disk.synced(place)
    lay_out(disk.left(WAYS[0], rng), tmp_path / "after")
    assert (tmp_path / "after" / "new" / "b").read_text() == "three"
    (place / "old" / "a").rename(place / "old" / "moved")
    disk.look()
    assert disk.left(WAYS[0], rng)["old/a"] == b"one" and disk.left(WAYS[1], rng)["old/moved"] == b""


def test_what_is_known_is_not_tried_again_and_a_line_that_was_cut_off_is(tmp_path):
    def task(number):
        return f"n, {number}", lambda place: ["bad"] if number == 3 else None if number == 4 else []

    tasks = [task(number) for number in range(6)]
    found = {"n, 0": [], "n, 1": [], "n, 2": [], "n, 3": ["bad"], "n, 5": []}
    assert run_tasks(tasks, tmp_path, 2) == found == read_found(tmp_path)
    assert run_tasks([(name, lambda place: ["anew"]) for name, _ in tasks[:4]], tmp_path, 1) == {
        name: wrong for name, wrong in found.items() if name != "n, 5"
    }
    file = tmp_path / "found-0.jsonl"
    file.write_text(file.read_text()[:-5])
    assert len(read_found(tmp_path)) == 4
    with pytest.raises(RuntimeError, match="A process ended"):
        run_tasks([("broken", lambda place: 1 / 0)], tmp_path, 1)


def test_a_sample_is_the_same_every_time():
    names = [f"prepare, full, {n}" for n in range(1000)]
    chosen = [name for name in names if taken(name, 10)]
    assert 60 < len(chosen) < 140 and chosen == [name for name in names if taken(name, 10)]
    assert all(taken(name, 1) for name in names)


def test_counts_are_by_command_mode_and_what_was_wrong():
    found = {
        "map, full, 1": [], "map, death, 2": ["lost ['runs/shop/b']"], "train, full, 3": ["exit 1: Traceback"],
        "damage, runs, a.json, empty": ["learn runs: another answer without a word: x"],
        "damage, runs, a.json, null": [], "pair, 1, map + map after 0.10 s": ["left ['.lock-b']"],
    }  # fmt: skip
    assert {row["name"]: row["value"] for row in summary(found)} == {
        "points in map": 2, "points in train": 1, "points, full": 2, "points, death": 1, "damaged files, runs": 2,
        "pairs of commands at once": 1, "lost": 1, "silent": 1, "traceback": 1, "otherwise wrong": 1,
    }  # fmt: skip


def test_locks_and_temporary_names_are_leftovers(tmp_path):
    for name in (".lock-a", ".partial-1", ".retired-b", "kept"):
        (tmp_path / name).touch()
    assert leftovers(tmp_path) == [".lock-a", ".partial-1", ".retired-b"]


@pytest.mark.parametrize(
    ("said", "code", "wrong"),
    [
        ("Traceback ...", 1, "Traceback"),
        ("another table", 0, "does not name the file"),
        ("a.json is another", 0, "names no command"),
        ("a.json is another: learn train", 0, "without a word"),
        ("Error: a.json is damaged\n  What to do: learn train", 2, None),
        ("the table", 0, None),
    ],
)
def test_silence_and_tracebacks_would_be_found(tmp_path, monkeypatch, said, code, wrong):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "a.json").write_text("[1]")
    monkeypatch.setattr(damage, "ask", lambda words, place, train: damage.Answer(code, said))
    case = damage.Case("a.json", "a.json", "empty", (("runs",),))
    found = damage.silent_or_crashed(
        case, tmp_path / "base", tmp_path / "place", {("runs",): damage.Answer(0, "the table")}
    )
    assert (wrong in found[0]) if wrong else found == []
