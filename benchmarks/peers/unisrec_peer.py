"""UniSRec of RecTools on our content embeddings: python unisrec_peer.py JOB.json

RecTools' own early stopping looks at training data, so a callback validates here: after each epoch NDCG@10 of the
validation targets over the items that training has met says whether to go on, and the best epoch's weights rank.
"""

from __future__ import annotations

import copy
import logging
import warnings
from typing import Any

import numpy as np
import pandas as pd
import rectools
import torch
from peer_files import Course, Job, ndcg_at_10, read_job, write_result
from pytorch_lightning import Trainer, seed_everything
from pytorch_lightning.callbacks import Callback
from rectools.fast_transformers import UniSRecModel

BLOCK = 1024


class Validated(UniSRecModel):
    """UniSRec that asks ``after_epoch`` after each epoch whether it was the last one."""

    def __init__(self, *given: Any, after_epoch: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.after_epoch = after_epoch

    def _make_trainer(self, max_epochs: int, val_dl: Any = None) -> Trainer:
        trainer = super()._make_trainer(max_epochs, val_dl)
        trainer.callbacks.append(_AfterEpoch(self))
        return trainer


class _AfterEpoch(Callback):
    def __init__(self, model: Validated) -> None:
        self.model = model

    def on_train_epoch_end(self, trainer: Trainer, pl_module: Any) -> None:
        self.model._net = pl_module.net  # what `predict_topk` reads, which is only set at the end
        if self.model.after_epoch(self.model):
            trainer.should_stop = True


def padded(pasts: list[list[int]], known: np.ndarray, length: int) -> torch.Tensor:
    """[U, length] the model's own numbers of the last items of each past that training has met, padded on the left.

    Args:
        pasts: numbers of items, as `known` has them.
        known: [n] those that training has met, increasing; the model calls the first 1.
    """
    rows, every = torch.zeros(len(pasts), length, dtype=torch.long), set(known.tolist())
    for row, past in zip(rows, pasts, strict=True):
        met = np.array([item for item in past if item in every][-length:], dtype=np.int64)
        if len(met):
            row[-len(met) :] = torch.as_tensor(np.searchsorted(known, met) + 1)
    return rows


def rank(model: UniSRecModel, rows: torch.Tensor, k: int) -> np.ndarray:
    """[U, k] numbers of items, the best first."""
    k = min(k, len(model.item_id_mapping))
    parts = [model.predict_topk(rows[start : start + BLOCK], k)[1] for start in range(0, len(rows), BLOCK)]
    return torch.cat(parts).numpy()


def run(job: Job) -> None:
    seed_everything(job.seed)
    settings = dict(job.settings)
    length, epochs, patience = settings["session_max_len"], settings.pop("max_epochs"), settings.pop("patience")
    ids = job.items()["item"]
    number = pd.Series(np.arange(1, len(ids) + 1), index=ids)  # 0 is the padding
    training, validation, history = (job.events(part) for part in ("training", "validation", "history"))
    vectors = np.vstack([np.zeros_like(job.vectors()[:1]), job.vectors()])
    known = np.unique(number[training["item"]].to_numpy())
    pasts = training.assign(item=training["item"].map(number)).groupby("user", sort=False)["item"].agg(list)
    asked = validation[validation["user"].isin(pasts.index)].drop_duplicates("user")
    rows = padded([pasts[user] for user in asked["user"]], known, length)
    targets = asked["item"].map(number).to_numpy()
    course, best = Course(job, patience), {}

    def after_epoch(model: UniSRecModel) -> bool:
        if course.note(ndcg_at_10(rank(model, rows, 10), targets)):
            best.update(copy.deepcopy(model.net.state_dict()))
        return course.over

    model = Validated(torch.as_tensor(vectors), epochs=epochs, device="cpu", after_epoch=after_epoch, **settings)
    users, _ = pd.factorize(training["user"])
    items = number[training["item"]].to_numpy()
    model.fit(*(torch.as_tensor(np.asarray(part)) for part in (users, items, training["position"])))
    facts = course.facts() | {"rectools": rectools.__version__}
    if job.search:
        write_result(job, None, model.net, **facts)
        return
    model.net.load_state_dict(best)
    past = history.assign(item=history["item"].map(number)).groupby("user", sort=False)["item"].agg(list)
    found = rank(model, padded(past.tolist(), known, length), job.list_length())
    places = np.tile(np.arange(1, found.shape[1] + 1), len(found))
    names = ids.to_numpy()[found.ravel() - 1]
    table = pd.DataFrame({"user": np.repeat(past.index, found.shape[1]), "item": names, "rank": places})
    write_result(job, table, model.net, **facts)


if __name__ == "__main__":
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")  # of its own dependencies' older and newer ways; what fails raises
    run(read_job())
