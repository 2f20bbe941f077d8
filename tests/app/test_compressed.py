"""Streamlit's own files go out compressed, the same bytes, and nothing else is touched."""

import asyncio
import gzip

import pytest

from app.shared.compressed import CompressedFiles

CODE = b"export const one = 1;\n" * 200


def answer(files, path="/static/js/one.js", accepted=b"br, gzip, zstd", method="GET", **more):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    headers = [(b"accept-encoding", accepted), *more.get("headers", [])]
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    asyncio.run(files(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


def serving(kind=b"text/javascript; charset=utf-8", status=200, body=CODE, etag=b'"v1"', **more):
    """A server that answers in two parts."""

    async def app(scope, receive, send):
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"etag", etag)]
        headers += [(b"cache-control", b"immutable"), *more.get("headers", [])]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body[:1000], "more_body": True})
        await send({"type": "http.response.body", "body": body[1000:]})

    return CompressedFiles(app)


def test_a_script_comes_compressed_and_whole():
    status, headers, body = answer(serving())
    assert status == 200 and gzip.decompress(body) == CODE and len(body) < len(CODE) / 10
    assert headers[b"content-encoding"] == b"gzip" and headers[b"vary"] == b"Accept-Encoding"
    assert headers[b"content-length"] == str(len(body)).encode() and headers[b"cache-control"] == b"immutable"
    assert headers[b"etag"] == b'W/"v1"'


@pytest.mark.parametrize("accepted", [b"", b"br", b"gzip;q=0", b"identity"])
def test_who_does_not_read_gzip_gets_it_as_it_is(accepted):
    _, headers, body = answer(serving(), accepted=accepted)
    assert body == CODE and b"content-encoding" not in headers


@pytest.mark.parametrize(
    "files",
    [
        serving(kind=b"font/woff2"),
        serving(status=206),
        serving(body=b"short"),
        serving(headers=[(b"content-encoding", b"br")]),
    ],
)
def test_what_would_not_be_smaller_or_is_no_whole_file_goes_through(files):
    plain = files.app
    assert answer(files) == answer(CompressedFiles(plain), path="/elsewhere")


@pytest.mark.parametrize(
    "asked", [{"path": "/media/one.js"}, {"method": "HEAD"}, {"headers": [(b"range", b"bytes=0-9")]}]
)
def test_other_requests_go_through(asked):
    assert answer(serving(), **asked)[2] == CODE


def test_a_file_is_compressed_once_and_anew_when_it_changed(monkeypatch):
    made = []
    compress = gzip.compress
    monkeypatch.setattr(
        gzip, "compress", lambda body, *args, **more: made.append(body) or compress(body, *args, **more)
    )
    files = serving()
    assert answer(files) == answer(files) and len(made) == 1
    files.app = serving(body=CODE + b"// new", etag=b'"v2"').app
    assert gzip.decompress(answer(files)[2]) == CODE + b"// new" and len(made) == 2
    monkeypatch.setattr("app.shared.compressed.MOST_FILES", 3)
    for name in range(9):
        answer(files, path=f"/static/{name}.js")
    assert len(files.kept) == 3
