"""What each group of purchases adds to a user embedding, shared fairly: Shapley values, which add up to the whole.

Left out alone, a group loses only what no other says: of ten groups that say alike, each seems to add nothing. Its
Shapley value (Shapley, 1953) is what it adds on average to the others, of which none, some or all are there. The mean
is taken over the share of the others that is there (Owen, 1972), with a set of them drawn for each share: a few forward
passes a group. What sampling leaves over is shared out evenly, so the values add up exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from learn.explore.lists.left_out import CUTS, LeftOut, of_the_mean, open_reading
from learn.explore.lists.purchases import Groups
from learn.runs.recommender import Recommender

SETS = 7
"""Sets of groups that are drawn for each cut of the history."""


def shared_out(recommender: Recommender, history: np.ndarray, groups: Groups, cuts: int = CUTS) -> LeftOut:
    """The Shapley values of ``groups`` as a `LeftOut`: under each cut the shifts add up to the user embedding.

    Args:
        history: [H] item indices, oldest first.

    Raises:
        LearnError: the history is empty, or the Run has stored lists only.
    """
    *_, last = shared_out_by_cut(recommender, history, groups, cuts)
    return last


def shared_out_by_cut(
    recommender: Recommender, history: np.ndarray, groups: Groups, cuts: int = CUTS, seed: int = 0
) -> Iterator[LeftOut]:
    """`shared_out` with one cut more each time, so that something can be shown early.

    Args:
        cuts: so many, each with sets of its own, also of a history that is read at once.
        seed: of the sets, and of the cuts behind the first one; negative: of all cuts.
    """
    reading = open_reading(recommender, history)
    n_chunks = 1 if reading is None else reading.n_chunks
    whole = recommender.embed_history(history).astype(np.float64)
    sets, weights = drawn_sets(len(groups.members), cuts, np.random.default_rng([abs(seed), seed < 0]))
    shifts: list[np.ndarray] = []
    for number in range(cuts):
        rng = np.random.default_rng([abs(seed), number]) if number or seed < 0 else None
        if reading is None:
            found = of_the_mean(recommender, history, groups, sets[number])
        else:
            found = reading.added(rng, groups, sets[number])
        mean = np.tensordot(weights[number], found.astype(np.float64), axes=1)
        left_over = whole[: mean.shape[1]] - mean.sum(axis=0)
        shifts.append((mean + left_over / len(mean)).astype(np.float32))
        yield LeftOut(groups, np.stack(shifts), n_chunks)


def drawn_sets(n: int, cuts: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """([cuts, S, n] bool, [cuts, S]): which of ``n`` groups are there in each set, and its weight, of sum 1 a cut.

    Sizes lie the closer together the smaller they are, as a group adds the more the fewer others are there. Each few
    cuts take other parts of one order of the groups, so that all are there about equally often.
    """
    steps = (np.arange(SETS) + (np.arange(cuts)[:, None] + 0.5) / cuts) / SETS
    reach = 0.5 * (2 * n + 3.0) ** steps  # 1 more than a size between -0.5 and n + 0.5, each as likely by its weight
    sizes = np.clip(np.rint(reach - 1), 0, n).astype(int)
    sets = np.zeros((cuts, SETS, n), dtype=bool)
    for place in range(SETS):
        for cut, size in enumerate(sizes[:, place].tolist()):
            if cut % CUTS == 0:
                order = rng.permutation(n)
            sets[cut, place, np.roll(order, -(cut % CUTS * n) // CUTS)[:size]] = True
    return sets, reach / reach.sum(axis=1, keepdims=True)
