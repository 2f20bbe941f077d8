"""What a process other than the first does: what process 0 says, until there is nothing more.

python -m learn.training.following FILE RANK SIZE is how `learn.training.processes` starts one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from learn.config import Config
from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.printable import printable
from learn.threads import wait_passively
from learn.training.learner import LEVEL, STEP, Learner
from learn.training.processes import Group, join


def follow(group: Group) -> None:
    """Takes part in one training after the other; it writes nothing and decides nothing.

    Raises:
        LearnError: process 0 has ended before it said so.
    """
    while (said := group.tell()) is not None:
        arrays = group.share({})
        learner = Learner(
            Sequences(arrays["items"].numpy(), arrays["offsets"].numpy()),
            arrays["counts"].numpy(),
            arrays["prepared"].numpy(),
            Config.model_validate(said["config"]),
            Path(said["models"]),
            group,
        )
        while (order := group.tell())[0] in (STEP, LEVEL):
            if order[0] == STEP:
                learner.update(*order[1:])
            else:
                learner.level()


def main() -> None:
    """One process, to its end; where another one has ended before, it says so and ends too."""
    wait_passively()
    store, rank, size = sys.argv[1:]
    try:
        with join(Path(store), int(rank), int(size)) as group:
            follow(group)
    except LearnError as error:
        print(f"Process {rank}: {printable(error.what)}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
