"""SLIT on L3AE: the linear map from what somebody had so far to what came next, drawn to L3AE's map.

SLIT (Choi et al., *Session-aware Linear Item-Item Models for Session-based Recommendation*, WWW 2021, arXiv 2103.16104)
fits, with a row for every event that has some before it, the row's decayed past to the item that came then. Where that
says little, B stays what L3AE (`learn.evaluation.references.ease`) says of the same purchases without their order:
under the penalty belief |B - L3AE|^2 setting the gradient to 0 gives B = (S'S + belief I)^-1 (S'Y + belief L3AE), with
S the pasts and Y what came next. The diagonal is then set to 0, as lists are of what is new. With boundless belief it
is L3AE.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from learn.data.sequences import Sequences
from learn.evaluation.references.base import FORGETTING, ITEMS, CannotFit, Known, Reference, Scorer, linear
from learn.evaluation.references.ease import L3AE, fit_l3ae
from learn.evaluation.references.inverse import DenseInverse

MOST_ITEMS = 10_000
"""Of so many items at the most: the map and what it is made from are [N, N] in float32, 1.6 GB then."""
_FORGOTTEN = 10  # half-lives after which an event no longer counts

_EVENTS_ONLY = tuple(one for one in FORGETTING if one is not None and one[-1] == "events")


def fit_slit(
    known: Known,
    belief: float = 400.0,
    forgetting: tuple[float, str] = (3.0, "events"),
    strength: float = 50.0,
    prior: float = 50.0,
    text_strength: float = 0.3,
) -> Scorer:
    """The `Scorer` of SLIT on L3AE.

    Args:
        belief: how strongly L3AE's map is believed.
        forgetting: of a history's events, in training as when lists are made; in events. An item counts by its last.
        strength, prior, text_strength: L3AE's.

    Raises:
        CannotFit: no content embeddings, or more items than `MOST_ITEMS`.
    """
    n_items = known.n_items
    if n_items > MOST_ITEMS:
        raise CannotFit(
            f"SLIT keeps a map of {n_items:,} by {n_items:,} items; {MOST_ITEMS:,} is what is done in a minute.",
            "Leave it out, or cut the catalogue down.",
        )
    begun = known.kept(
        ("unordered", strength, prior, text_strength), lambda: _l3ae(known, strength, prior, text_strength)
    )
    gram, following = known.kept(("pasts", forgetting), lambda: _products(known, forgetting))
    weights = DenseInverse(gram, belief).matrix @ (following + np.float32(belief) * begun)
    np.fill_diagonal(weights, 0.0)
    return linear(weights, n_items, forgetting, ITEMS)


def _l3ae(known: Known, strength: float, prior: float, text_strength: float) -> np.ndarray:
    """[N, N] float32 L3AE's map: its scores of histories of one item each."""
    n_items = known.n_items
    scorer = fit_l3ae(known, strength, prior, text_strength)
    alone = Sequences(np.arange(n_items, dtype=np.int32), np.arange(n_items + 1, dtype=np.int64))
    return np.concatenate([scorer(alone, start, min(start + 2048, n_items)) for start in range(0, n_items, 2048)])


def _products(known: Known, forgetting: tuple[float, str]) -> tuple[np.ndarray, np.ndarray]:
    """[N, N] float32 S'S and S'Y."""
    pasts, following = transitions(known.events, known.n_items, forgetting[0])
    return (pasts.T @ pasts).toarray(), (pasts.T @ following).toarray()


def transitions(events: Sequences, n_items: int, half_life: float) -> tuple[Any, Any]:
    """What came when, and before it: a row for every event on an item that is new to a user who had others.

    Args:
        half_life: in events; what is ten of them old is left out.

    Returns:
        Sparse [R, N] float32: the past, each item by its last event before, weighted by how many events ago that was;
        and 1 for the item that came.
    """
    from scipy.sparse import csr_array

    place = np.arange(len(events.items)) - np.repeat(events.offsets[:-1], events.lengths)
    is_first = np.zeros(len(events.items), dtype=bool)
    is_first[np.unique(events.users * n_items + events.items, return_index=True)[1]] = True
    rows = np.flatnonzero(is_first & (place > 0))
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for lag in range(1, int(np.ceil(_FORGOTTEN * half_life)) + 1):
        reached = np.flatnonzero(place[rows] >= lag)
        if not len(reached):
            break
        found.append((reached, events.items[rows[reached] - lag]))
    which = np.concatenate([one for one, _ in found] or [np.zeros(0, np.int64)])
    items = np.concatenate([one for _, one in found] or [np.zeros(0, np.int32)])
    lags = np.repeat(np.arange(len(found)), [len(one) for one, _ in found])
    last = np.unique(which * n_items + items, return_index=True)[1]  # the first of a pair has the least lag
    weights = (0.5 ** (lags[last] / half_life)).astype(np.float32)
    shape = (len(rows), n_items)
    ones = np.ones(len(rows), dtype=np.float32)
    return (
        csr_array((weights, (which[last], items[last])), shape=shape),
        csr_array((ones, (np.arange(len(rows)), events.items[rows])), shape=shape),
    )


SLIT = Reference(
    fit_slit,
    {name: value for name, value in L3AE.settings.items() if name != "counts"} | {"belief": 400.0},
    {
        "belief": (50.0, 100.0, 200.0, 400.0, 1000.0, 4000.0),
        "forgetting": _EVENTS_ONLY,
        "strength": L3AE.grid["strength"],
    },
    reads_content=True,
    scores_cold=True,
    inverts=True,
)
