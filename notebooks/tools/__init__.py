"""Keeps the notebooks' outputs fresh: ``python -m notebooks.tools.refresh``."""
