"""Answers as JSON, and what there is in place of an answer."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from learn.errors import LearnError

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class NotFoundError(LearnError):
    """What was asked for by name is not there."""


class RefusedError(Exception):
    """A request that is not looked into: its status, why, and what to do."""

    def __init__(self, status: int, what: str, remedy: str) -> None:
        super().__init__(what)
        self.status, self.what, self.remedy = status, what, remedy


def reply(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """``content`` as JSON; nobody keeps it, and no browser takes it for a page."""
    return Response(
        orjson.dumps(content), status, headers={**HEADERS, **(headers or {})}, media_type="application/json"
    )


def problem(status: int, what: str, remedy: str) -> Response:
    """Why there is no answer, and what to do."""
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}.get(status)
    return reply({"error": what, "what_to_do": remedy}, status, headers)
