"""Whatever goes wrong while writing, the old thing stays whole and nothing temporary is left behind."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from learn.checksums import NAME
from learn.errors import LearnError
from learn.files import atomic_folder, atomic_path, read_json, write_json
from learn.partial import RETIRED_PREFIX, TEMPORARY_PREFIX, retired_beside, sweep_partial, temporary_beside


class Interrupted(Exception):
    """Stands for whatever ends a block early."""


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith((TEMPORARY_PREFIX, RETIRED_PREFIX))]


def whole(folder: Path) -> list[str]:
    """Its files, which are all that its checksums state."""
    names = sorted(path.name for path in folder.iterdir() if path.name != NAME)
    assert sorted(json.loads((folder / NAME).read_text())) == names
    return names


def test_path_replaces_when_the_block_succeeds(tmp_path):
    target = tmp_path / "deep" / "thing.txt"
    with atomic_path(target) as temporary:
        assert temporary.parent == target.parent, "a rename is atomic within one folder only"
        assert temporary.suffix == ".txt"
        temporary.write_text("one")
        assert not target.exists()
    assert target.read_text() == "one"
    with atomic_path(target) as temporary:
        temporary.write_text("two")
        assert target.read_text() == "one"
    assert target.read_text() == "two"
    assert leftovers(target.parent) == []


def test_path_keeps_the_old_file_when_the_block_fails(tmp_path):
    target = tmp_path / "thing.txt"
    target.write_text("old")
    with pytest.raises(Interrupted), atomic_path(target) as temporary:
        temporary.write_text("half of the n")
        raise Interrupted
    assert target.read_text() == "old"
    assert leftovers(tmp_path) == []


def test_folder_keeps_the_old_folder_when_the_block_fails(tmp_path):
    target = tmp_path / "dataset"
    target.mkdir()
    (target / "a.txt").write_text("old")
    with pytest.raises(Interrupted), atomic_folder(target) as temporary:
        (temporary / "a.txt").write_text("new")
        (temporary / "b.txt").write_text("new")
        raise Interrupted
    assert sorted(path.name for path in target.iterdir()) == ["a.txt"]
    assert (target / "a.txt").read_text() == "old"
    assert leftovers(tmp_path) == []


def test_folder_replaces_whole(tmp_path):
    target = tmp_path / "dataset"
    with atomic_folder(target) as temporary:
        (temporary / "a.txt").write_text("1")
    with atomic_folder(target) as temporary:
        (temporary / "b.txt").write_text("2")
    assert whole(target) == ["b.txt"], "nothing of the old folder stays"
    assert leftovers(tmp_path) == []


def test_folder_puts_the_old_one_back_when_the_last_rename_fails(tmp_path, monkeypatch):
    target = tmp_path / "dataset"
    target.mkdir()
    (target / "a.txt").write_text("old")
    rename = os.replace

    def fail_on_the_new_one(source, destination):
        if Path(destination) == target and (Path(source) / "new.txt").exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rename(source, destination)

    monkeypatch.setattr("learn.files.exchange", lambda one, other: False)  # as on systems without such a call
    monkeypatch.setattr("learn.files.os.replace", fail_on_the_new_one)
    with pytest.raises(LearnError, match="No space left"), atomic_folder(target) as temporary:
        (temporary / "new.txt").write_text("new")
    assert (target / "a.txt").read_text() == "old"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("code", "remedy"),
    [(errno.ENOSPC, "Free some space"), (errno.EROFS, "may write to"), (errno.EACCES, "may write to")],
)
@pytest.mark.parametrize("writer", [atomic_path, atomic_folder])
def test_what_the_file_system_refuses_becomes_a_learn_error(tmp_path, monkeypatch, code, remedy, writer):
    def refuse(*_args, **_kwargs):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("learn.files.os.replace", refuse)
    with pytest.raises(LearnError, match=os.strerror(code)) as caught, writer(tmp_path / "thing") as temporary:
        if temporary.is_dir():
            (temporary / "x").write_text("new")
        else:
            temporary.write_text("new")
    assert remedy in caught.value.remedy
    assert str(tmp_path / "thing") in caught.value.what
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_a_folder_is_needed(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(LearnError, match="Cannot write"):
        write_json(tmp_path / "file" / "thing.json", {})
    assert (tmp_path / "file").read_text() == "x"


def test_json_round_trip_keeps_unicode(tmp_path):
    value = {"title": "חלב 3%", "n": 3, "x": 0.5, "list": [1, None]}
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json", "do it") == value
    assert "חלב" in (tmp_path / "a.json").read_text(encoding="utf-8")


def test_json_round_trip_keeps_half_of_a_pair(tmp_path):
    write_json(tmp_path / "a.json", {"label": "a\ud800b", "\udfff": "😀"})
    assert read_json(tmp_path / "a.json", "") == {"label": "a\ud800b", "\udfff": "😀"}


def test_json_that_cannot_be_written_leaves_the_old(tmp_path):
    write_json(tmp_path / "a.json", {"old": 1})
    cycle: list = []
    cycle.append(cycle)
    with pytest.raises(ValueError, match="Circular"):
        write_json(tmp_path / "a.json", cycle)
    assert json.loads((tmp_path / "a.json").read_text()) == {"old": 1}
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("content", [None, b'{"a": 1', b"\xff\xfe\x00"], ids=["absent", "cut", "not-utf-8"])
def test_json_that_cannot_be_read_says_what_rebuilds_it(tmp_path, content):
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LearnError) as caught:
        read_json(path, "learn prepare x")
    assert str(path) in caught.value.what
    assert caught.value.remedy == "learn prepare x"


def test_sweep_removes_only_what_is_temporary(tmp_path):
    (tmp_path / f"{TEMPORARY_PREFIX}1").mkdir()
    (tmp_path / f"{TEMPORARY_PREFIX}1" / "x").write_text("x")
    (tmp_path / f"{TEMPORARY_PREFIX}2.json").write_text("x")
    (tmp_path / "kept.json").write_text("x")
    sweep_partial(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]


@pytest.mark.parametrize("exchanges", [True, False])
def test_folder_replaces_whole_with_and_without_an_exchange(tmp_path, monkeypatch, exchanges):
    if not exchanges:
        monkeypatch.setattr("learn.files.exchange", lambda one, other: False)
    for content in ("1", "2"):
        with atomic_folder(tmp_path / "dataset") as temporary:
            (temporary / f"{content}.txt").write_text(content)
    assert whole(tmp_path / "dataset") == ["2.txt"]
    assert leftovers(tmp_path) == []


def test_sweep_leaves_what_a_living_process_writes(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from learn.files import atomic_folder\n"
        f"with atomic_folder(Path({str(tmp_path)!r}) / 'run') as temporary:\n"
        "    (temporary / 'a.txt').write_text('whole'); print('writing', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "writing\n"
        sweep_partial(tmp_path)
        other.communicate("")
    assert (tmp_path / "run" / "a.txt").read_text() == "whole"

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "writing\n"
        other.kill()
    assert len(leftovers(tmp_path)) == 1
    sweep_partial(tmp_path)
    assert leftovers(tmp_path) == [] and (tmp_path / "run" / "a.txt").read_text() == "whole"


@pytest.mark.parametrize("at", [1, 2])
def test_killed_between_two_renames_a_finished_folder_comes_back(tmp_path, at):
    """Where no exchange exists, a kill leaves the old folder aside: it is not rubbish while its place is empty."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.txt").write_text("old")
    script = (
        "import os; from pathlib import Path; import learn.files as files\n"
        "files.exchange = lambda one, other: False\n"
        "calls, rename = [], os.replace\n"
        "def killed(source, place):\n"
        "    calls.append(place)\n"
        f"    if len(calls) == {at}: os._exit(9)\n"
        "    rename(source, place)\n"
        "os.replace = killed\n"
        f"with files.atomic_folder(Path({str(tmp_path)!r}) / 'run') as temporary:\n"
        "    (temporary / 'a.txt').write_text('new')\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    sweep_partial(tmp_path)
    assert (tmp_path / "run" / "a.txt").read_text() == "old" and leftovers(tmp_path) == []
    names = {path.name for path in tmp_path.iterdir()}
    assert names - {".lock-run", ".lock-run.holder"} == {"run"}  # the next writer takes the lock over


def test_another_hosts_writing_is_left_until_it_is_old(tmp_path):
    theirs = tmp_path / f"{TEMPORARY_PREFIX}00000000.1.1-abc"
    theirs.write_text("x")
    sweep_partial(tmp_path)
    assert theirs.exists()
    os.utime(theirs, (0, 0))
    sweep_partial(tmp_path)
    assert not theirs.exists()


def test_names_on_disk_hold_their_place(tmp_path):
    assert temporary_beside(tmp_path / "a.json").suffix == ".json"
    assert retired_beside(tmp_path / "my-run-1").name.endswith("-my-run-1")


def test_what_was_done_outlasts_a_power_cut(tmp_path, monkeypatch):
    """Everything new is synced, and so is each folder that got a name: without that, both may be gone."""
    synced = set()
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.add(os.fstat(file).st_ino), real(file)))
    with atomic_folder(tmp_path / "runs" / "shop" / "learn-b") as temporary:
        (temporary / "a.json").write_text("[1]")
    write_json(tmp_path / "maps" / "shop" / "map.json", [1])
    made = [tmp_path, *(path for path in tmp_path.rglob("*"))]
    assert len(made) == 9
    assert {path.name for path in made if path.stat().st_ino not in synced} == set()
    synced.clear()
    write_json(tmp_path / "runs" / "shop" / "learn-b" / "a.json", [2])
    assert (tmp_path / "runs" / "shop" / "learn-b" / NAME).stat().st_ino in synced
