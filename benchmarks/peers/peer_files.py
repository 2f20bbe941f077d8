"""What the runners share: the job that they are given, the exported files, and the two files that they write.

A job is a JSON file: ``data`` (the folder that `learn.reproduce.external_baselines.export` wrote), ``peer``, ``seed``,
``settings`` and ``output`` (a folder). The test target is in none of the files.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch

LIST_LENGTH = 100
"""Items of a list that count, once the history is left out of it."""


@dataclass(frozen=True)
class Job:
    """One peer under one seed."""

    data: Path
    peer: str
    seed: int
    settings: dict[str, Any]
    output: Path

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


def read_job() -> Job:
    """The job whose file is the only argument of the command."""
    values = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    torch.set_num_threads(1)  # the seconds that are reported are one core's
    return Job(Path(values["data"]), values["peer"], values["seed"], values["settings"], Path(values["output"]))


def write_result(job: Job, ranked: pd.DataFrame, model: torch.nn.Module, **facts: Any) -> None:
    """Writes recommendations.csv (user, item, rank) and result.json (parameters and ``facts``) into the output."""
    parameters = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    ranked[["user", "item", "rank"]].to_csv(job.output / "recommendations.csv", index=False)
    text = json.dumps({"parameters": parameters, "torch": torch.__version__, **facts}, indent=2)
    (job.output / "result.json").write_text(text + "\n", encoding="utf-8")
