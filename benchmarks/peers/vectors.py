"""One library's search for the 100 nearest, at recall .99: python vectors.py LIBRARY FOLDER one|batch CLOCK

FOLDER holds items.npy, queries.npy and best.npy (the exact answer). Prints "built SECONDS RECALL", then "ready", and
for every line that it is sent "took MILLISECONDS" a query. What was built is kept in FOLDER.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

K, RECALL = 100, 0.99
Search = Callable[[np.ndarray, int], np.ndarray]  # queries and how far to look -> items


def hnswlib_search(folder: Path, items: np.ndarray, threads: int) -> tuple[Search, list[int]]:
    import hnswlib

    index, kept = hnswlib.Index(space="ip", dim=items.shape[1]), folder / "hnswlib.bin"
    if kept.exists():
        index.load_index(str(kept))
    else:
        index.init_index(max_elements=len(items), M=16, ef_construction=100)
        index.add_items(items)
        index.save_index(str(kept))
    index.set_num_threads(threads)

    def search(queries: np.ndarray, breadth: int) -> np.ndarray:
        index.set_ef(breadth)
        return index.knn_query(queries, K)[0].astype(np.int64)

    return search, [100, 110, 125, 150, 180, 220, 280, 350, 450, 600]


def usearch_search(folder: Path, items: np.ndarray, threads: int) -> tuple[Search, list[int]]:
    from usearch.index import Index

    kept = folder / "usearch.bin"
    index = Index(ndim=items.shape[1], metric="ip", dtype="bf16", connectivity=16, expansion_add=100)
    if kept.exists():
        index.load(str(kept))
    else:
        index.add(np.arange(len(items)), items)
        index.save(str(kept))

    def search(queries: np.ndarray, breadth: int) -> np.ndarray:
        index.expansion_search = breadth
        found = index.search(queries, K, threads=threads)
        return found.keys.reshape(len(queries), -1).astype(np.int64)

    return search, [100, 110, 125, 150, 180, 220, 280, 350, 450, 600]


def faiss_search(folder: Path, items: np.ndarray, threads: int) -> tuple[Search, list[int]]:
    """FAISS's own recipe: IVF with a byte a number, the best scored again."""
    import faiss

    faiss.omp_set_num_threads(2)
    width, kept = items.shape[1], folder / "faiss-ivf-sq8.bin"
    if kept.exists():
        base = faiss.read_index(str(kept))
    else:
        base = faiss.index_factory(width, "IVF1024,SQ8", faiss.METRIC_INNER_PRODUCT)
        base.train(items[:: max(1, len(items) // 100_000)])
        base.add(items)
        faiss.write_index(base, str(kept))
    index = faiss.IndexRefineFlat(base, faiss.swig_ptr(items))
    faiss.omp_set_num_threads(threads)

    def search(queries: np.ndarray, breadth: int) -> np.ndarray:
        within = faiss.SearchParametersIVF(nprobe=breadth)
        parameters = faiss.IndexRefineSearchParameters(k_factor=1.5, base_index_params=within)
        return index.search(queries, K, params=parameters)[1]

    return search, [4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32, 48, 64]


LIBRARIES = {"hnswlib": hnswlib_search, "usearch": usearch_search, "faiss-ivf-sq8": faiss_search}


def main() -> None:
    library, folder, way, clock_name = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    items, queries, best = (np.load(folder / f"{name}.npy") for name in ("items", "queries", "best"))
    clock = time.process_time if clock_name == "cpu" else time.perf_counter
    start = clock()
    search, breadths = LIBRARIES[library](folder, items, 1 if way == "one" else 2)
    built = clock() - start
    for breadth in breadths:  # the least that reaches the recall
        found = search(queries, breadth)
        recall = np.mean([len(np.intersect1d(one, other)) / K for one, other in zip(best, found, strict=True)])
        if recall >= RECALL:
            break
    print(f"built {built:.1f} {recall:.4f}", flush=True)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = clock()
        if way == "one":
            for row in range(len(queries)):
                search(queries[row : row + 1], breadth)
        else:
            search(queries, breadth)
        print(f"took {1e3 * (clock() - start) / len(queries)}", flush=True)


if __name__ == "__main__":
    main()
