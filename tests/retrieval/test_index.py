"""Every index answers like a plain sort over all scores, and never shows what is excluded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.data.sequences import Sequences, take_users
from learn.errors import LearnError
from learn.retrieval import IndexKind, build_index, candidates, repeats
from learn.retrieval.exact import ExactIndex, top_k
from learn.retrieval.repeats import Repeat, search_with_repeats, with_history
from learn.retrieval.scores import pair_scores, rounding_bound
from tests.exact import exact_score, exact_scores

N_ITEMS, N_QUERIES, WIDTH = 600, 40, 8
LOCAL = [kind for kind in IndexKind if kind is not IndexKind.MILVUS]


def sequences(lists) -> Sequences:
    items = np.array([item for row in lists for item in row], dtype=np.int32)
    return Sequences(items, np.concatenate([[0], np.cumsum([len(row) for row in lists])]).astype(np.int64))


def by_sorting(queries, vectors, k, exclude=None):
    """The oracle: every score, sorted by (score, item) in plain Python."""
    answers = []
    for row, query in enumerate(queries):
        banned = set() if exclude is None else set(exclude[row].tolist())
        scored = [(-exact_score(query, vector), item) for item, vector in enumerate(vectors)]
        best = [item for _, item in sorted(pair for pair in scored if pair[1] not in banned)[:k]]
        answers.append(best + [-1] * (k - len(best)))
    return np.array(answers)


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(N_ITEMS, WIDTH)).astype(np.float32)
    queries = rng.normal(size=(N_QUERIES, WIDTH)).astype(np.float32)
    # Excluding the best items is the hardest case: an index that does not widen comes back short.
    order = np.argsort(-np.array([exact_scores(query, vectors) for query in queries]), axis=1, kind="stable")
    exclude = sequences([order[user, : user * 10].tolist() for user in range(N_QUERIES)])
    return queries, vectors, exclude


@pytest.mark.parametrize("kind", [IndexKind.EXACT, IndexKind.FLAT])
@pytest.mark.parametrize("masked", [False, True])
def test_exact_kinds_equal_a_plain_sort(world, kind, masked):
    queries, vectors, exclude = world
    exclude = exclude if masked else None
    items, scores = build_index(kind, vectors).search(queries, 15, exclude)
    assert items.dtype == np.int64 and scores.dtype == np.float32
    assert (items == by_sorting(queries, vectors, 15, exclude)).all()
    expected = [
        [exact_score(queries[row], vectors[item]) for item in items[row] if item >= 0] for row in range(N_QUERIES)
    ]
    assert [[value for value in row if np.isfinite(value)] for row in scores.tolist()] == expected


@pytest.mark.parametrize("kind", [IndexKind.EXACT, IndexKind.FLAT])
@pytest.mark.parametrize("k", [1, 4, 15, 100])
@pytest.mark.parametrize("masked", [False, True])
def test_equal_items_at_the_end_of_a_list_come_by_smaller_index(kind, k, masked):
    # Items with the same text have the same vector: whole numbers, so that their scores are equal to the bit.
    vectors = np.concatenate([np.full((40, 4), 1.0), np.full((10, 4), 2.0), np.full((50, 4), 0.5)]).astype(np.float32)
    queries = np.ones((3, 4), dtype=np.float32)
    exclude = sequences([[], [0, 1, 40], list(range(0, 100, 2))]) if masked else None
    items, _ = build_index(kind, vectors).search(queries, k, exclude)
    assert (items == by_sorting(queries, vectors, k, exclude)).all()


@pytest.mark.parametrize("kind", [IndexKind.EXACT, IndexKind.FLAT])
@pytest.mark.parametrize("width", [12, 33, 64, 65])
def test_twins_are_equal_to_the_bit_wherever_they_stand(kind, width):
    """A matrix product gives rows with the same vector other last bits by their places: the order must not tell."""
    rng = np.random.default_rng(width)
    kinds = rng.normal(size=(13, width)).astype(np.float32)
    vectors = kinds[rng.integers(0, 13, 333)]
    queries = rng.normal(size=(21, width)).astype(np.float32)
    index = build_index(kind, vectors)
    items, scores = index.search(queries, 120)
    assert (items == by_sorting(queries, vectors, 120)).all()
    for row in range(len(queries)):
        alone = index.search(queries[row : row + 1], 120)
        assert (alone[0][0] == items[row]).all() and (alone[1][0] == scores[row]).all()
        assert len(np.unique(scores[row])) <= 13


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 200), st.integers(1, 70), st.integers(0, 2**16))
def test_a_pairs_score_is_exact_whatever_is_beside_it_and_bounds_what_a_product_says(n, width, seed):
    rng = np.random.default_rng(seed)
    queries, vectors = rng.normal(size=(2, n, width)).astype(np.float32)
    found = pair_scores(queries, vectors)
    assert found[n // 2] == exact_score(queries[n // 2], vectors[n // 2])
    assert found[n // 2] == pair_scores(queries[n // 2], vectors[n // 2 : n // 2 + 1])[0]
    assert (pair_scores(queries[0], vectors) == pair_scores(np.repeat(queries[:1], n, axis=0), vectors)).all()
    error = np.abs(queries @ vectors.T - queries.astype(float) @ vectors.T.astype(float))
    assert (error <= rounding_bound(queries, vectors)[:, None]).all()


@pytest.mark.parametrize(("kind", "least"), [(IndexKind.HNSW, 0.95), (IndexKind.IVF, 0.6)])
def test_approximate_kinds_find_most_of_the_best(world, kind, least):
    queries, vectors, _ = world
    exact, _ = ExactIndex(vectors).search(queries, 20)
    found, scores = build_index(kind, vectors).search(queries, 20)
    overlap = np.mean([len(np.intersect1d(a, b)) / 20 for a, b in zip(exact, found, strict=True)])
    assert overlap >= least
    assert (np.diff(scores, axis=1) <= 0).all()


@pytest.mark.parametrize("kind", LOCAL)
def test_exclusion_never_leaks_and_still_fills_k(world, kind):
    queries, vectors, exclude = world
    items, scores = build_index(kind, vectors).search(queries, 25, exclude)
    assert (items >= 0).all() and np.isfinite(scores).all()
    for user, row in enumerate(items):
        assert len(set(row.tolist())) == 25
        assert not set(row.tolist()) & set(exclude[user].tolist())


@pytest.mark.parametrize("kind", LOCAL)
def test_rows_are_padded_when_too_few_items_are_left(kind):
    vectors = np.eye(6, dtype=np.float32)
    queries = np.arange(12, dtype=np.float32).reshape(2, 6)
    items, scores = build_index(kind, vectors).search(queries, 4, sequences([[0, 1, 2, 3, 0], range(6)]))
    assert items.tolist() == [[5, 4, -1, -1], [-1, -1, -1, -1]]
    assert scores[0, :2].tolist() == [5.0, 4.0]
    assert np.isneginf(scores[0, 2:]).all() and np.isneginf(scores[1]).all()


@pytest.mark.parametrize("kind", LOCAL)
def test_a_catalogue_of_one_item(kind):
    items, scores = build_index(kind, np.array([[2.0, 0.0]])).search(np.array([[3.0, 1.0]]), 1)
    assert items.tolist() == [[0]] and scores.tolist() == [[6.0]]


@pytest.mark.parametrize("kind", LOCAL)
def test_k_beyond_the_catalogue_is_named(kind):
    index = build_index(kind, np.eye(5, dtype=np.float32))
    for k in (6, 0):
        with pytest.raises(LearnError, match=rf"k = {k} .*N = 5"):
            index.search(np.eye(5, dtype=np.float32), k)


def test_bad_input_is_named():
    vectors = np.eye(3, dtype=np.float32)
    with pytest.raises(LearnError, match="no index 'annoy'"):
        build_index("annoy", vectors)
    with pytest.raises(LearnError, match=r"row 1 .*NaN"):
        build_index("exact", np.array([[0.0], [np.nan]]))
    with pytest.raises(LearnError, match="at least one item"):
        build_index("flat", np.zeros((0, 4)))
    with pytest.raises(LearnError, match="2 dimensions, the items 3"):
        build_index("exact", vectors).search(np.zeros((1, 2)), 1)
    with pytest.raises(LearnError, match=r"1 lists .* 2 queries"):
        build_index("exact", vectors).search(np.zeros((2, 3)), 1, sequences([[0]]))


def test_blocks_do_not_change_the_answer(world, monkeypatch):
    queries, vectors, exclude = world
    whole = ExactIndex(vectors).search(queries, 10, exclude)
    monkeypatch.setattr("learn.retrieval.exact._BLOCK_SCORES", 7 * N_ITEMS)
    blocks = ExactIndex(vectors).search(queries, 10, exclude)
    assert (whole[0] == blocks[0]).all()


@pytest.mark.parametrize("k", [1, 4, 12])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("twins", [False, True])
def test_a_catalogue_in_tiles_gives_the_same_lists(world, monkeypatch, k, masked, twins):
    queries, vectors, exclude = world
    vectors = np.round(vectors) if twins else vectors  # many scores are equal, at the end of lists too
    exclude = exclude if masked else None
    whole = ExactIndex(vectors).search(queries, k, exclude)
    seen = []
    plain = candidates.candidates_by_tiles
    monkeypatch.setattr("learn.retrieval.exact.candidates_by_tiles", lambda *given: seen.append(1) or plain(*given))
    monkeypatch.setattr("learn.retrieval.exact._TILED_QUERIES", 7)
    monkeypatch.setattr(candidates, "TILE", 97)
    tiled = ExactIndex(vectors).search(queries, k, exclude)
    assert len(seen) == -(-N_QUERIES // 7)
    assert (whole[0] == tiled[0]).all() and (whole[1] == tiled[1]).all()
    assert (tiled[0] == by_sorting(queries, vectors, k, exclude)).all()


def test_in_tiles_rows_are_padded_when_too_few_items_are_left(monkeypatch):
    monkeypatch.setattr(candidates, "TILE", 16)
    vectors = np.arange(64, dtype=np.float32)[:, None]
    queries = np.ones((2, 1), np.float32)
    items, scores = ExactIndex(vectors).search(queries, 2, sequences([list(range(63)), list(range(64))]))
    assert items.tolist() == [[63, -1], [-1, -1]]
    assert scores[0, 0] == 63 and np.isneginf(scores[0, 1:]).all() and np.isneginf(scores[1]).all()


def test_lists_of_everything_are_those_of_what_is_unseen_with_the_history_among_them(world):
    queries, vectors, exclude = world
    index = ExactIndex(vectors)
    merged = with_history(index.search(queries, 15, exclude), vectors, queries, exclude)
    for found, wanted in zip(merged, index.search(queries, 15), strict=True):
        assert np.array_equal(found, wanted)


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**16), st.data())
def test_top_k_breaks_ties_by_smaller_item(n_rows, n_items, seed, data):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 3, (n_rows, n_items)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.2] = -np.inf
    k = data.draw(st.integers(1, n_items))
    items, values = top_k(scores.copy(), k)
    for row in range(n_rows):
        allowed = [item for item in range(n_items) if scores[row, item] > -np.inf]
        expected = sorted(allowed, key=lambda item: (-scores[row, item], item))[:k]
        assert items[row].tolist() == expected + [-1] * (k - len(expected))
        assert values[row, : len(expected)].tolist() == [scores[row, item] for item in expected]


def test_take_users_keeps_order_and_empties():
    taken = take_users(sequences([[1, 2], [], [3]]), np.array([2, 1, 0, 2]))
    assert [row.tolist() for row in (taken[user] for user in range(4))] == [[3], [], [1, 2], [3]]
    assert len(take_users(sequences([[1]]), np.array([], dtype=int))) == 0


@pytest.mark.parametrize("kind", [IndexKind.EXACT, IndexKind.FLAT])
@pytest.mark.parametrize("repeat", [0.0, -2.5, 3.0])
def test_what_the_history_holds_scores_more_or_less(world, kind, repeat):
    queries, vectors, history = world
    held = sequences([[*history[row].tolist(), *history[row][:3].tolist()] for row in range(N_QUERIES)])  # some twice
    items, scores = search_with_repeats(build_index(kind, vectors), vectors, queries, 15, held, repeat)
    every = np.array([exact_scores(query, vectors) for query in queries])
    for row in range(N_QUERIES):
        every[row, np.unique(history[row])] += np.float32(repeat)
    assert (items == top_k(every, 15)[0]).all()
    assert (scores == np.take_along_axis(every, items, axis=1)).all()


@pytest.mark.parametrize("repeat", [Repeat(0.5), Repeat(0.2, 0.7, 3.0)])
def test_repeats_by_blocks_of_users_are_those_of_everybody_at_once(monkeypatch, repeat):
    rng = np.random.default_rng(5)
    vectors, queries = (rng.normal(size=(n, 6)).astype(np.float32) for n in (40, 30))
    kept = sequences([rng.integers(0, 40, int(n)).tolist() for n in rng.choice([0, 0, 1, 4, 25], 30)])
    held = Sequences(kept.items, kept.offsets, rng.integers(0, 10**15, len(kept.items)))
    index = build_index("exact", vectors)
    whole = search_with_repeats(index, vectors, queries, 7, held, repeat)
    for most in (1, 10, 40):
        monkeypatch.setattr(repeats, "_EVENTS_AT_ONCE", most)
        blocks = held.blocks(most)
        assert len(blocks) > 2 and blocks[0] == 0 and blocks[-1] == 30
        for found, wanted in zip(search_with_repeats(index, vectors, queries, 7, held, repeat), whole, strict=True):
            assert np.array_equal(found, wanted)
