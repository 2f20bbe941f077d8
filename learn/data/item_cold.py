"""The item-cold split: items that training never meets, and everybody's last step onto one of them.

A tenth of the items is drawn. Items that anybody bought are put in order of how many users bought them, cut into groups
of ten neighbours, and of each group one is drawn: heads and tails are left out alike. Whoever fits, validates or is
ranked for reads no event on them; the test's targets are on nothing else.
"""

from __future__ import annotations

import numpy as np

from learn.data.sequences import Sequences
from learn.data.split import LEFT_OUT, PHASE_CODES, Phase, Split, SplitInfo
from learn.errors import LearnError

COLD_SHARE = 0.1
"""Of the items that anybody bought: how many are left out."""


def draw_cold_items(sequences: Sequences, n_items: int, seed: int = 0) -> np.ndarray:
    """[N] bool: the items that are left out, one of every ten neighbours in popularity.

    Args:
        sequences: every user's whole sequence; an item's popularity is how many users it occurs with.
        n_items: N.
        seed: of the draw.
    """
    pairs = np.unique(sequences.users * n_items + sequences.items)
    buyers = np.bincount(pairs % n_items, minlength=n_items)
    order = np.argsort(-buyers, kind="stable")[: np.count_nonzero(buyers)]
    groups = np.array_split(order, max(1, round(len(order) * COLD_SHARE)))
    rng = np.random.default_rng(seed)
    cold = np.zeros(n_items, dtype=bool)
    cold[[rng.choice(group) for group in groups]] = True
    return cold


def hold_out_items(split: Split, name: str, seed: int = 0) -> Split:
    """``split`` with a tenth of the items left out of training and validation.

    Cut by time, targets are the events on these items after the cut; a history is what was before it, without them.
    Else a user's target is the last event on such an item that has a history, which is what came before, without them;
    the last of the history validates where there are two or more, and what comes after the target is not used. Whoever
    has no such event trains, and the last event validates where there are two or more.

    Args:
        split: by time or leave-one-out, of all events.
        name: the dataset's, for the message.
        seed: of the draw.

    Raises:
        LearnError: nobody has a target on these items after a history, or nothing is left to train or validate on.
    """
    sequences, info = split.sequences, split.info
    cold = draw_cold_items(sequences, split.n_items, seed)
    of_cold = cold[sequences.items]
    codes = _by_time(split.codes, of_cold) if info.test_start is not None else _by_user(sequences, of_cold)
    made = SplitInfo("item_cold", info.validation_start, info.test_start, str(seed))
    found = Split(made, sequences, codes.astype(np.uint8), split.n_items)
    for phase, least in ((Phase.TRAIN, 0), (Phase.VALIDATION, 1), (Phase.TEST, 1)):
        has = found.target(phase).lengths > 0
        if not (has & (found.history(phase).lengths >= least)).any():
            raise LearnError(
                f"Leaving {int(cold.sum()):,} of the {split.n_items:,} items of {name} out of training leaves no user "
                f"with a history and an event for: {phase.value}.",
                "Give more interactions per user, or use --split leave-one-out or by-time.",
            )
    return found


def _by_time(codes: np.ndarray, of_cold: np.ndarray) -> np.ndarray:
    """[n] codes: of what the cut gave to the test the cold events, of what was before the others."""
    is_test = codes == PHASE_CODES[Phase.TEST]
    return np.where(is_test == of_cold, codes, LEFT_OUT)


def _by_user(sequences: Sequences, of_cold: np.ndarray) -> np.ndarray:
    """[n] codes: each user's last cold event with a history is the test, the last warm one before it validation."""
    users, places = sequences.users, np.arange(len(of_cold))
    warm_so_far = np.cumsum(~of_cold)
    before_user = np.concatenate([[0], warm_so_far])[sequences.offsets[:-1]]
    has_history = warm_so_far - before_user[users] > 0
    target = _last(users, places, of_cold & has_history, len(sequences))
    end = np.where(target >= 0, target, sequences.offsets[1:])
    is_history = ~of_cold & (places < end[users])
    codes = np.where(is_history, PHASE_CODES[Phase.TRAIN], LEFT_OUT)
    enough = np.bincount(users[is_history], minlength=len(sequences)) >= 2
    codes[_last(users, places, is_history, len(sequences))[enough]] = PHASE_CODES[Phase.VALIDATION]
    codes[target[target >= 0]] = PHASE_CODES[Phase.TEST]
    return codes


def _last(users: np.ndarray, places: np.ndarray, among: np.ndarray, n_users: int) -> np.ndarray:
    """[U] int64: the last of ``places`` of every user where ``among`` is True; -1 where there is none."""
    found = np.full(n_users, -1, dtype=np.int64)
    np.maximum.at(found, users[among], places[among])
    return found
