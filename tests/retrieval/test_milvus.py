"""Milvus as an index: it answers like a plain sort, forgets nothing when it is killed, and says what is lacking."""

import importlib.util
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from learn.data.sequences import sequences_of
from learn.errors import LearnError
from learn.retrieval import build_index
from learn.retrieval.exact import ExactIndex

needs_milvus = pytest.mark.skipif(
    not (importlib.util.find_spec("pymilvus") and importlib.util.find_spec("milvus_lite")),
    reason='needs pip install "learn-explorer[scale]"',
)
N_ITEMS, WIDTH = 3_000, 8


@pytest.fixture
def place(tmp_path):
    return tmp_path / "lite"


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(N_ITEMS, WIDTH)).astype(np.float32)


@pytest.fixture
def opened():
    """Builds indexes and lets their folders go: one process, one opening a folder."""
    made = []

    def build(vectors, place, name="shop/learn-a"):
        made.append(build_index(f"milvus@{place}", vectors, None, name))
        return made[-1]

    yield build
    for one in made:
        one.close()


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(LearnError, match=r"(?s)pymilvus.*not installed.*learn-explorer\[scale\]"):
        build_index("milvus@somewhere", np.eye(3, dtype=np.float32))


@needs_milvus
def test_it_answers_like_a_plain_sort_with_filters_and_histories(vectors, place, opened):
    index, exact = opened(vectors, place), ExactIndex(vectors)
    queries = np.random.default_rng(1).normal(size=(3, WIDTH)).astype(np.float32)
    few, most = np.arange(N_ITEMS) % 100 == 7, np.arange(N_ITEMS) % 100 != 7
    held = sequences_of([np.array([7, 107]), np.zeros(0, int), np.arange(50)])
    for exclude in (None, held):
        for allowed in (None, few, most, few & ~few):
            found, scores = index.search(queries, 20, exclude, allowed)
            expected, values = exact.search(queries, 20, exclude, allowed)
            assert (found == expected).all()
            np.testing.assert_allclose(scores, values, rtol=1e-5)


@needs_milvus
def test_items_come_change_and_go(vectors, place, opened):
    index = opened(vectors, place)
    added = index.add(50 * vectors[:2])
    assert added.tolist() == [N_ITEMS, N_ITEMS + 1] and index.n_items == N_ITEMS + 2
    assert index.search(vectors[:2], 1)[0].ravel().tolist() == added.tolist()
    index.upsert(np.array([5]), 900 * vectors[:1])
    assert index.search(vectors[:1], 1)[0].ravel().tolist() == [5] and index.count() == N_ITEMS + 2
    index.remove(np.array([5, N_ITEMS]))
    assert not np.isin(index.search(vectors[:1], 100)[0], [5, N_ITEMS]).any() and index.count() == N_ITEMS
    other = opened(2 * vectors[:10], place, "shop/learn-b")  # beside it, under another name
    assert other.count() == 10 and index.count() == N_ITEMS


@needs_milvus
def test_only_what_differs_is_written(vectors, place, opened, monkeypatch):
    opened(vectors, place).close()
    changed = vectors[:-1].copy()
    changed[7] *= 2
    from learn.retrieval.milvus_index import MilvusIndex, vector_hashes

    written, upsert = [], MilvusIndex.upsert
    monkeypatch.setattr(MilvusIndex, "upsert", lambda self, items, v: (written.extend(items), upsert(self, items, v)))
    index = opened(changed, place)
    assert written == [7] and index.hashes() == dict(enumerate(vector_hashes(changed)))


WRITER = """
import sys, numpy as np
from learn.retrieval import milvus_index
milvus_index._ROWS_AT_ONCE = 20
vectors = np.load(sys.argv[1])
index = milvus_index.MilvusIndex(sys.argv[2], vectors.shape[1])
upsert = index._client.upsert
def told(*given):
    upsert(*given)
    print("written", flush=True)
index._client.upsert = told
index.upsert(np.arange(len(vectors)), vectors)
"""


@needs_milvus
@pytest.mark.parametrize("batches", [1, 40])
def test_killed_in_the_middle_it_goes_on_and_loses_and_doubles_nothing(vectors, place, tmp_path, batches):
    from learn.retrieval.milvus_index import MilvusIndex, vector_hashes

    np.save(tmp_path / "v.npy", vectors)
    words = [sys.executable, "-c", WRITER, str(tmp_path / "v.npy"), str(place)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as writer:
        for _ in range(batches):
            assert writer.stdout.readline().strip() == "written"
        os.kill(writer.pid, signal.SIGKILL)
    found = MilvusIndex(str(place), WIDTH)
    wanted, there = dict(enumerate(vector_hashes(vectors))), found.hashes()
    assert (
        20 * batches <= found.count() == len(there) < N_ITEMS
    )  # what was said to be written is there, the rest is not
    assert there.items() <= wanted.items()
    found.close()
    index = MilvusIndex.holding(vectors, str(place))
    assert index.count() == N_ITEMS and index.hashes() == wanted
    index.close()


@needs_milvus
def test_another_width_at_the_same_place_is_refused(vectors, place, opened):
    opened(vectors[:5], place).close()
    with pytest.raises(LearnError, match="vectors of 8 numbers, the items have 3"):
        opened(vectors[:5, :3], place)
