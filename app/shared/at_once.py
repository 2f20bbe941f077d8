"""What the server sends leaves at once: it does not wait until the browser has acknowledged what was sent before.

asyncio switches that waiting off (TCP_NODELAY) for sockets that say they speak TCP. The one that Streamlit listens on
does not say so: of an answer in two parts the second waited for an acknowledgement, which Linux holds back for 40 ms.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

TCP = (socket.AF_INET, socket.AF_INET6)


def send_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Connections to sockets that ``loop`` is given to listen on from now on do not wait.

    A connection takes the setting over from the socket that it came in by.
    """
    create_server = loop.create_server

    async def listen(*arguments: Any, sock: socket.socket | None = None, **named: Any) -> asyncio.Server:
        if sock is not None and sock.family in TCP:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return await create_server(*arguments, sock=sock, **named)

    loop.create_server = listen  # type: ignore[method-assign]
