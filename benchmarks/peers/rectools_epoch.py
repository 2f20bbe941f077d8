"""Epochs of RecTools' SASRec, one for every line on its input: python rectools_epoch.py DATA CLOCK KEY=VALUE ...

DATA is what `learn.reproduce.external_baselines.export` wrote, CLOCK is wall or cpu. It prints "ready", and for every
line "took SECONDS".
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from pathlib import Path

import pandas as pd
from pytorch_lightning import seed_everything
from rectools.dataset import Dataset
from rectools_peers import as_interactions, make_model


def main() -> None:
    folder, clock, *words = sys.argv[1:]
    seconds = time.process_time if clock == "cpu" else time.perf_counter
    settings = {}
    for word in words:
        key, value = word.split("=", 1)
        settings[key] = value if key == "loss" else json.loads(value)
    seed_everything(0)
    events = pd.read_csv(Path(folder) / "training.csv", dtype={"user": str, "item": str}, keep_default_na=False)
    events["timestamp"] = pd.to_numeric(events["timestamp"], errors="coerce")
    dataset = Dataset.construct(as_interactions(events))
    model = make_model("sasrec", settings, False)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = seconds()
        model.fit_partial(dataset, min_epochs=1, max_epochs=1)
        print("took", seconds() - start, flush=True)


if __name__ == "__main__":
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    main()
