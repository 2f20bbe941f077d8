"""The one exception that means: the user can mend this; and what is only worth knowing."""

from __future__ import annotations

MOST_CHARACTERS = 4000
"""Of a message; a value that somebody gave may be longer than any screen."""


class Note(UserWarning):
    """A sentence about the user's data that the user should know and that stops nothing; the command line says it."""


class LearnError(Exception):
    """A mistake in the input or the environment that its reader can mend.

    The command line prints it without a traceback and exits with code 2; the app shows it as an error box.

    Args:
        what: what is wrong, with the offending name and value and, for a file, the place in it.
        remedy: what to do about it, as one imperative sentence or a command to type.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = _readable(what)
        self.remedy = _readable(remedy)

    def __str__(self) -> str:
        return f"{self.what}\n  What to do: {self.remedy}"


def _readable(text: str) -> str:
    """``text`` as it is, or without the middle of what is too long to be read."""
    if len(text) <= MOST_CHARACTERS:
        return text
    half = MOST_CHARACTERS // 2
    return f"{text[:half]} [... {len(text) - 2 * half:,} characters ...] {text[-half:]}"
