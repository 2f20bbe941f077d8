"""What a bench is set to (a weight for each term of the score, only what differs), in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.shared import url
from learn.errors import LearnError
from learn.explore.lists.terms import TERMS, Weights

WEIGHT_KEYS = {"similarity": "sim", "popularity_bias": "pop", "repeat_bias": "again"}
"""Term -> its name in the URL."""
DIFFER = "differ"
LIST_LENGTHS = ["5", "10", "20", "50", "100"]
_TOKEN = "_token"


def read() -> tuple[Weights, bool]:
    """(weights, whether only what differs is shown) of the URL; what cannot be used is named and left out."""
    values: dict[str, float] = {}
    for term in TERMS:
        text = st.query_params.get(WEIGHT_KEYS[term.code])
        if text is None:
            continue
        try:
            values[term.code] = Weights.of({term.code: float(text)}).as_dict()[term.code]
        except (ValueError, LearnError):
            url.refuse(f"{url.named(WEIGHT_KEYS[term.code])} is no weight from 0 to 1: 1 is taken")
    differ = st.query_params.get(DIFFER)
    if differ not in (None, "true", "false"):
        url.refuse(f"{url.named(DIFFER)} is neither true nor false: all rows are shown")
    return Weights.of(values), differ == "true"


def as_data(weights: Weights, differ: bool, key: str) -> dict[str, Any]:
    """What the component ``key`` is told of it."""
    settings = {"weights": weights.as_dict(), "differ": differ}
    return {"settings": settings, "token": st.session_state.get(key + _TOKEN)}


def heard(key: str) -> None:
    """Writes what the component ``key`` says it is set to into the URL; called when it does."""
    said = st.session_state[key].get("settings")
    if not isinstance(said, Mapping):
        return
    st.session_state[key + _TOKEN] = said.get("token")
    given = said.get("weights")
    try:
        known = (
            {code: float(given[code]) for code in WEIGHT_KEYS if code in given} if isinstance(given, Mapping) else {}
        )
        weights = Weights.of(known).as_dict()
    except (TypeError, ValueError, LearnError):  # our own component sends numbers from 0 to 1
        return
    changes: dict[str, Any] = {
        WEIGHT_KEYS[code]: None if value == 1 else f"{value:g}" for code, value in weights.items()
    }
    write(changes | {DIFFER: "true" if said.get("differ") else None})


def write(changes: Mapping[str, str | list[str] | None]) -> None:
    """Changes the URL in one step, so that it is one for the back button; None and [] take a value out of it."""
    kept = {key: st.query_params.get_all(key) for key in st.query_params if key not in changes}
    st.query_params.from_dict(kept | {key: value for key, value in changes.items() if value})


def list_length(k: int) -> str:
    """The least of `LIST_LENGTHS` that shows the first ``k`` of a list, or the greatest."""
    return next((length for length in LIST_LENGTHS if int(length) >= k), LIST_LENGTHS[-1])
