"""Streamlit sends its scripts and styles as they are, 9 MB of them; a browser that reads gzip gets them as 3 MB."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from anyio import to_thread

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

FOLDER = "/static/"
KINDS = (b"text/javascript", b"application/javascript", b"text/css", b"image/svg+xml", b"application/json")
LEAST_BYTES = 1000
LEVEL = 6
MOST_FILES = 400
"""Compressed files that are kept: more than a release of Streamlit's has that a page loads."""


class CompressedFiles:
    """Compresses each of Streamlit's files once, when it is first asked for, whoever asks.

    Anything else goes through untouched: pages, sessions, uploads, downloads, parts of files, files in another form.
    """

    def __init__(self, app: Asgi) -> None:
        self.app = app
        self.kept: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answers one request (ASGI)."""
        if scope["type"] == "http" and scope["method"] == "GET" and FOLDER in scope["path"] and _reads_gzip(scope):
            await self.app(scope, receive, _Answer(self, scope["path"], send))
        else:
            await self.app(scope, receive, send)

    async def compressed(self, path: str, etag: bytes, body: bytes) -> bytes:
        """``body`` compressed; kept under what tells it from other files."""
        key = (path, etag)
        if key not in self.kept:
            self.kept[key] = await to_thread.run_sync(lambda: gzip.compress(body, LEVEL, mtime=0))
        self.kept.move_to_end(key)
        while len(self.kept) > MOST_FILES:
            self.kept.popitem(last=False)
        return self.kept[key]


class _Answer:
    """Takes what the server sends, and passes it on compressed where that is worth it."""

    def __init__(self, files: CompressedFiles, path: str, send: Send) -> None:
        self.files, self.path, self.send = files, path, send
        self.started: Message | None = None
        self.etag = b""
        self.body: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and (etag := _worth_it(message)):
            self.started, self.etag = message, etag
        elif self.started is None:
            await self.send(message)
        elif message["type"] == "http.response.body":
            self.body.append(message.get("body", b""))
            if not message.get("more_body"):
                await self.finish(self.started)

    async def finish(self, started: Message) -> None:
        body = await self.files.compressed(self.path, self.etag, b"".join(self.body))
        replaced = (b"content-length", b"content-encoding", b"vary", b"etag", b"accept-ranges")
        headers = [(name, value) for name, value in started["headers"] if name.lower() not in replaced]
        headers += [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding"), (b"etag", b"W/" + self.etag)]
        headers.append((b"content-length", str(len(body)).encode()))
        await self.send({**started, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _worth_it(message: Message) -> bytes:
    """The entity tag of an answer that is a whole file which gzip makes smaller; b"" of any other."""
    headers = {name.lower(): value for name, value in message["headers"]}
    kind = headers.get(b"content-type", b"").split(b";")[0].strip()
    long = int(headers.get(b"content-length", b"0")) >= LEAST_BYTES
    if message["status"] != 200 or kind not in KINDS or not long or b"content-encoding" in headers:
        return b""
    etag: bytes = headers.get(b"etag", b"")
    return etag.removeprefix(b"W/")


def _reads_gzip(scope: MutableMapping[str, Any]) -> bool:
    headers = {name.lower(): value.lower() for name, value in scope["headers"]}
    accepted = [part.strip().split(b";") for part in headers.get(b"accept-encoding", b"").split(b",")]
    refused = (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    takes = any(part[0].strip() == b"gzip" and not any(one.strip() in refused for one in part[1:]) for part in accepted)
    return takes and b"range" not in headers
