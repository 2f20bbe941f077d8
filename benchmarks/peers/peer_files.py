"""What the runners share: the job that they are given, the exported files, and the two files that they write.

A job is a JSON file: ``data`` (the folder that `learn.reproduce.external_baselines.export` wrote), ``peer``, ``seed``,
``settings`` and ``output`` (a folder). The test target is in none of the files. Of a search (``search``) only what
validation says is wanted, and training may end before its time: see `Course`.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

LIST_LENGTH = 100
"""Items of a list that count, once the history is left out of it."""


@dataclass(frozen=True)
class Job:
    """One peer under one seed.

    Attributes:
        search: only validation is wanted, no lists.
        seconds: after which a search ends; None: as long as it needs.
        beaten_below: what the best validation so far has to reach after each epoch, lest it be given up; None: nothing.
    """

    data: Path
    peer: str
    seed: int
    settings: dict[str, Any]
    output: Path
    search: bool = False
    seconds: float | None = None
    beaten_below: list[float | None] = field(default_factory=list)

    def events(self, part: str) -> pd.DataFrame:
        """Columns user, item, position, timestamp (missing where only the order is known), oldest first.

        Args:
            part: ``training``; ``validation``, the targets to choose epochs by; ``history``, what a user has done
                before the test: both of them.
        """
        text = {"user": str, "item": str}
        return pd.read_csv(self.data / f"{part}.csv", dtype=text, keep_default_na=False, na_values={"timestamp": [""]})

    def list_length(self) -> int:
        """How long lists have to be that still hold `LIST_LENGTH` items when a history is left out: no row then has a
        shorter list of unseen items than another."""
        return LIST_LENGTH + int(self.events("history").groupby("user")["item"].nunique().max())

    def items(self) -> pd.DataFrame:
        """Columns item, category, brand: str, empty where unknown; the whole catalogue."""
        return pd.read_csv(self.data / "items.csv", dtype=str, keep_default_na=False)

    def vectors(self) -> np.ndarray:
        """[N, d] float32 content embeddings of `items`, of those peers that are given them."""
        return np.load(self.data / "vectors.npy", allow_pickle=False)


class Course:
    """How a training goes: what validation said after each epoch, and whether it goes on.

    Args:
        job: what may end it early.
        patience: epochs without a better one.
    """

    def __init__(self, job: Job, patience: int) -> None:
        self.job, self.patience = job, patience
        self.scores: list[float] = []
        self.ended = "whole"
        self.over = False
        self.start, self.cpu = time.perf_counter(), time.process_time()

    def note(self, score: float) -> bool:
        """Notes what validation said after an epoch; returns whether it is the best so far, and sets `over`."""
        self.scores.append(float(score))
        epoch, best = len(self.scores), max(self.scores)
        print(f"epoch {epoch}: {score:.5f} after {self.seconds:.0f} s", flush=True)
        needed = self.job.beaten_below[epoch - 1] if epoch <= len(self.job.beaten_below) else None
        if needed is not None and best < needed:
            self.over, self.ended = True, "pruned"
        elif self.job.seconds is not None and self.seconds > self.job.seconds:
            self.over, self.ended = True, "stopped"
        elif epoch - 1 - self.scores.index(best) >= self.patience:
            self.over = True
        return self.scores[-1] == best

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self.start

    def facts(self) -> dict[str, Any]:
        """What result.json says of it."""
        cpu = round(time.process_time() - self.cpu, 1)
        facts = {"train_seconds": self.seconds, "cpu_seconds": cpu, "epochs": len(self.scores)}
        return facts | {"validation_ndcg_at_10": self.scores, "ended": self.ended}


def ndcg_at_10(ranked: np.ndarray, targets: np.ndarray) -> float:
    """Mean over users of NDCG@10 with one target each.

    Args:
        ranked: [U, 10] items, the best first.
        targets: [U] items.
    """
    hits = ranked[:, :10] == targets[:, None]
    return float((hits / np.log2(np.arange(2, 2 + hits.shape[1]))).sum(axis=1).mean())


def read_job() -> Job:
    """The job whose file is the only argument of the command."""
    values = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    torch.set_num_threads(1)  # the seconds that are reported are one core's
    return Job(**(values | {"data": Path(values["data"]), "output": Path(values["output"])}))


def write_result(job: Job, ranked: pd.DataFrame | None, model: torch.nn.Module, **facts: Any) -> None:
    """Writes recommendations.csv (user, item, rank; not of a search) and result.json (parameters and ``facts``)."""
    parameters = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    if ranked is not None:
        ranked[["user", "item", "rank"]].to_csv(job.output / "recommendations.csv", index=False)
    text = json.dumps({"parameters": parameters, "torch": torch.__version__, **facts}, indent=2)
    (job.output / "result.json").write_text(text + "\n", encoding="utf-8")
