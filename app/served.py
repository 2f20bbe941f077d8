"""What `learn app` starts: the pages of app/main.py, Streamlit's own files compressed, and the API."""

import os
import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

# As in main.py: this file's folder is on the path, not the one that holds the package `app`.
root = str(Path(__file__).resolve().parent.parent)
if root not in sys.path:
    sys.path.insert(0, root)

from app.shared.compressed import CompressedFiles  # noqa: E402  (only now can it be found)

routes, lifespan = [], None
if os.environ.get("LEARN_API"):  # learn app --api
    from starlette.routing import Mount

    from app.api.service import Service

    service = Service()
    routes, lifespan = [Mount("/api", app=service.app())], service.lifespan

app = st.App("main.py", routes=routes, lifespan=lifespan, middleware=[Middleware(CompressedFiles)])
