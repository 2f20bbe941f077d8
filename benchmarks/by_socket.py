"""The app without a browser: a page asked for as a browser asks, over a websocket, and what the server sends for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_MOST_WORDS = 2**20


@dataclass
class Sent:
    """What one run of a page sent.

    Attributes:
        elements: place on the page -> the element that stands there in the end.
        words: everything that was sent, also what was replaced later.
        answered: whether the page came to its end.
    """

    elements: dict[tuple[int, ...], Any] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    answered: bool = False

    def exceptions(self) -> list[str]:
        """Texts of the exceptions on the page."""
        return [one.exception.message for one in self._of("exception")]

    def alerts(self) -> list[str]:
        """Texts of the boxes (information, warning, error) on the page, each with its title."""
        return [f"{one.alert.title}\n{one.alert.body}" for one in self._of("alert")]

    def _of(self, kind: str) -> list[Any]:
        return [one for one in self.elements.values() if one.WhichOneof("type") == kind]

    def take(self, message: ForwardMsg) -> None:
        """Adds one message of the server's."""
        if message.WhichOneof("type") != "delta":
            return
        place = tuple(message.metadata.delta_path)
        if message.delta.ByteSize() < _MOST_WORDS:  # the points of a map are no words
            self.words.append(str(message.delta))
        if message.delta.WhichOneof("type") == "new_element":
            self.elements[place] = message.delta.new_element
        else:  # a container takes the place of an element
            self.elements.pop(place, None)


def connect(port: int) -> websockets.connect:
    """A session of its own, as each tab of a browser has one."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    return websockets.connect(address, max_size=None, subprotocols=["streamlit"], ping_timeout=None, open_timeout=None)


async def ask(socket: websockets.ClientConnection, page: str, query: Any, most_seconds: float) -> Sent:
    """Opens ``page`` ("" is the first one) with ``query`` (pairs, or a dictionary) and reads all of it."""
    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = urlencode(query, doseq=True)
    await socket.send(message.SerializeToString())
    sent = Sent()
    try:
        async with asyncio.timeout(most_seconds):
            async for raw in socket:
                said = ForwardMsg.FromString(raw)
                sent.take(said)
                if said.WhichOneof("type") == "script_finished" and _is_the_end(said.script_finished):
                    sent.answered = True
                    break
    except (TimeoutError, websockets.ConnectionClosed) as error:
        sent.words.append(repr(error))  # and `answered` says so
    return sent


def _is_the_end(how: int) -> bool:
    return how not in (ForwardMsg.FINISHED_EARLY_FOR_RERUN, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
