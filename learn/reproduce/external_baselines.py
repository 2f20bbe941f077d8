"""Whom table 3 compares with: sequential recommenders of existing libraries, their settings, and what they may see.

Settings are the libraries' own names, within the budget that benchmarks/peers/README.md tells. The number of epochs is
found anew in every run: NDCG@10 of the validation targets, over the whole catalogue, stops it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.data.sequences import Sequences
from learn.data.splits import Phase, Split
from learn.files import atomic_folder

LENGTHS = {"rectools": "session_max_len", "recbole": "MAX_ITEM_LIST_LENGTH"}
"""What each library calls the longest sequence that it reads."""
LONGEST, COVERED = 100, 0.95


@dataclass(frozen=True)
class ExternalBaseline:
    """A model of another library; ``settings`` are that library's own names."""

    library: Literal["rectools", "recbole"]
    model: str
    label: str
    settings: dict[str, Any]

    @property
    def name(self) -> str:
        """What its Run is called: "rectools-sasrec"."""
        return f"{self.library}-{self.model}"

    @property
    def script(self) -> str:
        """The file in benchmarks/peers that runs it."""
        return f"{self.library}_peers.py"

    def settings_for(self, split: Split) -> dict[str, Any]:
        """With the length of sequences that leaves all but a twentieth of the histories whole, up to 100 events."""
        length = min(LONGEST, int(np.ceil(np.quantile(split.history(Phase.TEST).lengths, COVERED))))
        return {**self.settings, LENGTHS[self.library]: length}


_RECTOOLS: dict[str, Any] = {
    "n_blocks": 2,
    "n_heads": 2,
    "n_factors": 128,
    "dropout_rate": 0.3,
    "lr": 2e-3,
    "batch_size": 128,
}
_RECTOOLS |= {"loss": "softmax", "max_epochs": 40, "patience": 8}
_RECBOLE = {"learning_rate": 2e-3, "train_batch_size": 256, "eval_batch_size": 512, "epochs": 40, "stopping_step": 5}
_SAMPLED = {"loss": "sampled_softmax", "n_negatives": 256}

PEERS = (
    ExternalBaseline(
        "recbole",
        "gru4rec",
        "GRU4Rec (RecBole)",
        _RECBOLE | {"embedding_size": 64, "hidden_size": 128, "dropout_prob": 0.3},
    ),
    ExternalBaseline(
        "recbole", "fdsa", "FDSA (RecBole)", _RECBOLE | {"hidden_dropout_prob": 0.3, "attn_dropout_prob": 0.3}
    ),
    ExternalBaseline("rectools", "bert4rec", "BERT4Rec (RecTools)", _RECTOOLS | {"mask_prob": 0.3}),
    ExternalBaseline("rectools", "sasrec", "SASRec (RecTools)", _RECTOOLS),
    ExternalBaseline("rectools", "esasrec", "eSASRec (RecTools)", _RECTOOLS | _SAMPLED),
    ExternalBaseline(
        "rectools", "hstu", "HSTU (RecTools)", _RECTOOLS | {"lightning_module_kwargs": {"logits_t": 0.05}}
    ),
)


def export(dataset: Dataset, split: Split, folder: Path) -> None:
    """Writes training.csv, validation.csv, history.csv and items.csv into ``folder``; no test target.

    The first three have a line per event, users one after another, each oldest first: user, item, position (0 is the
    user's first event in the file) and timestamp (nanoseconds since 1970; empty where only the order is known).
    History is all that precedes the test: training and validation.
    """
    parts = {
        "training": split.train(),
        "validation": split.target(Phase.VALIDATION),
        "history": split.history(Phase.TEST),
    }
    with atomic_folder(folder) as temporary:
        for name, sequences in parts.items():
            _events(dataset, sequences).to_csv(temporary / f"{name}.csv", index=False)
        items = dataset.items[[Items.ID, Items.CATEGORY, Items.BRAND]].set_axis(["item", "category", "brand"], axis=1)
        items.to_csv(temporary / "items.csv", index=False)


def _events(dataset: Dataset, sequences: Sequences) -> pd.DataFrame:
    users = sequences.users
    return pd.DataFrame(
        {
            "user": dataset.user_ids[users],
            "item": dataset.item_ids[sequences.items],
            "position": np.arange(len(users)) - sequences.offsets[users],
            "timestamp": pd.NA if sequences.times is None else sequences.times,
        }
    )
