"""Asks the API in this process as a server would: status, headers and JSON."""

import asyncio
import json
from types import SimpleNamespace


def ask(app, path, method="GET", body=None, headers=None, parts=None, wait=None):
    """One request; ``parts``: the body in pieces, before which ``wait`` seconds pass each."""
    path, _, query = path.partition("?")
    sent, given = [], {"host": "localhost:8501", **(headers or {})}
    if body is not None and "content-type" not in given:
        given["content-type"] = "application/json"
    if body is not None and parts is None:
        parts = [body if isinstance(body, bytes) else json.dumps(body).encode()]
    left = list(parts or [b""])

    async def receive():
        if not left:
            await asyncio.sleep(3600)
        if wait:
            await asyncio.sleep(wait)
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "root_path": "", "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    found = b"".join(message.get("body", b"") for message in sent[1:])
    kind = dict(sent[0]["headers"])
    value = json.loads(found) if kind.get(b"content-type", b"").startswith(b"application/json") else found.decode()
    return SimpleNamespace(status=sent[0]["status"], headers=kind, value=value)
