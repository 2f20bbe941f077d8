"""A large array lies in a file without a name, and is an array like any other."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest

from learn import scratch as module
from learn.errors import LearnError
from learn.scratch import let_go, scratch


def resident(kind: str) -> int:
    """KiB of this process: RssAnon or RssFile (or RssShmem, where temporary files are in memory)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(kind))


def test_a_small_one_is_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert scratch((3, 4), np.float32).shape == (3, 4)


def test_a_large_one_holds_its_values_when_its_memory_is_given_back(monkeypatch):
    monkeypatch.setattr(module, "LARGE", 1)
    made = scratch((1000, 7), np.int64)
    assert made.dtype == np.int64 and made.flags.writeable and made.flags.c_contiguous
    wanted = np.arange(7000).reshape(1000, 7)
    made[:] = wanted
    let_go(made[5:])  # of a part, the whole
    assert np.array_equal(made, wanted)
    let_go(wanted)
    assert wanted[-1, -1] == 6999


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_what_is_let_go_is_no_longer_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = scratch((module.LARGE,), np.uint8)
    made[:] = 1
    before = resident("RssFile") + resident("RssShmem")
    let_go(made)
    assert before - resident("RssFile") - resident("RssShmem") > 0.9 * module.LARGE / 1024
    assert not list(tmp_path.iterdir())
    del made
    gc.collect()


def test_a_folder_without_room_is_named(monkeypatch):
    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "LARGE", 1)
    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(LearnError, match=r"1 MiB are needed .* No space left") as raised:
        scratch((1024, 1024), np.uint8)
    assert "TMPDIR" in raised.value.remedy
