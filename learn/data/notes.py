"""What was noticed while a source was read: how a column was understood, what was passed over, what that may spoil."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

NOTHING, ORDER, IDS, ROWS, TEXT = "nothing", "order", "ids", "rows", "text"
SPOILS = (NOTHING, ORDER, IDS, ROWS, TEXT)


@dataclass(frozen=True)
class Note:
    """One thing that the reader of a report should know.

    Attributes:
        text: a plain sentence that names the file or the table, the column and a value where there is one.
        spoils: one of SPOILS: what would be wrong if the guess were wrong; anything but NOTHING is a warning.
        remedy: what to type or to change; "" where there is nothing to do.
    """

    text: str
    spoils: str = NOTHING
    remedy: str = ""

    def __post_init__(self) -> None:
        assert self.spoils in SPOILS, self.spoils

    @property
    def warns(self) -> bool:
        """Whether it must not be overlooked."""
        return self.spoils != NOTHING

    def to_json(self) -> dict[str, Any]:
        """As `parse` reads it."""
        return asdict(self)

    @classmethod
    def parse(cls, stored: dict[str, Any] | str) -> Note:
        """A stored note; datasets that were prepared earlier hold bare sentences."""
        return cls(stored) if isinstance(stored, str) else cls(**stored)
