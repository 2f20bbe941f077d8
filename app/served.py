"""What `learn app` starts: the pages of app/main.py, Streamlit's own files compressed, and the API."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

# As in main.py: this file's folder is on the path, not the one that holds the package `app`.
root = str(Path(__file__).resolve().parent.parent)
if root not in sys.path:
    sys.path.insert(0, root)

from app.shared.at_once import send_at_once  # noqa: E402  (only now can it be found)
from app.shared.compressed import CompressedFiles  # noqa: E402

routes, service = [], None
if os.environ.get("LEARN_API"):  # learn app --api
    from starlette.routing import Mount

    from app.api.service import Service

    service = Service()
    routes = [Mount("/api", app=service.app())]


@asynccontextmanager
async def lifespan(served: Any) -> AsyncIterator[None]:
    """As the server starts, before it listens."""
    send_at_once(asyncio.get_running_loop())
    async with AsyncExitStack() as open_while_it_runs:
        if service is not None:
            await open_while_it_runs.enter_async_context(service.lifespan(served))
        yield


app = st.App("main.py", routes=routes, lifespan=lifespan, middleware=[Middleware(CompressedFiles)])
