"""Users' item sequences, ragged, without a Python list per user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from learn.errors import LearnError
from learn.scratch import is_large, let_go, scratch

_AT_ONCE = 1 << 22
"""Events that are copied together."""


@dataclass(frozen=True)
class Sequences:
    """U sequences of item indices in time order, laid end to end.

    Attributes:
        items: [n] int32 item indices.
        offsets: [U + 1] int64; user u's items are ``items[offsets[u]:offsets[u + 1]]``.
        times: [n] int64 nanoseconds since the epoch, or None where only the order is known.
    """

    items: np.ndarray
    offsets: np.ndarray
    times: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, user: int) -> np.ndarray:
        """[length] int32 item indices of user index ``user``, oldest first."""
        return self.items[self.offsets[user] : self.offsets[user + 1]]

    @property
    def lengths(self) -> np.ndarray:
        """[U] int64."""
        return np.diff(self.offsets)

    @property
    def users(self) -> np.ndarray:
        """[n] int64: the user index of every event."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def timestamps(self) -> np.ndarray:
        """[n] int64 `times`, for what cannot do without.

        Raises:
            LearnError: only the order is known.
        """
        if self.times is None:
            raise LearnError(
                "These interactions have an order but no times.",
                "Map a time column with --map timestamp=YOUR_COLUMN, or use what needs no times.",
            )
        return self.times

    def keep(self, mask: np.ndarray) -> Sequences:
        """The same users with only the events where ``mask`` ([n] bool) is True."""
        smallest = np.int32 if len(mask) < 2**31 else np.int64
        before = np.concatenate([np.zeros(1, smallest), np.cumsum(mask, dtype=smallest)])
        offsets = before[self.offsets].astype(np.int64)
        return Sequences(_where(mask, self.items), offsets, None if self.times is None else _where(mask, self.times))

    def between(self, start: int, stop: int) -> Sequences:
        """Users ``start`` to ``stop`` alone."""
        first, last = self.offsets[start], self.offsets[stop]
        times = None if self.times is None else self.times[first:last]
        return Sequences(self.items[first:last], self.offsets[start : stop + 1] - first, times)

    def blocks(self, events: int) -> list[int]:
        """Where blocks of users begin, and the end: each has ``events`` events, or a single user who has more."""
        bounds = [0]
        while bounds[-1] < len(self):
            start = bounds[-1]
            stop = int(np.searchsorted(self.offsets, self.offsets[start] + events, side="right")) - 1
            bounds.append(min(max(stop, start + 1), len(self)))
        return bounds

    def leading(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Users with at least ``length`` events, [B] indices, and their first ones, [B, length] item indices."""
        users = np.flatnonzero(self.lengths >= length)
        return users, self.items[self.offsets[users][:, None] + np.arange(length)].astype(np.int64)


def _where(mask: np.ndarray, values: np.ndarray) -> np.ndarray:
    """``values[mask]``; of very many events in a file, and in memory only what is read of it."""
    kept = int(np.count_nonzero(mask))
    if not is_large(kept * values.itemsize):
        return values[mask]
    found, end = scratch((kept,), values.dtype), 0
    for start in range(0, len(values), _AT_ONCE):
        some = values[start : start + _AT_ONCE][mask[start : start + _AT_ONCE]]
        found[end : end + len(some)] = some
        end += len(some)
    let_go(found)
    return found


def pad(rows: list[np.ndarray], value: int) -> np.ndarray:
    """[B, longest] int64, rows right-padded with ``value``."""
    padded = np.full((len(rows), max(map(len, rows))), value, dtype=np.int64)
    for row, values in zip(padded, rows, strict=True):
        row[: len(values)] = values
    return padded


def take_users(sequences: Sequences, users: np.ndarray) -> Sequences:
    """The sequences of ``users`` ([Q] indices), in that order."""
    lengths = sequences.lengths[users]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    places = np.repeat(sequences.offsets[users] - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Sequences(sequences.items[places], offsets, None if sequences.times is None else sequences.times[places])


def one_history(history: Sequences | np.ndarray) -> Sequences:
    """One user's history; item indices ([n]) become one without times."""
    return history if isinstance(history, Sequences) else sequences_of([np.asarray(history)])


def sequences_of(histories: Iterable[np.ndarray]) -> Sequences:
    """Histories ([length] item indices each) laid end to end, without times."""
    histories = list(histories)
    lengths = [len(history) for history in histories]
    items = np.concatenate([*histories, np.zeros(0, np.int32)]).astype(np.int32)
    return Sequences(items, np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64))
