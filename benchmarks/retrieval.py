"""Search for the 100 best of a million vectors, beside what a user would pick instead: python -m benchmarks.retrieval

Random unit vectors of width 64 around cluster centres (what aligned items look like more than pure noise does). Rows:
`retrieval-1m` (one query on one thread) and `retrieval-1m-batch` (on two), both against the quickest of three libraries
at recall .99; `retrieval-exact`, against a scan by FAISS; `retrieval-filtered`, where 1% of the items pass, against an
exact scan of what passes. All queries have the same filter: ours gathers what passes once, the scan every time; the
first one's time is printed beside.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.speed_rows import PeerProcess, Row, clock_named, compare, save
from learn.retrieval import build_index

WIDTH, K, CENTRES, RECALL = 64, 100, 200, 0.99
PEERS = ("hnswlib", "usearch", "faiss-ivf-sq8")
PASSING = 0.01


def make_vectors(rng: np.random.Generator, count: int, centres: np.ndarray) -> np.ndarray:
    """[count, width] unit vectors near random rows of ``centres`` ([c, width])."""
    noise = 0.7 * rng.standard_normal((count, centres.shape[1]), dtype=np.float32)
    vectors = centres[rng.integers(len(centres), size=count)] + noise
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def prepare(folder: Path, n_items: int, n_queries: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Items, queries that the index is told of, and queries that are timed; written for the peers with the answer."""
    import faiss

    rng = np.random.default_rng(0)
    centres = rng.standard_normal((CENTRES, WIDTH), dtype=np.float32)
    items, told, queries = (make_vectors(rng, count, centres) for count in (n_items, 500, n_queries))
    _, best = faiss.knn(queries, items, K, metric=faiss.METRIC_INNER_PRODUCT)
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in (("items", items), ("queries", queries), ("best", best)):
        np.save(folder / f"{name}.npy", array)
    return items, told, queries


def recall(found: np.ndarray, best: np.ndarray) -> float:
    """The mean share of each row of ``best`` that is in that row of ``found``."""
    return float(np.mean([len(np.intersect1d(one, other)) / K for one, other in zip(best, found, strict=True)]))


def each(search: Callable[[np.ndarray], Any], queries: np.ndarray, clock: Callable[[], float]) -> Callable[[], float]:
    """Asks one query after the other: milliseconds a query."""

    def run() -> float:
        start = clock()
        for row in range(len(queries)):
            search(queries[row : row + 1])
        return 1e3 * (clock() - start) / len(queries)

    return run


def at_once(
    search: Callable[[np.ndarray], Any], queries: np.ndarray, clock: Callable[[], float]
) -> Callable[[], float]:
    """Asks all at once: milliseconds a query."""

    def run() -> float:
        start = clock()
        search(queries)
        return 1e3 * (clock() - start) / len(queries)

    return run


def on_threads(threads: int, run: Callable[[], float]) -> Callable[[], float]:
    """``run`` with FAISS on so many threads."""
    import faiss

    def wrapped() -> float:
        faiss.omp_set_num_threads(threads)
        return run()

    return wrapped


def against_peers(
    name: str, index: Any, queries: np.ndarray, folder: Path, way: str, arguments: argparse.Namespace
) -> list[Row]:
    """A row beside every peer; the last, called ``name``, is the quickest's."""
    clock, unit = clock_named(arguments.clock)
    timed = each if way == "one" else at_once
    ours = on_threads(1 if way == "one" else 2, timed(lambda asked: index.search(asked, K), queries, clock))
    rows = []
    for library in arguments.peers:
        peer = PeerProcess("vectors.py", library, folder, way, arguments.clock, threads=2)
        peer.round()  # what is read first is not timed
        rows.append(compare(name, library, ours, peer.round, unit.replace("s", "ms"), arguments.rounds))
        peer.close()
    return [min(rows, key=lambda row: row.ratio)] if rows else []


def filtered(index: Any, items: np.ndarray, queries: np.ndarray, arguments: argparse.Namespace) -> Row:
    """1% pass: ours against the matrix product with what passes and a partition, the least that is exact."""
    clock, unit = clock_named(arguments.clock)
    allowed, *others = (np.random.default_rng(seed).random(len(items)) < PASSING for seed in range(11))

    def scan(asked: np.ndarray) -> np.ndarray:
        rows = np.flatnonzero(allowed)
        scores = items[rows] @ asked[0]
        best = np.argpartition(-scores, K)[:K]
        return rows[best[np.argsort(-scores[best])]]

    found = index.search(queries[:20], K, None, allowed)[0]
    print(f"filtered: recall {recall(found, np.stack([scan(one[None]) for one in queries[:20]])):.4f}", flush=True)
    first = [
        each(lambda asked, passing=one: index.search(asked, K, None, passing), queries[:1], clock)() for one in others
    ]
    print(f"filtered, a filter's first query: {np.median(first):.2f} {unit.replace('s', 'ms')}", flush=True)
    ours = on_threads(1, each(lambda asked: index.search(asked, K, None, allowed), queries[:100], clock))
    theirs = each(scan, queries[:100], clock)
    return compare("retrieval-filtered", "scan of what passes", ours, theirs, unit.replace("s", "ms"), arguments.rounds)


def main() -> None:
    if "OPENBLAS_NUM_THREADS" not in os.environ:  # "one thread" is meant of NumPy too, which reads it as it is imported
        words = [sys.executable, "-m", "benchmarks.retrieval", *sys.argv[1:]]
        os.execve(sys.executable, words, {**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--index", default="ivf")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--folder", type=Path, help="Where the vectors and the peers' indexes are kept.")
    parser.add_argument("--print", action="store_true", help="Do not write speed.json.")
    arguments = parser.parse_args()
    import faiss

    clock, unit = clock_named(arguments.clock)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        items, told, queries = prepare(folder, arguments.items, arguments.queries)
        start = clock()
        index = build_index(arguments.index, items, told)
        built = clock() - start
        found, best = index.search(queries, K)[0], np.load(folder / "best.npy")
        print(f"{arguments.index}: built in {built:.1f} {unit}, recall {recall(found, best):.4f}", flush=True)
        rows = against_peers("retrieval-1m", index, queries, folder, "one", arguments)
        rows += against_peers("retrieval-1m-batch", index, queries, folder, "batch", arguments)
        flat: Any = faiss.IndexFlatIP(WIDTH)
        flat.add(items)
        ours = on_threads(1, each(lambda asked: index.search(asked, K), queries[:100], clock))
        scan = on_threads(1, each(lambda asked: flat.search(asked, K), queries[:100], clock))
        rows.append(compare("retrieval-exact", "FAISS flat", ours, scan, unit.replace("s", "ms"), arguments.rounds))
        rows.append(filtered(index, items, queries, arguments))
    if not arguments.print:
        save(rows)


if __name__ == "__main__":
    main()
