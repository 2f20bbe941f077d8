"""The routes under /api: a request is read, checked, answered in the event loop, a thread or its turn of the queue."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as Path

from app.api import openapi
from app.api.counted import Counted
from app.api.guard import MOST_BYTES, Guard, too_large
from app.api.questions import Neighbours, NewItem, Question, Recommend
from app.api.reply import HEADERS, NotFoundError, RefusedError, problem, reply
from app.shared.collection import set_aside
from app.shared.heavy import the_queue
from learn.errors import LearnError

if TYPE_CHECKING:
    from app.api.answers import Answers

MOST_HEAVY = 16
"""Heavy questions that may be under way or wait; the next is told to come again."""
MOST_QUICK = 4
"""Threads for what is neither heavy nor done at once."""
MOST_WAITING = 256
"""Questions that may have such a thread or wait for one: some seconds' work."""
SECONDS_FOR_A_BODY = 10.0

Asked = TypeVar("Asked", bound=Question)

log = logging.getLogger(__name__)


class Service:
    """Answers every route of `openapi.ROUTES`."""

    def __init__(self) -> None:
        self.counted = Counted()
        self._under_way = self._in_threads = 0  # changed in the event loop only

    @cached_property
    def answers(self) -> Answers:
        """What answers; imported when Streamlit's runtime is there, which its caches ask for."""
        from app.api.answers import Answers

        return Answers()

    @cached_property
    def _heavy(self) -> CapacityLimiter:
        return CapacityLimiter(MOST_HEAVY)  # of the event loop, which is not there earlier

    @cached_property
    def _quick(self) -> CapacityLimiter:
        return CapacityLimiter(MOST_QUICK)

    def app(self) -> Guard:
        """The ASGI application, to be mounted at /api."""
        handlers = {
            "/recommend": self._recommend,
            "/neighbours": self._neighbours,
            "/new-item": self._new_item,
            "/health": self._health,
            "/metrics": self._metrics,
            "/openapi.json": self._openapi,
        }
        routes = [
            Path(one.path, self._answering(one, handlers[one.path]), methods=one.methods) for one in openapi.ROUTES
        ]
        known = {404: _no_such_route, 405: _wrong_method}
        return Guard(Starlette(routes=routes, exception_handlers=known))

    @asynccontextmanager
    async def lifespan(self, _: Any) -> AsyncIterator[None]:
        """As the server starts: opens data and Run in a thread that does not keep it from ending."""
        # The pages' "Opening the dataset ..." is drawn for nobody here, which Streamlit would warn of.
        logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").addFilter(_of_no_page)
        answers = self.answers

        def work() -> None:
            with suppress(LearnError):  # an empty workspace is said to whoever asks
                answers.warm_up()
            set_aside()

        threading.Thread(target=work, name="api-warm-up", daemon=True).start()
        yield

    def _answering(
        self, route: openapi.Route, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            started = time.perf_counter()
            found = await _caught(handler, request)
            self.counted.add(route.path, found.status_code, time.perf_counter() - started)
            return found

        return answer

    async def _recommend(self, request: Request) -> Response:
        question = await read(request, Recommend)
        if self.answers.is_quick(question):
            return reply(self.answers.recommend(question))
        if question.history is not None:
            return reply(await self._in_turn(lambda: self.answers.recommend(question)))
        return reply(await self._in_a_thread(lambda: self.answers.recommend(question)))

    async def _neighbours(self, request: Request) -> Response:
        question = await read(request, Neighbours)
        return reply(await self._in_a_thread(lambda: self.answers.neighbours(question)))

    async def _new_item(self, request: Request) -> Response:
        question = await read(request, NewItem)
        return reply(await self._in_turn(lambda: self.answers.new_item(question)))

    async def _in_a_thread(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What ``work`` gives, beside the event loop."""
        if self._in_threads >= MOST_WAITING:
            raise RefusedError(503, f"{MOST_WAITING} questions wait already.", "Ask again in some seconds.")
        self._in_threads += 1
        try:
            return await to_thread.run_sync(work, limiter=self._quick)
        finally:
            self._in_threads -= 1

    async def _in_turn(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What ``work`` gives when it is its turn, among the pages' heavy questions."""
        if self._under_way >= MOST_HEAVY:
            raise RefusedError(503, f"{MOST_HEAVY} heavy questions wait already.", "Ask again in some seconds.")

        def wait() -> dict[str, Any]:
            with the_queue().turn():
                return work()

        self._under_way += 1
        self.counted.heavy.set(self._under_way)
        try:
            return await to_thread.run_sync(wait, limiter=self._heavy)
        finally:
            self._under_way -= 1
            self.counted.heavy.set(self._under_way)

    async def _health(self, request: Request) -> Response:
        return reply({"status": "ok", "ready": self.answers.ready})

    async def _metrics(self, request: Request) -> Response:
        return Response(self.counted.text(), headers=HEADERS, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _openapi(self, request: Request) -> Response:
        return reply(openapi.document())


async def read(request: Request, kind: type[Asked]) -> Asked:
    """The question that ``request`` asks, checked.

    Raises:
        ValidationError: it is not of its form. RefusedError: the body is too large, or does not come.
    """
    if request.method == "POST":
        return kind.model_validate_json(await _body(request))
    given: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name == "history":
            given.setdefault(name, []).append(value)
        elif name in given:
            raise RefusedError(400, f"{name[:100]!r} is given twice.", "Give it once.")
        else:
            given[name] = value
    return kind.model_validate(given)


async def _body(request: Request) -> bytes:
    """The body, counted while it is read: what it says of its own length is not believed."""
    found = bytearray()
    try:
        async with asyncio.timeout(SECONDS_FOR_A_BODY):
            async for part in request.stream():
                found += part
                if len(found) > MOST_BYTES:
                    raise RefusedError(*too_large())
    except TimeoutError:
        raise RefusedError(408, "The body did not come.", "Send it at once.") from None
    return bytes(found)


async def _caught(handler: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    try:
        return await handler(request)
    except ValidationError as error:
        return problem(400, _first_mistake(error), "See /api/openapi.json for what can be asked.")
    except RefusedError as error:
        return problem(error.status, error.what, error.remedy)
    except LearnError as error:
        return problem(404 if isinstance(error, NotFoundError) else 400, error.what, error.remedy)
    except ClientDisconnect:
        return problem(400, "The request was given up.", "Ask again.")
    except Exception:  # what failed is in the server's log; a caller is not shown paths and code
        log.exception("The API could not answer %s.", request.url.path)
        return problem(500, "The question could not be answered.", "See the server's log.")


def _first_mistake(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part)[:100] for part in first["loc"])
    return f"{where}: {first['msg'][:300]}" if where else str(first["msg"])[:300]


async def _no_such_route(request: Request, error: Exception) -> Response:
    return problem(404, "There is no such route.", "See /api/openapi.json.")


async def _wrong_method(request: Request, error: Exception) -> Response:
    return problem(405, f"{request.method[:20]} is not answered here.", "See /api/openapi.json.")


def _of_no_page(record: logging.LogRecord) -> bool:
    return "missing ScriptRunContext" not in record.getMessage()
