"""Who may look: this machine only, the network, or whoever has logged in."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app.shared.text import plain

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def let_in() -> None:
    """Asks for a login where one is set up (docs/security.md); says in red when everybody in the network may look.

    The page ends here for whoever has not logged in.
    """
    if has_login():
        _ask_for_login()
    elif (address := st.get_option("server.address")) not in _LOOPBACK:
        where = f"at {plain(str(address))}" if address else "at every address of this machine"
        st.sidebar.error(
            f"**Open to the network.** Whoever reaches this server {where} sees this workspace, without a password.",
            icon=":material/public:",
        )


def has_login() -> bool:
    """Whether there is a section [auth] in Streamlit's secrets, so that pages ask for a login."""
    return bool(st.secrets.load_if_toml_exists()) and "auth" in st.secrets


def _ask_for_login() -> None:
    user: Any = st.user
    if not user.is_logged_in:
        st.title("LEARN Explorer", anchor=False)
        st.button("Log in", on_click=st.login, type="primary", icon=":material/login:")
        st.stop()
    with st.sidebar:
        st.caption(f"Logged in: {plain(str(user.get('email') or user.get('name') or 'somebody'))}")
        st.button("Log out", on_click=st.logout, icon=":material/logout:")
