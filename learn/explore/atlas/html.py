"""The Atlas as one file: a page that needs neither a server nor a network."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from html import escape
from pathlib import Path
from typing import Any

_PANES = Path(__file__).resolve().parent / "panes"
_FILES = (
    "points", "grid", "camera", "paint", "theme", "labels", "lasso", "star", "dom", "state", "words", "difference",
    "histogram", "colours", "selection", "overlay", "rim", "example", "morph", "person", "input", "keys", "pane",
    "controls", "search", "bar", "legend", "card", "panel", "table", "explorer", "acts",
)  # fmt: skip
"""In the order in which they are joined: what uses a name comes after what makes it."""


def stylesheet() -> str:
    """The style of the panes, which reads Streamlit's variables for colours."""
    return "\n".join((_PANES / f"{name}.css").read_text(encoding="utf-8") for name in ("panes", "atlas"))


def script(last: str) -> str:
    """The panes' code; ``last`` is what starts it: "component" in the app, "file" in a file of its own."""
    return "\n".join((_PANES / f"{name}.js").read_text(encoding="utf-8") for name in (*_FILES, last))


def single_file(points: bytes, drawn: dict[str, Any], title: str) -> str:
    """A page with everything in it, for ``points`` from `learn.explore.atlas.points.pack_atlas`.

    Its content security policy allows its own script only, and no connection at all.

    Args:
        drawn: what the component is given beside the points: ``version``, ``spaces``, ``about``.
        title: of the page.
    """
    packed = base64.b64encode(gzip.compress(points, 9, mtime=0)).decode()
    code = script("file")
    allowed = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{allowed}'; style-src 'unsafe-inline'; img-src data:"
    about = json.dumps(drawn).replace("<", "\\u003c")  # no text of a stranger ends the element that it stands in
    own = (_PANES / "file.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{own}\n{stylesheet()}\n</style>\n</head>\n<body>\n"
        '<main class="maps"></main>\n'
        f'<script type="application/json" id="drawn">{about}</script>\n'
        f'<script type="text/plain" id="points">{packed}</script>\n'
        f'<script type="module">{code}</script>\n</body>\n</html>\n'
    )
