"""What a link asks for in vain is named, whichever part of a page reads it, in one box at the page's top."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


@dataclass
class _Box:
    place: DeltaGenerator
    sentences: list[str] = field(default_factory=list)


_box: ContextVar[_Box | None] = ContextVar("refused", default=None)


@contextmanager
def named_at_the_top() -> Iterator[None]:
    """While a page is drawn inside, all that it refuses is listed here, above what it draws."""
    token = _box.set(_Box(st.empty()))
    try:
        yield
    finally:
        _box.reset(token)


def name(sentence: str) -> None:
    """Adds ``sentence`` (Markdown, without its full stop) to what the page's link asked for in vain."""
    box = _box.get()
    if box is None:  # a part of a page that is drawn again of its own
        st.warning(f"{sentence}.", icon=":material/link_off:")
        return
    if sentence not in box.sentences:
        box.sentences.append(sentence)
    words = ".  \n".join(box.sentences)
    box.place.warning(f"{words}.", icon=":material/link_off:", title="Not everything in this link can be shown")
