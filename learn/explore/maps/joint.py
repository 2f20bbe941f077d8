"""Maps of several spaces in one frame, so that an item that stays has not changed.

Drawn each for itself, every map lies as chance has it, and the way of a point from one to the other tells nothing. Here
all begin on one base, drawn from the spaces joined; then each is drawn on by the forces of its own neighbours, while

- every item is tied to its places on the other maps, the more the less its profile and its neighbours change;
- the centre of every group of items is drawn towards where multidimensional scaling (SMACOF, de Leeuw, 1977) of the
  space's own distances between centres would have it, so that far groups lie far apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import rankdata

from learn.explore.maps.forces import Forces, neighbour_graph
from learn.explore.maps.groups import group_means, profile_change, profiles
from learn.explore.maps.layout import principal_plane
from learn.explore.maps.neighbours import nearest
from learn.runs.vectors import normalise

BASE_NEIGHBOURS, BASE_EPOCHS, BASE_WIDTH = 60, 200, 128
NEIGHBOURS, EPOCHS = 15, 150
TIE = 0.018
"""Share of the way to its place on another map that an item goes in an epoch, before its weight."""
CENTRE_PULL = 0.014
LOST_SHARE = 0.25
"""Of the weight of a tie, how much hangs on neighbours lost; the rest on the change of profile."""
K = 10
LEAST_ITEMS = 5


@dataclass(frozen=True)
class JointSpace:
    """A space to be drawn.

    Attributes:
        vectors: [M, d] of length 1.
        neighbours, cosines: [M, >= NEIGHBOURS] from `learn.explore.maps.neighbours.nearest`.
        plane: [M, 2] where it was drawn before: it stays so, and others are tied to it; None: to be drawn.
    """

    vectors: np.ndarray
    neighbours: np.ndarray
    cosines: np.ndarray
    plane: np.ndarray | None = None


def joint_base(spaces: list[np.ndarray], seed: int, note: Callable[[float], None] = lambda share: None) -> np.ndarray:
    """[M, 2] float64: one map of all ``spaces`` ([M, d] each, rows of length 1) joined, centred.

    Args:
        note: is told the share that was done.
    """
    joined = normalise(np.concatenate(spaces, axis=1)).astype(np.float32)
    start = principal_plane(joined)
    plane = start / (np.abs(start).max() or 1) * 10
    if len(joined) < LEAST_ITEMS:
        return plane - plane.mean(axis=0)
    narrow = _narrowed(joined)
    neighbours, cosines = nearest(narrow, BASE_NEIGHBOURS, note=lambda share: note(0.3 * share))
    forces = Forces(neighbour_graph(narrow, neighbours, cosines), seed)
    for epoch in range(BASE_EPOCHS):
        forces.act(plane, 1 - epoch / BASE_EPOCHS)
        note(0.7 / BASE_EPOCHS)
    return plane - plane.mean(axis=0)


def _narrowed(vectors: np.ndarray) -> np.ndarray:
    """[M, <= BASE_WIDTH] the leading principal components of ``vectors``, not centred, of length 1."""
    if vectors.shape[1] <= BASE_WIDTH:
        return vectors
    _, directions = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return normalise(vectors @ directions[:, : -BASE_WIDTH - 1 : -1]).astype(np.float32)


def draw_jointly(
    spaces: Mapping[str, JointSpace],
    base: np.ndarray,
    groups: np.ndarray,
    seed: int,
    note: Callable[[float], None] = lambda share: None,
) -> dict[str, np.ndarray]:
    """Name -> [M, 2] float64 place of every item, for those of ``spaces`` that have no plane yet.

    Args:
        spaces: all that are tied to each other.
        base: [M, 2] from `joint_base`; planes are in its frame.
        groups: [M] from `learn.explore.maps.groups.item_groups`.
        seed: of the random points that repel.
        note: is told the share that was done.
    """
    planes = {name: (base if space.plane is None else space.plane).astype(np.float64) for name, space in spaces.items()}
    drawn = [name for name, space in spaces.items() if space.plane is None]
    if len(base) < LEAST_ITEMS:
        return {name: planes[name].copy() for name in drawn}
    planes |= {name: planes[name].copy() for name in drawn}
    forces = {
        name: Forces(
            neighbour_graph(
                spaces[name].vectors, spaces[name].neighbours[:, :NEIGHBOURS], spaces[name].cosines[:, :NEIGHBOURS]
            ),
            seed + number,
        )
        for number, name in enumerate(drawn)
    }
    targets = {name: scaled_centres(spaces[name].vectors, groups, base) for name in drawn}
    ties = {pair: TIE * tie_weights(spaces[pair[0]], spaces[pair[1]], groups) for pair in _pairs(spaces, drawn)}
    with ThreadPoolExecutor(max(1, len(drawn))) as pool:
        for epoch in range(EPOCHS):
            rate = 1 - epoch / EPOCHS
            list(pool.map(lambda name, rate=rate: forces[name].act(planes[name], rate), drawn))
            for name in drawn:
                _draw_centres(planes[name], targets[name], groups)
            _tie(planes, ties, drawn)
            note(1 / EPOCHS)
    return {name: planes[name] for name in drawn}


def _pairs(spaces: Mapping[str, JointSpace], drawn: list[str]) -> list[tuple[str, str]]:
    return [pair for pair in combinations(spaces, 2) if pair[0] in drawn or pair[1] in drawn]


def tie_weights(one: JointSpace, other: JointSpace, groups: np.ndarray) -> np.ndarray:
    """[M, 1] from 0 (the item that changes most) to 1 (the one that changes least) between two spaces."""
    kept = (one.neighbours[:, :K, None] == other.neighbours[:, None, :K]).any(axis=2).sum(axis=1)
    change = rankdata(-kept)
    if groups.max(initial=-1) >= 1:
        turned = profile_change(profiles(one.vectors, groups), profiles(other.vectors, groups))
        change = (1 - LOST_SHARE) * rankdata(turned) + LOST_SHARE * change
    return ((1 - rankdata(change) / len(change)) ** 2)[:, None]


def _tie(planes: dict[str, np.ndarray], ties: dict[tuple[str, str], np.ndarray], drawn: list[str]) -> None:
    for (one, other), weights in ties.items():
        way = weights * (planes[other] - planes[one])
        if one in drawn:
            planes[one] += way
        if other in drawn:
            planes[other] -= way


def _draw_centres(plane: np.ndarray, targets: np.ndarray, groups: np.ndarray) -> None:
    inside = groups >= 0
    if inside.any():
        ways = CENTRE_PULL * (targets - group_means(plane, groups))
        plane[inside] += ways[groups[inside]]


def scaled_centres(vectors: np.ndarray, groups: np.ndarray, base: np.ndarray, rounds: int = 300) -> np.ndarray:
    """[G, 2] where the groups' centres would lie in the plane by their distances in the space, beginning on ``base``.

    Metric multidimensional scaling by majorisation; the scale is the one that the base has.
    """
    places, centres = group_means(base, groups), group_means(vectors, groups)
    if len(places) < 3:
        return places
    upper = np.triu_indices(len(places), 1)
    wanted = _distances(centres)
    wanted *= np.median(_distances(places)[upper]) / max(float(np.median(wanted[upper])), 1e-12)
    for _ in range(rounds):
        ratio = -wanted / np.maximum(_distances(places), 1e-9)
        np.fill_diagonal(ratio, 0)
        np.fill_diagonal(ratio, -ratio.sum(axis=1))
        places = ratio @ places / len(places)
    return places


def _distances(points: np.ndarray) -> np.ndarray:
    squares = (points**2).sum(axis=1)
    return np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * points @ points.T, 0))
