"""Several processes that train one model: who they are, and the few things that they say to each other.

Process 0 runs the command and decides everything; the others follow it (`learn.training.following`). They talk through
torch.distributed: gloo on processors, nccl where each has a GPU. `training_processes` starts them on this machine, or
joins those that torchrun or accelerate started, on one machine or several.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import distributed

from learn.errors import LearnError

PATIENCE = timedelta(hours=6)
"""How long one waits for another that says nothing, as while process 0 evaluates. One that ends is noticed at once."""
_MEETING = timedelta(minutes=10)
"""How long they wait for each other as they begin, when nobody notices yet that one has ended."""
_LOOPBACK = {"linux": "lo", "darwin": "lo0"}
_INTERFACE = "GLOO_SOCKET_IFNAME"


class Group:
    """The processes that train together; one alone has rank 0 and size 1, and nobody to talk to.

    Args:
        rank: which one this is, from 0.
        size: W, how many there are.
        local_rank: which one of its machine.
        threads: of process 0 while the others wait; None: as ever.
        members: whom torch.distributed is to ask; None: everybody.
    """

    def __init__(
        self, rank: int = 0, size: int = 1, local_rank: int = 0, threads: int | None = None, members: Any = None
    ) -> None:
        self.rank, self.size, self.local_rank, self.threads = rank, size, local_rank, threads
        self.members = members

    def device(self) -> torch.device:
        """Where this process computes: its own GPU where there are some."""
        if torch.cuda.is_available():
            return torch.device("cuda", self.local_rank % torch.cuda.device_count())
        return torch.device("cpu")

    def parts(self, count: int) -> list[int]:
        """How many of ``count`` things in a row are each process's: as equal as can be, [W]."""
        return [len(part) for part in np.array_split(np.arange(count), self.size)]

    def own_part(self, count: int) -> slice:
        """Which of ``count`` things in a row are this process's, as `parts` has it."""
        start = sum(self.parts(count)[: self.rank])
        return slice(start, start + self.parts(count)[self.rank])

    def gather(self, rows: torch.Tensor, sizes: list[int]) -> torch.Tensor:
        """[n, d] of each process -> [sum of n, d] of all, in their order; gradients go back to whose rows they are.

        Args:
            rows: this process's; it has to have a gradient in every process or in none.
            sizes: n of every process, [W].
        """
        return _Gather.apply(rows, sizes, self)

    def add_up(self, values: torch.Tensor) -> None:
        """Replaces ``values`` by the sum of all processes'; the same bits in each."""
        with _heard(self.size):
            distributed.all_reduce(values, group=self.members)

    def tell(self, said: Any = None) -> Any:
        """What process 0 says, which the others hear: a small object."""
        box = [said]
        with _heard(self.size):
            distributed.broadcast_object_list(box, group=self.members, device=torch.device("cpu"))
        return box[0]

    def share(self, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Process 0's ``tensors``; what the others give is not read. Those of process 0 may lie on any device."""
        named = self.tell([(name, tuple(value.shape), value.dtype) for name, value in tensors.items()])
        found = {}
        for name, shape, dtype in named:
            value = tensors[name].detach().cpu().contiguous() if self.rank == 0 else torch.empty(shape, dtype=dtype)
            with _heard(self.size):
                distributed.broadcast(value, 0, group=self.members)
            found[name] = value
        return found

    @contextmanager
    def all_threads(self) -> Iterator[None]:
        """While the others wait, process 0 computes with their threads too."""
        before = torch.get_num_threads()
        torch.set_num_threads(self.threads or before)
        try:
            yield
        finally:
            torch.set_num_threads(before)


class _Gather(torch.autograd.Function):
    """`Group.gather`: backwards, everybody's gradient for one's rows is added up."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, sizes: list[int], group: Group) -> torch.Tensor:
        """See `Group.gather`."""
        ctx.sizes, ctx.group = sizes, group
        padded = rows.new_zeros(max(sizes), rows.shape[1])
        padded[: len(rows)] = rows
        found = [torch.empty_like(padded) for _ in sizes]
        with _heard(group.size):
            distributed.all_gather(found, padded, group=group.members)
        return torch.cat([part[:size] for part, size in zip(found, sizes, strict=True)])

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """The own rows of the summed gradient."""
        whole = gradients[0].contiguous()
        ctx.group.add_up(whole)
        start = sum(ctx.sizes[: ctx.group.rank])
        return whole[start : start + ctx.sizes[ctx.group.rank]], None, None


@contextmanager
def _heard(size: int) -> Iterator[None]:
    """Says what it means where another process is not there any more."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        told = re.sub(r"^\[[^]]*\] ", "", str(error).splitlines()[0]).split(". ")[0]
        raise LearnError(
            f"One of the {size} processes that train together has ended: {told}.",
            "Run the same command again: it goes on from the last checkpoint, with as many processes as you like.",
        ) from error


_current = Group()


def current_group() -> Group:
    """The processes that train with this one: inside `training_processes`; else it alone."""
    return _current


@contextmanager
def training_processes(count: int | None = None) -> Iterator[Group]:
    """Inside, trainings are shared among ``count`` processes of this machine, or among those of torchrun.

    Who started it goes on as process 0. What torchrun started as another one has to call
    `learn.training.following.follow`, and nothing else.

    Args:
        count: how many; None: as many as torchrun or accelerate started, else one.

    Raises:
        LearnError: not a number of processes, or another one than torchrun started.
    """
    launched = int(os.environ.get("WORLD_SIZE", 1)) if "RANK" in os.environ else 1
    if count is not None and (count < 1 or launched not in (1, count)):
        started = f"; {launched} were started" if launched > 1 else ""
        raise LearnError(f"{count} processes cannot train together{started}.", "Give --processes 1 or more, or none.")
    if launched > 1:
        with _joined(None, int(os.environ["RANK"]), launched, int(os.environ.get("LOCAL_RANK", 0)), None) as group:
            yield group
    elif (count or 1) > 1:
        with _started(count or 1) as group:
            yield group
    else:
        yield Group()


@contextmanager
def join(store: Path, rank: int, size: int) -> Iterator[Group]:
    """As a process that `training_processes` started: ``store`` is the file where they find each other."""
    where = distributed.FileStore(str(store), size)
    where.set(f"ready-{rank}", "1")
    with _joined(where, rank, size, rank, None) as group:
        yield group


@contextmanager
def _joined(store: Any, rank: int, size: int, local_rank: int, threads: int | None) -> Iterator[Group]:
    """Inside, this process is one of ``size``; process 0 tells the others when nothing more is to be done."""
    global _current
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    known = {} if store is None else {"store": store, "rank": rank, "world_size": size}
    with _heard(size):
        try:
            distributed.init_process_group(backend, timeout=_MEETING, **known)
            patient = distributed.new_group(timeout=PATIENCE)
        except BaseException:
            _forget()
            raise
    before, _current = _current, Group(rank, size, local_rank, threads, patient)
    try:
        yield _current
        if rank == 0:
            _current.tell(None)
    finally:
        _current = before
        distributed.destroy_process_group()


def _forget() -> None:
    """As before any group: torch numbers groups, those that never met too, and finds the others by the number."""
    if not distributed.is_initialized():
        distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    distributed.destroy_process_group()


@contextmanager
def _started(count: int) -> Iterator[Group]:
    """Starts ``count`` - 1 processes beside this one, which share its threads; they end with it."""
    threads = torch.get_num_threads()
    each = max(1, threads // count)
    environment = {**os.environ, "OMP_NUM_THREADS": str(each)}
    if sys.platform in _LOOPBACK:  # nobody outside this machine is asked, nor can ask
        os.environ.setdefault(_INTERFACE, _LOOPBACK[sys.platform])
        environment[_INTERFACE] = os.environ[_INTERFACE]
    children: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="learn-processes-") as folder:
        try:
            file = Path(folder) / "store"
            for rank in range(1, count):
                command = [sys.executable, "-m", "learn.training.following", str(file), str(rank), str(count)]
                children.append(
                    # Ctrl-C is for process 0 alone, which then ends the others.
                    subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
                )
            store = distributed.FileStore(str(file), count)
            _wait_for(store, children)
            torch.set_num_threads(each)
            with _joined(store, 0, count, 0, threads) as group:
                try:
                    yield group
                except BaseException:
                    _end(children)  # before they hear, and say themselves, that this one is gone
                    raise
            for child in children:
                child.wait()
        finally:
            torch.set_num_threads(threads)
            _end(children)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """They write nothing: there is nothing to bring to an end first."""
    for child in children:
        child.kill()
        child.wait()


def _wait_for(store: Any, children: list[subprocess.Popen[bytes]]) -> None:
    """Until every child has said that it is there."""
    names = [f"ready-{rank}" for rank in range(1, len(children) + 1)]
    while not store.check(names):
        if any(child.poll() is not None for child in children):
            raise LearnError("A process that was to train ended as it began.", "See above what it said.")
        time.sleep(0.02)
