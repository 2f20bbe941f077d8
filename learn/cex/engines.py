"""Where the LLM reads: in this process, or in a pool of workers that Ray holds on one machine or many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from learn.cex.reading import Engine
from learn.errors import LearnError

LOCAL, RAY = "local", "ray"


@contextmanager
def opened_engine(
    name: str, models: Path, address: str | None = None, workers: int | None = None
) -> Iterator[Engine | None]:
    """What reads for `learn.cex.extractor.content_embeddings`; None: this process does.

    Args:
        name: local or ray.
        models: the folder that bundled LLMs are converted into (`learn.workspace.Workspace.models`).
        address: of a Ray cluster that runs, host:port or auto; None: Ray is started here, and ended afterwards.
        workers: that hold the LLM each; None: one for each GPU, or else for each core.

    Raises:
        LearnError: no such engine, what belongs to Ray was given without it, or Ray is not installed.
    """
    if name not in (LOCAL, RAY):
        raise LearnError(f"There is no engine {name!r}.", f"Choose one of: {LOCAL}, {RAY}.")
    if name == LOCAL:
        if address is not None or workers is not None:
            given = "--address" if address is not None else "--workers"
            raise LearnError(f"{given} is for Ray, and the items are read in this process.", f"Add: --engine {RAY}")
        yield None
        return
    from learn.cex.ray_engine import RayEngine

    engine = RayEngine(models, address, workers)
    try:
        yield engine
    finally:
        engine.close()
