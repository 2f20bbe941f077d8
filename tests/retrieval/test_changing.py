"""Filters, items that come and go, and lists around centres, each against a plain sort over all scores."""

import numpy as np
import pytest

from learn.data.sequences import sequences_of
from learn.errors import LearnError
from learn.retrieval import IndexKind, build_index
from learn.retrieval.exact import ExactIndex
from learn.retrieval.index import INDEX_VARIABLE, chosen_kind, named_kind
from learn.retrieval.kinds import INDEXES
from learn.retrieval.repeats import search_with_repeats
from tests.exact import exact_scores

LOCAL = [kind for kind in IndexKind if kind is not IndexKind.MILVUS]
N_ITEMS, N_QUERIES, WIDTH, K = 2_000, 12, 7, 20


def clustered(rng, count, centres):
    return (centres[rng.integers(len(centres), size=count)] + 0.5 * rng.normal(size=(count, WIDTH))).astype(np.float32)


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(3)
    centres = 2 * rng.normal(size=(10, WIDTH))
    return clustered(rng, N_ITEMS, centres), clustered(rng, N_QUERIES, centres)


@pytest.fixture(params=LOCAL)
def index(request, world, monkeypatch):
    monkeypatch.setattr("learn.retrieval.faiss_index._SMALL", 1_000)  # lists, also over so few
    monkeypatch.setattr("learn.retrieval.ivf._LIST_LENGTH", 100)
    return build_index(request.param, world[0].copy(), world[1])


def by_sorting(queries, vectors, k, allowed):
    rows = np.flatnonzero(allowed)
    answers = np.full((len(queries), k), -1)
    for row, query in enumerate(queries):
        order = rows[np.lexsort((rows, -exact_scores(query, vectors[rows])))][:k]
        answers[row, : len(order)] = order
    return answers


def recall(found, best):
    return np.mean([len(np.intersect1d(one, other)) / len(one) for one, other in zip(best, found, strict=True)])


@pytest.mark.parametrize("share", [0.0005, 0.01, 0.3, 1.0])
def test_what_passes_a_filter_is_searched_exactly(index, world, share):
    vectors, queries = world
    allowed = np.random.default_rng(1).random(N_ITEMS) < share
    allowed[5] = True
    exclude = sequences_of([np.array([5, row]) for row in range(N_QUERIES)])
    for held in (None, exclude):
        found, scores = index.search(queries, K, held, allowed)
        for row in range(N_QUERIES):
            may = allowed.copy()
            if held is not None:
                may[held[row]] = False
            assert (found[row] == by_sorting(queries[row : row + 1], vectors, K, may)[0]).all()
        assert (np.isneginf(scores) == (found < 0)).all()


def test_a_wide_filter_over_many_items_goes_through_the_index(index, world, monkeypatch):
    vectors, queries = world
    monkeypatch.setattr("learn.retrieval.faiss_index._FILTERED_EXACTLY", 10)
    allowed = np.arange(N_ITEMS) % 2 == 0
    found, _ = index.search(queries, K, None, allowed)
    assert (found >= 0).all() and allowed[found].all()
    assert recall(found, by_sorting(queries, vectors, K, allowed)) > 0.95


def test_nothing_that_passes_is_nothing_found(index, world):
    found, scores = index.search(world[1], 3, None, np.zeros(N_ITEMS, bool))
    assert (found == -1).all() and np.isneginf(scores).all()


def test_items_come_and_go_without_a_rebuild(index, world):
    vectors, queries = world
    best = by_sorting(queries, vectors, K, np.ones(N_ITEMS, bool))
    gone = np.unique(best[:, :3])
    index.remove(gone)
    new = (1.5 * vectors[best[:, 0]]).astype(np.float32)
    assert index.add(new).tolist() == list(range(N_ITEMS, N_ITEMS + N_QUERIES)) and index.n_items == N_ITEMS + N_QUERIES
    both = np.concatenate([vectors, new])
    live = np.ones(len(both), bool)
    live[gone] = False
    found, _ = index.search(queries, K)
    assert not np.isin(found, gone).any()
    assert recall(found, by_sorting(queries, both, K, live)) > 0.9
    index.remove(np.array([N_ITEMS + 2]))
    allowed = np.arange(len(both)) >= N_ITEMS
    expected = by_sorting(queries, both, K, allowed & (np.arange(len(both)) != N_ITEMS + 2))
    assert (index.search(queries, K, None, allowed)[0] == expected).all()


@pytest.mark.parametrize("kind", [IndexKind.IVF, IndexKind.IVF_PQ])
def test_as_many_lists_are_searched_as_the_recall_asks_for(kind, world, monkeypatch):
    from learn.retrieval.ivf import build_lists

    monkeypatch.setattr("learn.retrieval.ivf._LIST_LENGTH", 50)
    vectors, queries = world
    best, _ = ExactIndex(vectors).search(queries, 100)
    probes = []
    for asked in (0.5, 0.99):
        lists = build_lists(kind, vectors, queries, None, asked)
        found = lists.search(queries, 100, vectors)[1]
        assert recall(found, best) >= asked
        probes.append(lists.probes)
    assert 1 <= probes[0] < probes[1] <= N_ITEMS // 50


def test_a_list_of_much_of_the_catalogue_is_exact(index, world):
    vectors, queries = world
    found, _ = index.search(queries, N_ITEMS // 4)
    assert (found == by_sorting(queries, vectors, N_ITEMS // 4, np.ones(N_ITEMS, bool))).all()


def test_few_items_are_not_cut_into_lists(world):
    index = build_index("ivf", world[0], world[1])
    assert index.lists_searched == 0
    assert (index.search(world[1], K)[0] == ExactIndex(world[0]).search(world[1], K)[0]).all()


def test_what_the_history_holds_is_filtered_too(index, world):
    vectors, queries = world
    history = sequences_of([np.array([2, 3])] * N_QUERIES)
    allowed = np.arange(N_ITEMS) >= 3
    kept = history.keep(allowed[history.items])
    found, scores = search_with_repeats(index, vectors, queries, 4, kept, 100.0, allowed)
    assert (found[:, 0] == 3).all() and (found != 2).all() and (scores[:, 0] > 50).all()


def test_wrong_filters_and_items_are_named(index, world):
    with pytest.raises(LearnError, match="N = 2000 items"):
        index.search(world[1], 2, None, np.ones(3, bool))
    with pytest.raises(LearnError, match="no item 2000"):
        index.remove(np.array([1, 2000]))
    with pytest.raises(LearnError, match="6 dimensions, the items 7"):
        index.add(np.ones((1, 6), np.float32))
    assert index.n_items == N_ITEMS


def test_the_kind_is_named_by_a_code_a_place_or_the_environment(monkeypatch):
    assert list(INDEXES) == list(IndexKind) == ["exact", "flat", "hnsw", "ivf", "ivf-pq", "milvus"]
    assert named_kind("milvus@http://localhost:19530")[1] == "http://localhost:19530"
    monkeypatch.delenv(INDEX_VARIABLE, raising=False)
    assert chosen_kind() == "exact" and chosen_kind("hnsw") == "hnsw"
    monkeypatch.setenv(INDEX_VARIABLE, "ivf")
    assert chosen_kind() == "ivf" and chosen_kind("flat") == "flat"
    for wrong, said in (
        ("annoy", "no index 'annoy'"),
        ("milvus", "needs a place"),
        ("flat@x", "no place"),
        ("ivf@", "no"),
    ):
        with pytest.raises(LearnError, match=said):
            chosen_kind(wrong)
