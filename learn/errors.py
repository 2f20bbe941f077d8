"""The one exception that means: the user can mend this."""

from __future__ import annotations


class LearnError(Exception):
    """A mistake in the input or the environment that its reader can mend.

    The command line prints it without a traceback and exits with code 2; the app shows it as an error box.

    Args:
        what: what is wrong, with the offending name and value and, for a file, the place in it.
        remedy: what to do about it, as one imperative sentence or a command to type.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  What to do: {self.remedy}"
