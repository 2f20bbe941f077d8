"""Arrays that lie in files, and work by blocks: the same Run as of arrays in memory, to the bit."""

import numpy as np
import pandas as pd
import pytest

from learn import scratch, tensor_files
from learn.config import Preprocessing
from learn.data import sequences as flat
from learn.data.sequences import sequences_of
from learn.evaluation import targets
from learn.pal import infer, preprocessing
from learn.pal.preprocessing import fit_preprocessing
from learn.runs import lists_file
from learn.tensor_files import DamagedTensors, load_tensors, map_tensors, save_tensors
from tests.training.test_train import run_training


@pytest.fixture
def large(monkeypatch):
    """Calls it: from then on every array is a large one, and blocks are small."""

    def call():
        made = []
        in_file = scratch.scratch
        for module in (scratch, preprocessing, infer, flat):
            monkeypatch.setattr(module, "scratch", lambda *given: made.append(given) or in_file(*given))
        for module, name, value in (
            (scratch, "LARGE", 1),
            (scratch, "_ROWS", 7),
            (flat, "_AT_ONCE", 11),
            (targets, "_BLOCK_EVENTS", 20),
            (tensor_files, "_AT_ONCE", 5),
            (lists_file, "ROWS", 50),
        ):
            monkeypatch.setattr(module, name, value)
        return made

    return call


@pytest.mark.parametrize("distinct", [False, True])
def test_training_and_evaluation_come_to_the_same_run(tmp_path, large, distinct):
    changes = {"pal__repeat_bias": True, "sampling__distinct_history": distinct}
    plain = run_training(tmp_path / "plain", **changes)
    made = large()
    other = run_training(tmp_path / "large", **changes)
    assert len(made) > 10
    for name in ("weights", "preprocessing", "user_vectors", "item_vectors"):
        ours, theirs = plain.tensors(name), other.tensors(name)
        assert ours.keys() == theirs.keys()
        assert all(np.array_equal(ours[key], theirs[key]) for key in ours), name
    assert plain.info.validation == other.info.validation and plain.info.repeat == other.info.repeat
    for name in ("metrics", "per_user", "slices", "recommendations"):
        pd.testing.assert_frame_equal(getattr(plain, name), getattr(other, name))


@pytest.mark.parametrize("kind", list(Preprocessing))
def test_statistics_in_blocks_are_those_of_all_rows(monkeypatch, large, kind):
    rng = np.random.default_rng(0)
    vectors = (rng.normal(size=(500, 6)) @ (np.eye(6) + 0.4 * rng.normal(size=(6, 6))) + 5).astype(np.float32)
    vectors[401:407] = vectors[3:9]  # the same texts, in other blocks
    rows = np.flatnonzero(rng.random(500) < 0.8)
    whole = fit_preprocessing(vectors[rows], kind)
    assert all(
        np.array_equal(a, whole.tensors()[n]) for n, a in fit_preprocessing(vectors, kind, rows=rows).tensors().items()
    )
    wanted = whole.apply(vectors)
    large()
    monkeypatch.setattr(preprocessing, "BLOCK", 64)
    blocks = fit_preprocessing(vectors, kind, rows=rows)
    for name, value in whole.tensors().items():
        np.testing.assert_allclose(blocks.tensors()[name], value, rtol=1e-6, atol=1e-6)
    found = blocks.apply(vectors)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)
    assert np.array_equal(found[401:407], found[3:9])


@pytest.mark.parametrize("length", [1, 3, 50])
def test_what_is_reckoned_of_chunks_is_what_chunks_are(length):
    sizes = np.array([0, 1, 2, 3, 0, 7, 49, 50, 51, 160])
    owners, firsts, counts, lengths = infer._all_chunks(sizes, length)
    wanted = [(user, chunk) for user, n in enumerate(sizes) if n for chunk in infer.chunks(np.arange(n), length)]
    assert owners.tolist() == [user for user, _ in wanted]
    assert lengths.tolist() == [len(chunk) for _, chunk in wanted]
    found = [
        np.arange(sizes[u])[::-1][first::count][::-1] for u, first, count in zip(owners, firsts, counts, strict=True)
    ]
    assert all(np.array_equal(one, chunk) for one, (_, chunk) in zip(found, wanted, strict=True))


def test_events_kept_in_a_file_are_those_kept_in_memory(large):
    whole = sequences_of([np.arange(9), np.zeros(0, int), np.arange(30)])
    mask = np.random.default_rng(0).random(39) < 0.5
    plain = whole.keep(mask)
    large()
    kept = whole.keep(mask)
    assert np.array_equal(kept.items, plain.items) and np.array_equal(kept.offsets, plain.offsets)
    assert plain.lengths.tolist() == [mask[:9].sum(), 0, mask[9:].sum()]


def test_tensors_of_a_large_file_are_those_that_are_read(tmp_path, large):
    rng = np.random.default_rng(0)
    kinds = ("float32", "float16", "float64", "int32", "uint8", "bool")
    tensors = {kind: (3 * rng.random((5, 3))).astype(kind) for kind in kinds} | {
        "one": np.float32(2.5),
        "no": np.zeros((0, 4)),
    }
    save_tensors(tmp_path / "t.safetensors", tensors, {"store": "mine"})
    read, about = load_tensors(tmp_path / "t.safetensors")
    large()
    mapped, told = map_tensors(tmp_path / "t.safetensors")
    assert told == about and mapped.keys() == read.keys()
    for name, value in read.items():
        assert mapped[name].dtype == value.dtype and np.array_equal(mapped[name], value)
        assert not mapped[name].flags.writeable


def test_damage_in_a_large_file_is_found(tmp_path, large):
    path = tmp_path / "t.safetensors"
    save_tensors(path, {"vectors": np.ones((9, 3), np.float32)})
    large()
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedTensors, match="not those that were written"):
        map_tensors(path)
    save_tensors(path, {"vectors": np.full((9, 3), np.nan, np.float32)})
    with pytest.raises(DamagedTensors, match="vectors holds numbers that are not finite"):
        map_tensors(path)
    with pytest.raises(DamagedTensors):
        map_tensors(tmp_path / "none.safetensors")


def test_rows_and_columns_are_joined_in_a_file(large):
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=(23, width)).astype(np.float32) for width in (3, 2)]
    large()
    assert np.array_equal(scratch.join_columns(parts), np.concatenate(parts, axis=1))
    below = [parts[0], parts[0][:4]]
    assert np.array_equal(scratch.join_rows(below), np.concatenate(below))
    places = rng.integers(0, 23, 40)
    assert np.array_equal(scratch.take_rows(parts[0], places), parts[0][places])
    assert scratch.take_rows(parts[0], np.arange(23)) is parts[0]
