"""Other people's words on a terminal: shown as characters, never obeyed as commands.

A title, a label, a path or a value of an address may hold ESC sequences that move the cursor, change what a line above
says or write to the clipboard, and marks that turn the direction of writing around.
"""

from __future__ import annotations

import re
import sys

# All control characters but the tab and the line feed, marks that change the direction, line and paragraph separators,
# invisible tags, lone surrogates (of file names that are not UTF-8) and what is no character at all.
_OBEYED = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def printable(text: object) -> str:
    r"""``text`` with what a terminal would obey written out: ESC as ``\x1b``, a right-to-left override as ``\u202e``.

    Tabs and line feeds stay; so do letters of all scripts, accents, emoji and their joiners.
    """
    return _OBEYED.sub(_written_out, str(text))


def never_fails_to_print() -> None:
    r"""From now on what the terminal's encoding lacks is written out, as ``\u2013``, instead of raising."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a test's own stream may have no encoding to change
            stream.reconfigure(errors="backslashreplace")


def _written_out(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
