"""What `learn app` starts: the pages of app/main.py, and what a browser loads of Streamlit's own, compressed."""

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

# As in main.py: this file's folder is on the path, not the one that holds the package `app`.
root = str(Path(__file__).resolve().parent.parent)
if root not in sys.path:
    sys.path.insert(0, root)

from app.shared.compressed import CompressedFiles  # noqa: E402  (only now can it be found)

app = st.App("main.py", middleware=[Middleware(CompressedFiles)])
