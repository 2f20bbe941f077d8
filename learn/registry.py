"""A table of what there is to choose from: item towers, objectives, sources, metrics, colourings.

Whatever is to be chosen by a code has one `Registry`; an entry says all that the rest of the project needs to know, and
nothing else names the codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from learn.errors import LearnError


class Entry(Protocol):
    """What every entry has."""

    @property
    def code(self) -> str:
        """What commands, configurations and stored files call it."""


E = TypeVar("E", bound=Entry)


class Registry(Generic[E]):
    """Entries by their code, in the order in which people should meet them.

    Args:
        what: the kind of thing in a sentence: "item tower".
        entries: the first ones.
    """

    def __init__(self, what: str, *entries: E) -> None:
        self.what = what
        self._entries: dict[str, E] = {}
        for entry in entries:
            self.register(entry)

    def register(self, entry: E) -> E:
        """Adds ``entry`` behind the others, and returns it.

        Raises:
            LearnError: another entry has its code.
        """
        if entry.code in self._entries:
            raise LearnError(f"There is another {self.what} {entry.code!r}.", "Give the new one a code of its own.")
        self._entries[entry.code] = entry
        return entry

    def remove(self, code: str) -> None:
        """Takes the entry ``code`` out.

        Raises:
            LearnError: there is none.
        """
        del self._entries[self[code].code]

    @contextmanager
    def registered(self, entry: E) -> Iterator[E]:
        """``entry`` is there inside the ``with`` block only: for tests and for trying something out."""
        self.register(entry)
        try:
            yield entry
        finally:
            self.remove(entry.code)

    def __getitem__(self, code: str) -> E:
        """The entry ``code``.

        Raises:
            LearnError: there is none; those there are are named.
        """
        if code not in self._entries:
            raise LearnError(f"There is no {self.what} {str(code)!r}.", self.choices())
        return self._entries[code]

    def get(self, code: str) -> E | None:
        """The entry ``code``, or None."""
        return self._entries.get(code)

    def choices(self, *more: str) -> str:
        """The remedy that names what there is, and ``more``: "Choose one of: a, b."."""
        return f"Choose one of: {', '.join([*self._entries, *more])}."

    @property
    def entries(self) -> tuple[E, ...]:
        """All entries, in their order."""
        return tuple(self._entries.values())

    def __contains__(self, code: object) -> bool:
        return code in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
