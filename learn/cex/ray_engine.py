"""Ray Data as an engine: a pool of actors that hold the LLM each, on this machine or on a cluster.

The driver tokenises, plans the same batches as the local engine, and alone writes the store: workers need neither the
workspace nor a common disk. A block of Ray Data is one batch, so that a worker that is killed costs the batch that it
was at, which is read again; what a killed driver had written the next call finds in the store.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from learn.cex.model_files import find_model_folder
from learn.cex.ray_worker import BATCH, LENGTHS, REMEDY, TOKENS, VECTORS, WHAT, BatchReader
from learn.cex.reading import Reading
from learn.cex.trust import PICKLED_WEIGHTS, REMOTE_CODE
from learn.config import CEXConfig
from learn.errors import LearnError

INSTALL = 'pip install "learn-explorer[scale]"'
CPUS_OF_A_WORKER = 0.5
"""What a worker of one thread asks Ray for: with whole cores, nothing is left to feed it and to fetch what it read."""
_STORE_BYTES = 256 << 20  # of a Ray that is started here: a batch is some 20 kB of tokens, and a megabyte of vectors
_BLOCK_BYTES = 8 << 20
_RESTARTS = 100
"""So often in all: an LLM that is too large for its machine ends the reading, too."""
_STARTS = 3
_PASSED_ON = ("PYTHONPATH", "HF_HUB_OFFLINE", REMOTE_CODE, PICKLED_WEIGHTS)


@dataclass(frozen=True)
class Pool:
    """How many workers there are, with how many threads each, and what each asks Ray for."""

    workers: int
    threads: int
    num_cpus: float
    num_gpus: int


def pool_for(resources: dict[str, float], workers: int | None) -> Pool:
    """One worker for each GPU, or else for each core, unless ``workers`` says how many; cores are shared among them.

    Args:
        resources: of the whole cluster, as Ray counts them.

    Raises:
        LearnError: there is no room for so many.
    """
    cpus, gpus = resources.get("CPU", 0.0), int(resources.get("GPU", 0.0))
    count = gpus or max(1, int(cpus)) if workers is None else workers
    room = gpus or int(cpus / CPUS_OF_A_WORKER)
    if not 1 <= count <= room:
        raise LearnError(
            f"--workers {count}: Ray has {cpus:g} cores and {gpus} GPUs, which is room for 1 to {room}.",
            "Give another number, or leave it out.",
        )
    threads = max(1, int(cpus / count))
    return Pool(count, threads, CPUS_OF_A_WORKER if threads == 1 else threads - 1, min(gpus, 1))


class RayEngine:
    """Reads in Ray's workers; Ray is started, or connected to, when there is something to read.

    Args:
        models, address, workers: see `learn.cex.engines.opened_engine`.

    Raises:
        LearnError: Ray is not installed.
    """

    reader: type = BatchReader
    """What each worker is."""
    retries = 5
    """So often a batch whose worker died is given to another one: a text that kills its reader does not go round for
    ever."""

    def __init__(self, models: Path, address: str | None = None, workers: int | None = None) -> None:
        self._ray, self._data = _library("ray"), _library("ray.data")
        self._models, self._address, self._workers = models, address, workers
        self._started = False

    def __call__(self, reading: Reading) -> Iterator[tuple[int, np.ndarray]]:
        """See `learn.cex.reading.Engine`.

        Raises:
            LearnError: Ray does not start or answer, has no room for the workers, or a worker cannot read.
        """
        self.start()
        pool = pool_for(self._ray.cluster_resources(), self._workers)
        given = (_settings(reading), reading.llm.identity, str(self._models.absolute()), pool.threads)
        blocks = [_block(number, texts) for number, texts in enumerate(reading.batches)]
        rows = self._mapped(self._data.from_arrow(blocks), pool, given)
        missing = set(range(len(blocks)))
        for row in self._rows(rows):
            if row[WHAT]:
                raise LearnError(row[WHAT], row[REMEDY])
            number = row[BATCH]
            if number in missing:
                missing.remove(number)
                yield number, np.frombuffer(row[VECTORS], np.float32).reshape(len(reading.batches[number]), -1)
        if missing:
            raise LearnError(f"Ray gave back {len(missing):,} batches too few.", _AGAIN)

    def start(self) -> None:
        """Starts Ray here, or connects to the cluster; a Ray that this process is connected to already is taken.

        Raises:
            LearnError: Ray does not start, or nothing answers at the address.
        """
        if not self._ray.is_initialized():
            self._connect() if self._address else self._begin()
            self._started = True
        context = self._data.DataContext.get_current()
        context.enable_progress_bars = False
        context.target_max_block_size = _BLOCK_BYTES
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)

    def close(self) -> None:
        """Ends what was started here, or leaves the cluster."""
        if self._started:
            self._ray.shutdown()
            self._started = False

    def _mapped(self, blocks: Any, pool: Pool, given: tuple[Any, ...]) -> Any:
        with warnings.catch_warnings():
            # Ray 2.64 will not take the last two any more, and has nothing in their place yet; 2.60 is asked for.
            warnings.filterwarnings("ignore", ".*ray_remote_args", DeprecationWarning)
            return blocks.map_batches(
                self.reader,
                fn_constructor_args=given,
                batch_size=1,
                batch_format="pyarrow",
                compute=self._data.ActorPoolStrategy(size=pool.workers, max_tasks_in_flight_per_actor=2),
                num_cpus=pool.num_cpus,
                num_gpus=pool.num_gpus,
                max_restarts=_RESTARTS,
                max_task_retries=self.retries,
            )

    def _rows(self, rows: Any) -> Iterator[dict[str, Any]]:
        try:
            for table in rows.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=1):
                yield from table.to_pylist()
        except (self._ray.exceptions.RayError, *_errors_of_data()) as error:
            said = [line for line in str(error).splitlines() if line.strip()]
            why = said[-1].strip() if said else type(error).__name__
            raise LearnError(f"Ray's workers cannot go on: {why}", _AGAIN) from error

    def _connect(self) -> None:
        passed_on = {name: value for name in _PASSED_ON if (value := os.environ.get(name))}
        try:
            self._ray.init(
                address=self._address,
                runtime_env={"env_vars": passed_on},
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except (ConnectionError, RuntimeError, ValueError, self._ray.exceptions.RayError) as error:
            raise LearnError(
                f"No Ray answers at {self._address}: {_first_line(error)}",
                "Start it (ray start --head), and type this on one of its machines; or leave --address out.",
            ) from error

    def _begin(self) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would call home
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # it warns of a change to come
        for left in reversed(range(_STARTS)):
            try:
                self._ray.init(
                    address="local",
                    include_dashboard=False,
                    object_store_memory=_STORE_BYTES,
                    log_to_driver=False,
                    logging_level=logging.CRITICAL,
                )
                return
            except Exception as error:  # Ray raises Exception itself where its parts take more than half a minute
                self._ray.shutdown()
                if not left:
                    raise LearnError(
                        f"Ray does not start: {_first_line(error)}",
                        "Try again when the machine is less busy, or read in this process: --engine local",
                    ) from error


_AGAIN = "Type the same command again: what was read is kept."


def _settings(reading: Reading) -> CEXConfig:
    """What workers load: the weights, the number format and the place that the driver found."""
    cex, identity = reading.cex, reading.llm.identity
    found: dict[str, Any] = {"dtype": str(reading.llm.dtype).removeprefix("torch.")}
    if identity.startswith(f"{cex.llm}@"):
        found["revision"] = identity.removeprefix(f"{cex.llm}@")
    elif folder := find_model_folder(cex.llm):
        found["llm"] = str(folder.resolve())
    return cex.model_copy(update=found)


def _block(number: int, texts: list[list[int]]) -> pa.Table:
    """One row: a batch's number, its texts' tokens one behind the other, and how many each text has."""
    flat = np.concatenate([np.asarray(text, np.int32) for text in texts])
    lengths = np.array([len(text) for text in texts], np.int32)
    return pa.table({BATCH: [number], TOKENS: pa.array([flat]), LENGTHS: pa.array([lengths])})


def _errors_of_data() -> tuple[type[Exception], ...]:
    found = import_module("ray.data.exceptions")
    return (found.UserCodeException, found.SystemException)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise LearnError(f"The engine ray needs {error.name}, which is not installed.", f"Type: {INSTALL}") from None
