"""What the server sends does not wait for an acknowledgement, on connections to a socket as Streamlit makes it."""

import asyncio
import importlib
import socket

import pytest
from streamlit import config

from app.shared.at_once import send_at_once


async def waits(loop, sock):
    """Whether a connection to ``sock``, on which ``loop`` listens, holds back what it has to send."""
    found = loop.create_future()

    class Connection(asyncio.Protocol):
        def connection_made(self, transport):
            own = transport.get_extra_info("socket")
            found.set_result(not own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    server = await loop.create_server(Connection, sock=sock)
    async with server:
        _, writer = await asyncio.open_connection(*sock.getsockname()[:2])
        writer.close()
        return await asyncio.wait_for(found, 10)


def bound():
    """A socket as Streamlit makes it, which does not say that it speaks TCP."""
    sock = socket.socket(family=socket.AF_INET)
    sock.bind(("127.0.0.1", 0))
    return sock


@pytest.mark.parametrize("told", [False, True])
def test_a_connection_does_not_wait_once_the_loop_was_told(told):
    async def look():
        loop = asyncio.get_running_loop()
        if told:
            send_at_once(loop)
        return await waits(loop, bound())

    assert asyncio.run(look()) is not told  # without it asyncio leaves the waiting on: else this file is not needed


def test_what_is_no_socket_of_the_network_is_listened_on_as_before(tmp_path, monkeypatch):
    if not hasattr(socket, "AF_UNIX"):
        pytest.skip("no local sockets here")
    monkeypatch.chdir(tmp_path)  # the name of such a socket may be no longer than 100 letters

    async def look():
        loop = asyncio.get_running_loop()
        send_at_once(loop)
        sock = socket.socket(socket.AF_UNIX)
        sock.bind("here")
        async with await loop.create_server(asyncio.Protocol, sock=sock):
            return True

    assert asyncio.run(look())


@pytest.mark.parametrize("api", ["", "1"])
def test_the_app_tells_its_loop_before_it_listens(api, monkeypatch, empty_workspace):
    monkeypatch.setenv("LEARN_API", api)
    monkeypatch.setattr(config, "_main_script_path", config._main_script_path)
    served = importlib.reload(importlib.import_module("app.served"))
    assert bool(served.routes) is bool(api)

    async def look():
        async with served.lifespan(None):
            return await waits(asyncio.get_running_loop(), bound())

    assert asyncio.run(look()) is False
