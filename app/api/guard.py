"""Who may ask: the names, sites and logins that the pages go by, a token where one is set; how large a request may be.

Streamlit checks these where a browser opens a session; routes beside it are checked here.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from app.api.reply import problem
from app.shared import network

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN = "LEARN_API_TOKEN"
"""The environment variable with the word that callers have to send, if any."""
MOST_BYTES = 256 * 1024
"""Of one request: a thousand ids and a long text fit."""
SECONDS_TRUSTED = 2.0
"""So long what is said of logins is taken for unchanged."""
OPEN_TO_ALL = "/health"


class Guard:
    """Passes on to ``app`` what may be asked, and answers the rest itself."""

    def __init__(self, app: Asgi) -> None:
        self.app = app
        self._login: tuple[float, bool] = (-SECONDS_TRUSTED, False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request (ASGI)."""
        if scope["type"] != "http":
            return
        refusal = self._refused(Headers(scope=scope), scope["method"], scope["path"].endswith(OPEN_TO_ALL))
        if refusal is not None:
            await problem(*refusal)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refused(self, headers: Headers, method: str, health: bool) -> tuple[int, str, str] | None:
        found = refused(headers, method)
        return found if found is not None or health else stranger(headers, self._has_login())

    def _has_login(self) -> bool:
        """Whether pages ask for a login; it looks for files, so not each time."""
        now = time.monotonic()
        if now - self._login[0] >= SECONDS_TRUSTED:
            self._login = now, network.has_login()
        return self._login[1]


def refused(headers: Headers, method: str) -> tuple[int, str, str] | None:
    """The status of a request that nobody may make, why, and what to do; None where it may be made."""
    if not is_host_allowed(headers.get("host")):
        return 403, "This server does not go by that name.", "Start it with --host NAME, or ask localhost."
    if _of_another_site(headers):
        return 403, "Pages of other sites may not ask.", "Ask from a program, or from a page of this server."
    if method == "POST" and headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        return 415, "The body is not said to be JSON.", "Send Content-Type: application/json."
    if int(_digits(headers.get("content-length", ""))) > MOST_BYTES:
        return too_large()
    return None


def too_large() -> tuple[int, str, str]:
    """What is answered to a body of more than `MOST_BYTES`."""
    return 413, f"The request is larger than {MOST_BYTES:,} bytes.", "Ask about fewer items, or shorter texts."


def _of_another_site(headers: Headers) -> bool:
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def stranger(headers: Headers, has_login: bool) -> tuple[int, str, str] | None:
    """The same of who does not send the token that is set, or that has to be where pages ask for a login."""
    token = os.environ.get(TOKEN, "")
    if token:
        given = headers.get("authorization", "").encode("utf-8", "replace")
        if hmac.compare_digest(given, f"Bearer {token}".encode()):
            return None
        return 401, "The token is missing or wrong.", "Send Authorization: Bearer TOKEN."
    if has_login:
        return (
            401,
            "This explorer asks for a login.",
            f"Start it with {TOKEN} set, and send Authorization: Bearer TOKEN.",
        )
    return None


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 19 else "0"
