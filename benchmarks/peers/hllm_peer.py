"""HLLM of torch-rechub on our content embeddings, frozen: python hllm_peer.py JOB.json

Its user model is trained to predict the next item at every position, with the softmax over the catalogue that its
scoring head gives; after each epoch NDCG@10 of the validation targets says whether to go on.
"""

from __future__ import annotations

import copy
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
import torch
from peer_files import Course, Job, ndcg_at_10, read_job, write_result
from torch_rechub.models.generative.hllm import HLLMModel

BLOCK = 256


def padded(pasts: list[list[int]], length: int) -> torch.Tensor:
    """[U, length] the last items of each past, padded on the right with 0."""
    rows = torch.zeros(len(pasts), length, dtype=torch.long)
    for row, past in zip(rows, pasts, strict=True):
        row[: min(length, len(past))] = torch.as_tensor(past[-length:])
    return rows


@torch.inference_mode()
def rank(model: HLLMModel, rows: torch.Tensor, k: int) -> np.ndarray:
    """[U, k] numbers of items, the best first."""
    model.eval()
    parts = []
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        last = (block > 0).sum(dim=1).clamp_min(1) - 1
        scores = model(block)[torch.arange(len(block)), last]
        scores[:, 0] = -torch.inf  # the padding
        parts.append(scores.topk(min(k, scores.shape[1] - 1), dim=1).indices)
    return torch.cat(parts).numpy()


def train_epoch(model: HLLMModel, sequences: torch.Tensor, optimizer: torch.optim.Optimizer, batch: int) -> None:
    """Every position of every sequence with the item that follows it."""
    model.train()
    for users in torch.randperm(len(sequences)).split(batch):
        rows = sequences[users]
        longest = int((rows > 0).sum(dim=1).max())
        logits = model(rows[:, : longest - 1]).flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(logits, rows[:, 1:longest].flatten(), ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


def run(job: Job) -> None:
    torch.manual_seed(job.seed)
    settings = dict(job.settings)
    own = {name: settings.pop(name) for name in ("max_epochs", "patience", "lr", "weight_decay", "batch_size")}
    length = settings["max_seq_len"]
    ids = job.items()["item"]
    number = pd.Series(np.arange(1, len(ids) + 1), index=ids)  # 0 is the padding
    training, history = (
        events.assign(item=events["item"].map(number)).groupby("user", sort=False)["item"].agg(list)
        for events in (job.events("training"), job.events("history"))
    )
    validation = job.events("validation").drop_duplicates("user")
    asked = validation[validation["user"].isin(training.index)]
    rows, targets = padded([training[user] for user in asked["user"]], length), asked["item"].map(number).to_numpy()
    vectors = torch.as_tensor(np.vstack([np.zeros_like(job.vectors()[:1]), job.vectors()]))
    model = HLLMModel(vectors, len(vectors), d_model=vectors.shape[1], use_time_embedding=False, **settings)
    optimizer = torch.optim.AdamW(model.parameters(), lr=own["lr"], weight_decay=own["weight_decay"])
    sequences = padded([past for past in training if len(past) > 1], length)
    course, best = Course(job, own["patience"]), None
    for _ in range(own["max_epochs"]):
        train_epoch(model, sequences, optimizer, own["batch_size"])
        if course.note(ndcg_at_10(rank(model, rows, 10), targets)):
            best = copy.deepcopy(model.state_dict())
        if course.over:
            break
    facts = course.facts() | {"rechub": version("torch-rechub")}
    if job.search:
        write_result(job, None, model, **facts)
        return
    model.load_state_dict(best)
    found = rank(model, padded(history.tolist(), length), job.list_length())
    places = np.tile(np.arange(1, found.shape[1] + 1), len(found))
    names = ids.to_numpy()[found.ravel() - 1]
    table = pd.DataFrame({"user": np.repeat(history.index, found.shape[1]), "item": names, "rank": places})
    write_result(job, table, model, **facts)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    run(read_job())
