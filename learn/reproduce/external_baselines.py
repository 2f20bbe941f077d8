"""Whom table 3 compares with: sequential recommenders of existing libraries, their settings, and what they may see.

Settings are the libraries' own names, within the budget that benchmarks/peers/README.md tells. The number of epochs is
found anew in every run: NDCG@10 of the validation targets, over the whole catalogue, stops it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from optuna.distributions import CategoricalDistribution, FloatDistribution

from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.data.sequences import Sequences
from learn.data.splits import Phase, Split
from learn.files import atomic_folder
from learn.tuning.space import Space

LENGTHS = {"rectools": "session_max_len", "recbole": "MAX_ITEM_LIST_LENGTH", "rechub": "max_seq_len"}
"""What each library calls the longest sequence that it reads."""
LONGEST, COVERED = 100, 0.95


@dataclass(frozen=True)
class ExternalBaseline:
    """A model of another library; ``settings`` are that library's own names.

    Attributes:
        library, model: name its runner, and what that runs.
        label: what people read.
        settings: what it is trained with where nothing is searched.
        searched: a setting of these -> what a search may make of it: a list of values, or (least, most), by the
            logarithm where both are above 0.
        reads_content: whether it is given our content embeddings.
    """

    library: Literal["rectools", "recbole", "rechub"]
    model: str
    label: str
    settings: dict[str, Any]
    searched: dict[str, list[Any] | tuple[float, float]] = field(default_factory=dict)
    reads_content: bool = False

    @property
    def name(self) -> str:
        """What its Run is called: "rectools-sasrec"."""
        return self.model if self.library == "rechub" else f"{self.library}-{self.model}"

    def searched_from(self, settings: dict[str, Any]) -> tuple[Space, dict[str, Any]]:
        """What a search chooses from, and the values that ``settings`` have of it."""
        space: Space = {}
        for name, bounds in self.searched.items():
            if isinstance(bounds, tuple):
                least, most = bounds
                space[name] = FloatDistribution(least, most, log=least > 0)
            else:
                space[name] = CategoricalDistribution(bounds)
        return space, {name: settings[name] for name in self.searched}

    @property
    def script(self) -> str:
        """The file in benchmarks/peers that runs it."""
        return f"{self.model}_peer.py" if self.reads_content else f"{self.library}_peers.py"

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
_RECTOOLS_SEARCHED: dict[str, Any] = {
    "n_blocks": [1, 2, 3],
    "n_heads": [1, 2, 4],
    "n_factors": [64, 128, 256],
    "dropout_rate": (0.0, 0.6),
    "lr": (2e-4, 1e-2),
    "batch_size": [64, 128, 256],
}
_RECBOLE = {"learning_rate": 2e-3, "train_batch_size": 256, "eval_batch_size": 512, "epochs": 40, "stopping_step": 5}
_RECBOLE_SEARCHED: dict[str, Any] = {"learning_rate": (2e-4, 1e-2), "train_batch_size": [128, 256, 512]}
_DROPOUT = {"hidden_dropout_prob": 0.3, "attn_dropout_prob": 0.3}
_LAYERS: dict[str, Any] = {"hidden_size": 64, "inner_size": 256, "n_layers": 2, "n_heads": 2}
_LAYERS_SEARCHED: dict[str, Any] = {
    "hidden_dropout_prob": (0.0, 0.6),
    "attn_dropout_prob": (0.0, 0.6),
    "hidden_size": [64, 128],
    "inner_size": [128, 256, 512],
    "n_layers": [1, 2, 3],
    "n_heads": [1, 2, 4],
}
_SAMPLED = {"loss": "sampled_softmax", "n_negatives": 256}
_UNISREC: dict[str, Any] = {
    "n_factors": 128,
    "projection_hidden": 256,
    "n_blocks": 2,
    "n_heads": 2,
    "dropout": 0.3,
    "adaptor_dropout": 0.2,
    "lr": 1e-3,
    "weight_decay": 0.01,
    "batch_size": 128,
    "loss": "softmax",
    "max_epochs": 40,
    "patience": 8,
}
_HLLM: dict[str, Any] = {
    "n_heads": 8,
    "n_layers": 2,
    "dropout": 0.3,
    "temperature": 0.07,
    "lr": 1e-3,
    "weight_decay": 0.01,
    "batch_size": 128,
    "max_epochs": 40,
    "patience": 8,
}

PEERS = (
    ExternalBaseline(
        "recbole",
        "gru4rec",
        "GRU4Rec (RecBole)",
        _RECBOLE | {"embedding_size": 64, "hidden_size": 128, "dropout_prob": 0.3},
        _RECBOLE_SEARCHED
        | {"embedding_size": [64, 128, 256], "hidden_size": [64, 128, 256], "dropout_prob": (0.0, 0.6)},
    ),
    ExternalBaseline(
        "recbole", "fdsa", "FDSA (RecBole)", _RECBOLE | _DROPOUT | _LAYERS, _RECBOLE_SEARCHED | _LAYERS_SEARCHED
    ),
    ExternalBaseline(
        "recbole",
        "s3rec",
        "S3-Rec (RecBole)",
        _RECBOLE | _DROPOUT | _LAYERS | {"pretrain_epochs": 20},
        _RECBOLE_SEARCHED | _LAYERS_SEARCHED | {"pretrain_epochs": [10, 20, 50]},
    ),
    ExternalBaseline(
        "rectools",
        "bert4rec",
        "BERT4Rec (RecTools)",
        _RECTOOLS | {"mask_prob": 0.3},
        _RECTOOLS_SEARCHED | {"mask_prob": (0.1, 0.6)},
    ),
    ExternalBaseline("rectools", "sasrec", "SASRec (RecTools)", _RECTOOLS, _RECTOOLS_SEARCHED),
    ExternalBaseline(
        "rectools",
        "esasrec",
        "eSASRec (RecTools)",
        _RECTOOLS | _SAMPLED,
        _RECTOOLS_SEARCHED | {"n_negatives": [64, 256, 1024]},
    ),
    ExternalBaseline(
        "rectools",
        "hstu",
        "HSTU (RecTools)",
        _RECTOOLS | {"lightning_module_kwargs": {"logits_t": 0.05}},
        _RECTOOLS_SEARCHED,
    ),
    ExternalBaseline(
        "rectools",
        "unisrec",
        "UniSRec (RecTools), on our text",
        _UNISREC,
        {
            "n_factors": [64, 128, 256],
            "projection_hidden": [128, 256, 512],
            "n_blocks": [1, 2, 3],
            "n_heads": [1, 2, 4],
            "dropout": (0.0, 0.6),
            "adaptor_dropout": (0.0, 0.6),
            "lr": (1e-4, 5e-3),
            "weight_decay": (1e-4, 0.1),
            "batch_size": [64, 128, 256],
        },
        reads_content=True,
    ),
    ExternalBaseline(
        "rechub",
        "hllm",
        "HLLM (torch-rechub), on our text",
        _HLLM,
        {
            "n_layers": [1, 2, 4],
            "dropout": (0.0, 0.6),
            "temperature": (0.02, 0.3),
            "lr": (1e-4, 5e-3),
            "weight_decay": (1e-4, 0.1),
            "batch_size": [64, 128, 256],
        },
        reads_content=True,
    ),
)


def export(dataset: Dataset, split: Split, folder: Path, content: np.ndarray | None = None) -> None:
    """Writes training.csv, validation.csv, history.csv and items.csv into ``folder``; no test target.

    The first three have a line per event, users one after another, each oldest first: user, item, position (0 is the
    user's first event in the file) and timestamp (nanoseconds since 1970; empty where only the order is known).
    History is all that precedes the test: training and validation. ``content``, [N, d] content embeddings, becomes
    vectors.npy, a row for each line of items.csv.
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
        if content is not None:
            np.save(temporary / "vectors.npy", np.asarray(content, dtype=np.float32))


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
