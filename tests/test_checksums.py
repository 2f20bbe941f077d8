"""Whatever is read is what was written: a flipped bit, a swapped file and an edited number are said."""

import json

import numpy as np
import pytest

from learn.checksums import NAME, verify
from learn.errors import LearnError
from learn.files import atomic_folder, read_json, write_json
from learn.tensor_files import DamagedTensors, load_tensors, save_tensors


@pytest.fixture
def folder(tmp_path):
    with atomic_folder(tmp_path / "thing") as temporary:
        write_json(temporary / "a.json", {"recall": 0.1355})
        write_json(temporary / "b.json", {"recall": 0.1455})
    return tmp_path / "thing"


def test_what_was_written_passes_also_when_it_is_written_again(folder):
    assert read_json(folder / "a.json", "") == {"recall": 0.1355}
    write_json(folder / "a.json", {"recall": 0.2})
    assert read_json(folder / "a.json", "") == {"recall": 0.2}
    write_json(folder / "later.json", {"x": 1})
    assert read_json(folder / "later.json", "") == {"x": 1}
    assert sorted(json.loads((folder / NAME).read_text())) == ["a.json", "b.json"]


def test_an_edited_digit_and_a_swapped_file_are_said(folder):
    text = (folder / "a.json").read_text()
    assert read_json(folder / "a.json", "") == {"recall": 0.1355}
    (folder / "a.json").write_text(text.replace("0.1355", "0.1855"))
    with pytest.raises(LearnError, match=r"a\.json is damaged: it is not what was written") as caught:
        read_json(folder / "a.json", "learn train x")
    assert caught.value.remedy == "learn train x"
    (folder / "a.json").write_bytes((folder / "b.json").read_bytes())
    with pytest.raises(LearnError, match=r"a\.json is damaged"):
        read_json(folder / "a.json", "")
    (folder / "a.json").write_text(text)
    assert read_json(folder / "a.json", "") == {"recall": 0.1355}


@pytest.mark.parametrize("content", ["[]", "null", "{", ""])
def test_damaged_checksums_are_said(folder, content):
    (folder / NAME).write_text(content)
    with pytest.raises(LearnError, match=r"checksums\.json is damaged"):
        verify(folder / "a.json", "learn train x")


def test_a_folder_without_checksums_is_of_an_older_version(folder):
    (folder / NAME).unlink()
    verify(folder / "a.json", "")


def test_a_killed_replacement_leaves_nothing_that_looks_damaged(folder, monkeypatch):
    def killed(source, place):
        raise KeyboardInterrupt

    monkeypatch.setattr("learn.files.os.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_json(folder / "a.json", {"recall": 1})
    monkeypatch.undo()
    assert read_json(folder / "a.json", "") == {"recall": 0.1355}


@pytest.mark.parametrize("at", [-1, -9, -30])
def test_a_flipped_value_of_a_tensor_is_said(tmp_path, at):
    path = tmp_path / "vectors.safetensors"
    vectors = {"vectors": np.arange(12, dtype=np.float32).reshape(3, 4), "empty": np.zeros((0, 4), np.float16)}
    save_tensors(path, vectors, {"made": "here"})
    again, about = load_tensors(path)
    assert about == {"made": "here"} and set(again) == set(vectors)
    assert all((again[name] == vectors[name]).all() and again[name].dtype == vectors[name].dtype for name in vectors)
    damaged = bytearray(path.read_bytes())
    damaged[at] ^= 0x40
    path.write_bytes(bytes(damaged))
    with pytest.raises(DamagedTensors, match="not those that were written"):
        load_tensors(path)


def test_tensors_that_cannot_be_read_are_damaged(tmp_path):
    for content in (b"", b"x" * 50, b"\x00" * 8):
        (tmp_path / "a.safetensors").write_bytes(content)
        with pytest.raises(DamagedTensors):
            load_tensors(tmp_path / "a.safetensors")
    (tmp_path / "folder.safetensors").mkdir()
    for name in ("folder", "absent"):
        with pytest.raises(DamagedTensors):
            load_tensors(tmp_path / f"{name}.safetensors")
