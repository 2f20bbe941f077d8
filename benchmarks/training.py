"""One training epoch beside RecTools' SASRec, and how near the machine's own rate: python -m benchmarks.training

Width 256, one layer, up to 50 events, softmax over the whole catalogue: the preset for short sequences, with each item
embedded by itself, and SASRec of the same size, each in batches of 256 users. Content is random numbers: no epoch takes
longer or shorter for what they are. Validation and checkpoints are in neither.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.speed_rows import ROUNDS, PeerProcess, clock_named, compare, gemm_rate, save, timed
from learn.data.dataset import Dataset
from learn.data.stored import open_dataset
from learn.pipeline import configuration
from learn.progress import SilentProgress
from learn.reproduce.external_baselines import export
from learn.training.trainer import Trainer
from learn.workspace import Workspace

CONTENT_SIZE = 576
SETTINGS = {
    "n_blocks": 1,
    "n_heads": 4,
    "n_factors": 256,
    "session_max_len": 50,
    "dropout_rate": 0.3,
    "loss": "softmax",
    "batch_size": 256,
    "lr": 1e-3,
}


def make_trainer(dataset: Dataset, folder: Path, settings: list[str]) -> Trainer:
    """One that can do epoch after epoch."""
    values = ["pal.item_tower=b", "training.checkpoint_seconds=1000000", *settings]
    config = configuration(dataset, "short", values)
    content = np.random.default_rng(0).normal(size=(dataset.n_items, CONTENT_SIZE)).astype(np.float32)
    return Trainer(dataset, dataset.split, content, config, folder / "runs" / dataset.name / "speed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="scientific")
    parser.add_argument("--workspace", type=Path, default=None)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE")
    parser.add_argument("--print", action="store_true", help="and keep nothing")
    arguments = parser.parse_args()
    clock, unit = clock_named(arguments.clock)
    dataset = open_dataset(Workspace.at(arguments.workspace), arguments.dataset)
    with tempfile.TemporaryDirectory() as temporary:
        trainer = make_trainer(dataset, Path(temporary), arguments.set)

        def epoch() -> None:
            trainer.train_epoch(SilentProgress())
            trainer.state.step = 0  # the same batches again

        export(dataset, dataset.split, Path(temporary) / "data")
        words = [f"{key}={value}" for key, value in SETTINGS.items()]
        peer = PeerProcess("rectools_epoch.py", Path(temporary) / "data", arguments.clock, *words)
        epoch()
        peer.round()  # the first builds the model
        rows = [compare("training-epoch", "RecTools SASRec", timed(epoch, clock), peer.round, unit, arguments.rounds)]
        peer.close()
        with FlopCounterMode(display=False) as counter:
            epoch()
        operations, precision = counter.get_total_flops(), "bfloat16" if trainer.autocast else "float32"
        print(f"{operations / 1e9:.0f} GFLOP an epoch, {torch.get_num_threads()} threads, {precision}")

        def limit() -> float:
            return operations / gemm_rate(precision)

        rows.append(compare("training-share", "", timed(epoch), limit, "s", arguments.rounds, share=True))
    if not arguments.print:
        save(rows)


if __name__ == "__main__":
    main()
