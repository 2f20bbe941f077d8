"""Pictures of items for the browser: each has an address of its own, so that a page loads those that come into view."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime import exists, get_instance

from learn.data.thumbnails import KIND, Thumbnails
from learn.explore.catalogue import Catalogue


def address(pictures: Thumbnails, item: int) -> str:
    """Where the browser finds the picture of an item index; "" where it has none.

    Streamlit serves it for as long as the page that shows it is open.
    """
    content = pictures.get(item)
    if not content or not exists():
        return ""
    found = get_instance().media_file_mgr.add(content, KIND, f"picture-{item}")
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{found}" if base else found


def of_row(catalogue: Catalogue, item: int) -> dict[str, Any]:
    """What a row says of its item's picture: an address or ""; nothing at all in a catalogue without pictures."""
    return {} if catalogue.pictures is None else {"picture": address(catalogue.pictures, item)}
