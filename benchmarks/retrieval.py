"""How much faster than exact search each FAISS index is, and what it misses: python benchmarks/retrieval.py

Random unit vectors around cluster centres (what aligned items look like more than pure noise does), every query with a
history to exclude. Prints ratios to exact search, which say more than seconds of one machine.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from learn.data.sequences import Sequences
from learn.retrieval import IndexKind, build_index


def make_vectors(rng: np.random.Generator, count: int, width: int, centres: np.ndarray) -> np.ndarray:
    """[count, width] unit vectors near random rows of ``centres`` ([c, width])."""
    vectors = centres[rng.integers(len(centres), size=count)] + 0.7 * rng.normal(size=(count, width))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("users", 2_469), ("items", 17_400), ("width", 64), ("history", 300), ("k", 100)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(200, arguments.width))
    items = make_vectors(rng, arguments.items, arguments.width, centres)
    users = make_vectors(rng, arguments.users, arguments.width, centres)
    bought = rng.integers(arguments.items, size=arguments.users * arguments.history).astype(np.int32)
    history = Sequences(bought, np.arange(arguments.users + 1, dtype=np.int64) * arguments.history)

    reference, exact_seconds = np.empty(0), 0.0
    print(f"{'index':<8}{'build s':>9}{'search s':>10}{'x exact':>9}{'recall':>8}")
    for kind in IndexKind:
        start = time.perf_counter()
        index = build_index(kind, items)
        built = time.perf_counter() - start
        seconds = []
        for _ in range(arguments.repeats):
            start = time.perf_counter()
            found, _ = index.search(users, arguments.k, history)
            seconds.append(time.perf_counter() - start)
        best = min(seconds)
        if kind is IndexKind.EXACT:
            reference, exact_seconds = found, best
        same = [len(np.intersect1d(a, b)) / arguments.k for a, b in zip(reference, found, strict=True)]
        print(f"{kind:<8}{built:>9.2f}{best:>10.2f}{exact_seconds / best:>8.1f}x{np.mean(same):>8.3f}", flush=True)


if __name__ == "__main__":
    main()
