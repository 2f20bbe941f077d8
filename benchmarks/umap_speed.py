"""How quick a map of many items is drawn, beside umap-learn's defaults: python -m benchmarks.umap_speed

Both begin at the vectors (64 numbers of length 1, in clusters) and end at a plane; compiling is done before. Ours is
the whole way of the explorer's first map: the base and the forces on it. With each row: how far each plane can be
trusted (Venna and Kaski, 2001), by a sample of its points.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np

from benchmarks.speed_rows import ROUNDS, Row, clock_named, compare, save, timed
from learn.explore.maps.joint import NEIGHBOURS, JointSpace, draw_jointly, joint_base
from learn.explore.maps.neighbours import nearest
from learn.runs.vectors import normalise

SIZES = {"umap-17k": 17_395, "umap-100k": 100_000}
WIDTH, TRUST_POINTS = 64, 1_000


def clustered(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Vectors [count, WIDTH] float32 of length 1, and the cluster of each [count]: sizes differ as categories' do."""
    rng = np.random.default_rng(seed)
    clusters = max(20, count // 250)
    shares = 1 / np.arange(1, clusters + 1) ** 0.7
    groups = rng.choice(clusters, count, p=shares / shares.sum())
    centres = normalise(rng.normal(size=(clusters, WIDTH)))
    return normalise(centres[groups] + 0.09 * rng.normal(size=(count, WIDTH))).astype(np.float32), groups


def our_plane(vectors: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """[N, 2] as the explorer draws its first space."""
    space = JointSpace(vectors, *nearest(vectors, NEIGHBOURS))
    return draw_jointly({"one": space}, joint_base([vectors], 0), groups, 0)["one"]


def their_plane(vectors: np.ndarray) -> np.ndarray:
    """[N, 2] by umap-learn's defaults, for cosines."""
    from umap import UMAP

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plane: np.ndarray = UMAP(metric="cosine").fit_transform(vectors)
    return plane


def trustworthiness(vectors: np.ndarray, plane: np.ndarray, k: int = NEIGHBOURS) -> float:
    """1 where every one of a point's ``k`` nearest on the plane is one of its ``k`` nearest by cosine; less by rank."""
    rows = np.random.default_rng(1).choice(len(plane), min(TRUST_POINTS, len(plane)), replace=False)
    lost = 0
    for row in rows:
        far = np.square(plane - plane[row]).sum(axis=1)
        far[row] = np.inf
        near = np.argpartition(far, k)[:k]
        cosines = vectors @ vectors[row]
        cosines[row] = -np.inf
        ranks = 1 + (cosines[None] > cosines[near, None]).sum(axis=1)
        lost += int(np.maximum(ranks - k, 0).sum())
    count = len(plane)
    return 1 - lost * 2 / (len(rows) * k * (2 * count - 3 * k - 1))


def measured(name: str, rounds: int, clock_name: str) -> Row:
    """One row, with both trustworthinesses printed."""
    clock, unit = clock_named(clock_name)
    vectors, groups = clustered(SIZES[name])
    planes: dict[str, np.ndarray] = {}
    ours = timed(lambda: planes.update(ours=our_plane(vectors, groups)), clock)
    theirs = timed(lambda: planes.update(theirs=their_plane(vectors)), clock)
    row = compare(name, "umap-learn's defaults", ours, theirs, unit, rounds)
    for which, plane in planes.items():
        print(f"  trustworthiness of {which}: {trustworthiness(vectors, plane):.4f}", flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--print", action="store_true", help="store nothing")
    arguments = parser.parse_args()
    small, groups = clustered(600)
    our_plane(small, groups)
    their_plane(small)
    rows = [measured(name, arguments.rounds, arguments.clock) for name in arguments.rows]
    if not arguments.print:
        save(rows)


if __name__ == "__main__":
    main()
