"""What stays in memory for good is set aside, so that Python's search for garbage is quick.

Streamlit has Python look at everything in memory after each run of a page, and while it looks nobody is answered: with
torch, transformers and plotly loaded that is a quarter of a second, on every click. What is set aside is not looked at.
"""

from __future__ import annotations

import gc

_SET_ASIDE: set[str] = set()


def set_aside() -> None:
    """From now on garbage is looked for only among what is made later.

    For few moments of a process, not for each request: of what is in use now nothing that refers to itself is freed
    any more.
    """
    gc.collect()
    gc.freeze()


def set_aside_once(moment: str) -> None:
    """`set_aside`, the first time that this process comes to ``moment``."""
    if moment not in _SET_ASIDE:
        _SET_ASIDE.add(moment)
        set_aside()
