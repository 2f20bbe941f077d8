"""One validated Dataset, whatever it was read from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from learn.checksums import check_complete, verify
from learn.data.schema import Interactions, Items
from learn.data.sequences import Sequences
from learn.data.split import Split
from learn.errors import LearnError
from learn.files import atomic_folder, read_json, write_json

FORMAT_VERSION = 1
SPLIT_FILE = "split.json"


@dataclass(frozen=True)
class Dataset:
    """Items and interactions that passed `learn.data.validation.validate`.

    Attributes:
        name: a short name, also its folder's.
        items: columns `Items.ALL` (and what else the source gave), one row per item, RangeIndex.
        interactions: columns `Interactions.ALL` (and more), sorted by user, time, source order, RangeIndex.
        source: how it was made: the source's kind and its arguments, for the record.
        report: the validation report's facts (`learn.data.report.make_facts`).
        cut: how it is split into phases, None before anybody split it; read it as `split`.
    """

    name: str
    items: pd.DataFrame
    interactions: pd.DataFrame
    source: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    cut: Split | None = None

    @property
    def split(self) -> Split:
        """Which events train, validate and test.

        Raises:
            LearnError: it was read by a bare reader and nobody split it (`learn.data.splits.choose_split`).
        """
        if self.cut is None:
            raise LearnError(
                f"Dataset {self.name} has no split yet: nothing says which events train and which test.",
                "Read it with learn.read or learn.read_tables, or open it with learn.open_dataset.",
            )
        return self.cut

    def with_split(self, split: Split, facts: dict[str, Any] | None = None) -> Dataset:
        """The same tables under ``split``, with ``facts`` about it added to the report; this one stays as it is."""
        other = replace(self, cut=split, report={**self.report, **(facts or {})})
        computed = set(self.__dict__) - set(self.__dataclass_fields__)  # of the tables alone, which are the same
        other.__dict__.update({name: self.__dict__[name] for name in computed})
        return other

    @property
    def n_items(self) -> int:
        """N, the catalogue's size."""
        return len(self.items)

    @cached_property
    def user_ids(self) -> np.ndarray:
        """[U] str, in the order of the interactions table; a user's index is its place here."""
        return self.interactions[Interactions.USER].drop_duplicates().to_numpy(dtype=object)

    @cached_property
    def item_ids(self) -> np.ndarray:
        """[N] str, the item's index is its place here."""
        return self.items[Items.ID].to_numpy(dtype=object)

    @cached_property
    def item_index(self) -> pd.Index:
        """Item id -> item index, through ``get_indexer``."""
        return pd.Index(self.item_ids)

    @cached_property
    def user_index(self) -> pd.Index:
        """User id -> user index, through ``get_indexer``."""
        return pd.Index(self.user_ids)

    @property
    def has_time(self) -> bool:
        """Whether every event has a timestamp."""
        return bool(self.interactions[Interactions.TIME].notna().all())

    @cached_property
    def sequences(self) -> Sequences:
        """Every user's items in time order, as item indices."""
        users = self.user_index.get_indexer(self.interactions[Interactions.USER])
        lengths = np.bincount(users, minlength=len(self.user_ids))
        times = None
        if self.has_time:
            times = self.interactions[Interactions.TIME].to_numpy("datetime64[ns]").astype(np.int64)
        items = self.item_index.get_indexer(self.interactions[Interactions.ITEM]).astype(np.int32)
        return Sequences(items, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), times)

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits of a hash over the items' ids, text and prices and the interactions, in order."""
        digest = hashlib.sha256()
        for frame, columns in ((self.items, Items.ALL), (self.interactions, Interactions.ALL)):
            present = frame[[column for column in columns if column in frame]]
            digest.update(",".join(present.columns).encode())
            digest.update(pd.util.hash_pandas_object(present, index=False).to_numpy().tobytes())
        return digest.hexdigest()[:16]

    def save(self, folder: Path | str) -> None:
        """Writes items.parquet, interactions.parquet, dataset.json and, once split, split.json, atomically."""
        with atomic_folder(folder) as temporary:
            self.items.to_parquet(temporary / "items.parquet", index=False)
            self.interactions.to_parquet(temporary / "interactions.parquet", index=False)
            if self.cut is not None:
                write_json(temporary / SPLIT_FILE, self.cut.describe())
            write_json(temporary / "dataset.json", self.about())

    def about(self) -> dict[str, Any]:
        """dataset.json, as it reads back: what the tables are, not the tables."""
        facts = {
            "format_version": FORMAT_VERSION,
            "name": self.name,
            "fingerprint": self.fingerprint,
            "source": self.source,
            "report": self.report,
        }
        return cast(dict[str, Any], json.loads(json.dumps(facts, default=str)))

    @classmethod
    def load(cls, folder: Path | str) -> Dataset:
        """Reads the tables that `save` wrote; `learn.data.stored.open_dataset` adds their split.

        Raises:
            LearnError: absent, damaged, or written by an incompatible version.
        """
        folder = Path(folder)
        remedy = f"Build it again: learn prepare SOURCE --name {folder.name}"
        about = read_json(folder / "dataset.json", remedy, dict)
        check_complete(folder, remedy)
        if about.get("format_version") != FORMAT_VERSION:
            raise LearnError(
                f"Dataset {folder} has format {about.get('format_version')}, this version reads {FORMAT_VERSION}.",
                remedy,
            )
        try:
            for name in ("items.parquet", "interactions.parquet"):
                verify(folder / name, remedy)
            items = pd.read_parquet(folder / "items.parquet")
            interactions = pd.read_parquet(folder / "interactions.parquet")
        except (OSError, ValueError) as error:
            raise LearnError(f"Dataset {folder} is damaged: {error}", remedy) from error
        lacking = {"source", "report", "fingerprint"} - about.keys()
        lacking |= (set(Items.ALL) - set(items)) | (set(Interactions.ALL) - set(interactions))
        if lacking:
            raise LearnError(f"Dataset {folder} is damaged: it lacks {', '.join(sorted(lacking))}.", remedy)
        # A copied folder is a dataset of its own, under the name of its place.
        dataset = cls(folder.name, items, interactions, about["source"], about["report"])
        dataset.__dict__["fingerprint"] = about["fingerprint"]
        return dataset
