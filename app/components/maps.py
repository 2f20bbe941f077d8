"""The linked maps: a component of our own, so that pointing, lassoing and zooming need no trip to the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from learn.explore.atlas.html import script, stylesheet

KEY = "maps_view"

_mount = st.components.v2.component(
    "learn_maps", html='<div class="maps"></div>', css=stylesheet(), js=script("component")
)

Told = Callable[[Any], None]


def show_maps(points: bytes, drawn: dict[str, Any], told: dict[str, Told] | None = None, key: str = KEY) -> None:
    """Draws the panes.

    Two instances: one brings the points, and is sent again only when they change; the other the little that does
    change.

    Args:
        points: from `learn.explore.atlas.points.pack_atlas`.
        drawn: what is to be shown of them, JSON values.
        told: what the component asks the server for ("person", "meaning", "spaces") -> what is done with the value.
    """
    callbacks: dict[str, Any] = {f"on_{name}_change": _answer(key, name, act) for name, act in (told or {}).items()}
    _mount(key=key, data=drawn, **callbacks)
    _mount(key=f"{key}_points", data=points)


def show_found(answer: dict[str, Any] | None, ask: Told, key: str = KEY) -> None:
    """Draws the answer to a search by meaning (`learn.explore.atlas.meaning.find_by_meaning`; None: nothing was asked).

    In a fragment of its own, so that a search draws nothing else anew; ``ask`` is told the next text.
    """
    name = f"{key}_found"
    _mount(key=name, data={"answer": answer}, on_meaning_change=_answer(name, "meaning", ask))


def _answer(key: str, name: str, act: Told) -> Callable[[], None]:
    def changed() -> None:
        value = st.session_state[key].get(name)
        if value is not None:
            act(value)

    return changed
