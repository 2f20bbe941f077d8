"""What tower (a) lets an item's embedding take from the items before it, and whether the item still counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from learn.data.sequences import Sequences, pad
from learn.runs.run import Run
from learn.runs.towers import load_towers

IN_SEQUENCE, ALONE = "in its sequence, as in training", "alone, as at inference"
BLOCK = 256


@torch.inference_mode()
def context_test(run: Run, content: np.ndarray, sequences: Sequences, seed: int = 0) -> pd.DataFrame:
    """The last item of every sequence against a random one put in its place.

    The user embedding is that after the items before the last. If the item tower looks at the item, the true one is
    more similar to it than the other one, whether it is embedded in its sequence or alone.

    Args:
        run: with a user and an item tower of one width: (a), (b) or (c).
        content: [N, D_llm] raw content embeddings of the catalogue.
        sequences: those of fewer than 3 events are left out.
        seed: draws the other items, uniformly from the catalogue.

    Returns:
        One row per user and way of embedding: columns user, embedded (`IN_SEQUENCE`, `ALONE`), true, other (cosines to
        the user embedding).
    """
    towers, preprocessing = load_towers(run)
    prepared = torch.as_tensor(preprocessing.apply(content))
    rng = np.random.default_rng(seed)
    users = np.flatnonzero(sequences.lengths >= 3)
    tables = []
    for start in range(0, len(users), BLOCK):
        block = users[start : start + BLOCK]
        whole = [sequences[user] for user in block]
        rows, last = torch.arange(len(block)), torch.as_tensor([len(items) - 2 for items in whole])
        history = torch.as_tensor(pad([items[:-1] for items in whole], 0))
        target = torch.as_tensor(pad([items[1:] for items in whole], 0))
        true, other = target[rows, last], torch.as_tensor(rng.integers(0, len(prepared), len(block)))
        replaced = target.clone()
        replaced[rows, last] = other
        user = towers.users(towers.inputs(prepared[history], history))[rows, last]
        for embedded in (IN_SEQUENCE, ALONE):
            cosines = {"user": block, "embedded": embedded}
            for name, items, single in (("true", target, true), ("other", replaced, other)):
                if embedded == IN_SEQUENCE:
                    vectors = towers.targets(towers.inputs(prepared[items], items))[rows, last]
                else:
                    vectors = towers.items(towers.inputs(prepared[single], single))
                cosines[name] = (user * vectors).sum(dim=-1).numpy()
            tables.append(pd.DataFrame(cosines))
    return pd.concat(tables, ignore_index=True)


def context_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Means of `context_test`: one row per way of embedding, columns embedded, true, other, told_apart.

    ``told_apart``: the share of users to whom the true item is the more similar one; 0.5 is chance.
    """
    scored = table.assign(told_apart=(table["true"] > table["other"]).astype(float))
    return scored.groupby("embedded", sort=False)[["true", "other", "told_apart"]].mean().reset_index()
