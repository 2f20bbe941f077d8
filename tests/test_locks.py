"""One process writes at a time: others wait, say for whom, and take over where the holder dies."""

import subprocess
import sys
import threading

import pytest

from learn.errors import LearnError
from learn.files import atomic_folder
from learn.locks import LOCK_PREFIX, sweep_locks, writing

HOLDER = """
import sys, time
from pathlib import Path
from learn.locks import writing
with writing(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def held(tmp_path):
    """A folder's path that another process holds, and that process."""
    words = [sys.executable, "-c", HOLDER, str(tmp_path / "thing"), "600"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        yield tmp_path / "thing", other
        other.kill()


def test_who_may_not_wait_is_told_who_writes(held):
    thing, other = held
    with pytest.raises(LearnError, match=f"Process {other.pid} .* is writing .*thing"), writing(thing, wait=False):
        pass


def test_who_waits_is_told_for_whom_and_comes_next_when_that_one_is_killed(held, capfd):
    thing, other = held
    threading.Timer(0.2, other.kill).start()
    with atomic_folder(thing) as temporary:
        (temporary / "a.txt").write_text("mine")
    assert capfd.readouterr().err.startswith(f"Waiting for process {other.pid} ")
    assert (thing / "a.txt").read_text() == "mine"


def test_it_leaves_nothing_and_the_same_thread_may_enter_twice(tmp_path):
    with writing(tmp_path / "thing"):
        with writing(tmp_path / "thing"):
            assert (tmp_path / f"{LOCK_PREFIX}thing").exists()
        assert (tmp_path / f"{LOCK_PREFIX}thing").exists()
    assert list(tmp_path.iterdir()) == []


def test_two_threads_exclude_each_other(tmp_path):
    found = []

    def other():
        try:
            with writing(tmp_path / "thing", wait=False):
                found.append("in")
        except LearnError:
            found.append("kept out")

    with writing(tmp_path / "thing"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert found == ["kept out"]


def test_a_folder_that_nobody_may_write_to_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LearnError, match="Cannot write") as caught, writing(tmp_path / "file" / "thing"):
        pass
    assert "--workspace" in caught.value.remedy


def test_locks_that_nobody_holds_are_swept_and_those_that_somebody_does_stay(held):
    thing, other = held
    dead = thing.with_name(f"{LOCK_PREFIX}dead")
    for left in (dead, dead.with_name(f"{dead.name}.holder"), dead.with_name(f"{LOCK_PREFIX}gone.holder")):
        left.touch()
    with writing(thing.with_name("own")):
        sweep_locks(thing.parent)
        names = sorted(path.name for path in thing.parent.iterdir())
    assert names == [f"{LOCK_PREFIX}{name}" for name in ("own", "own.holder", "thing", "thing.holder")]
    assert other.poll() is None


def test_what_a_training_left_of_its_checkpoints_goes_too_but_no_checkpoint(tmp_path):
    for name in ("done", "going on"):
        (tmp_path / f".training-{name}").mkdir()
        (tmp_path / f".training-{name}" / f"{LOCK_PREFIX}last").touch()
        (tmp_path / f".training-{name}" / f"{LOCK_PREFIX}last.holder").touch()
    (tmp_path / ".training-going on" / "last").mkdir()
    (tmp_path / ".empty").mkdir()
    sweep_locks(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".empty", ".training-going on"]
    assert [path.name for path in (tmp_path / ".training-going on").iterdir()] == ["last"]
