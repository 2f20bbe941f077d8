"""One validated Dataset, whatever it was read from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from learn.checksums import check_complete, verify
from learn.data.availability import in_stock
from learn.data.compact import places_among, plain_blocks, read_interactions, user_starts, write_interactions
from learn.data.ids import find_ids
from learn.data.schema import Interactions, Items
from learn.data.sequences import Sequences
from learn.data.split import PHASE_CODES, Phase, Split
from learn.data.thumbnails import Thumbnails
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
        interactions: columns `Interactions.ALL` (and more), sorted by user, time, source order, RangeIndex; of many
            rows with ids as categories (`learn.data.compact`).
        source: how it was made: the source's kind and its arguments, for the record.
        report: the validation report's facts (`learn.data.facts.make_facts`).
        cut: how it is split into phases, None before anybody split it; read it as `split`.
    """

    name: str
    items: pd.DataFrame
    interactions: pd.DataFrame
    source: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    cut: Split | None = None
    trained_on: tuple[str, ...] = ()
    """Fingerprints of earlier states, the oldest first, whose Runs stay valid: `learn items` and `learn update`."""
    folder: Path | None = field(default=None, compare=False)
    """Where it was read from."""
    pictures: Thumbnails | None = field(default=None, compare=False, repr=False)
    """Small pictures of the items, where there are any."""

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

    def before_test(self) -> pd.DataFrame:
        """The rows of `interactions` before the test target: what another recommender may be given.

        Raises:
            LearnError: nobody split it yet.
        """
        return self.interactions[self.split.codes < PHASE_CODES[Phase.TEST]]

    @property
    def versions(self) -> tuple[str, ...]:
        """The fingerprints whose Runs are valid: those of earlier states, then its own."""
        return (*self.trained_on, self.fingerprint)

    @cached_property
    def available(self) -> np.ndarray:
        """[N] bool: items in stock; the others are read in histories and never shown."""
        return in_stock(self.items)

    @cached_property
    def newer(self) -> np.ndarray:
        """[n] bool: events that came after the split was made."""
        if Interactions.NEWER not in self.interactions:
            return np.zeros(len(self.interactions), dtype=bool)
        return self.interactions[Interactions.NEWER].fillna(False).to_numpy(dtype=bool)

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

    def find_items(self, ids: Sequence[Any] | pd.Series) -> np.ndarray:
        """[n] item indices of ids written in any way that a table could write them; -1: unknown."""
        return find_ids(pd.Series(ids, dtype=object), self.item_index)

    def find_users(self, ids: Sequence[Any] | pd.Series) -> np.ndarray:
        """[n] user indices of ids written in any way that a table could write them; -1: unknown."""
        return find_ids(pd.Series(ids, dtype=object), self.user_index)

    @property
    def has_time(self) -> bool:
        """Whether every event has a timestamp."""
        return bool(self.interactions[Interactions.TIME].notna().all())

    @cached_property
    def sequences(self) -> Sequences:
        """Every user's items in time order, as item indices."""
        starts = user_starts(self.interactions[Interactions.USER])
        times = None
        if self.has_time:  # the table's own, not a copy
            times = self.interactions[Interactions.TIME].to_numpy("datetime64[ns]").view(np.int64)
        items = places_among(self.interactions[Interactions.ITEM], self.item_index)
        return Sequences(items, np.append(starts, len(self.interactions)).astype(np.int64), times)

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits of a hash over the items' ids, text and prices and the interactions, in order."""
        digest = hashlib.sha256()
        for frame, columns in ((self.items, Items.ALL), (self.interactions, Interactions.ALL)):
            present = [column for column in columns if column in frame]
            digest.update(",".join(present).encode())
            for block in plain_blocks(frame) if frame is self.interactions else [frame]:
                digest.update(pd.util.hash_pandas_object(block[present], index=False).to_numpy().tobytes())
        if self.trained_on:  # a state of a dataset that changes: what is in stock tells it from others too
            digest.update(",".join(self.trained_on).encode() + self.available.tobytes())
        return digest.hexdigest()[:16]

    def save(self, folder: Path | str) -> None:
        """Writes the tables, dataset.json and, where there are any, split.json and pictures, atomically."""
        with atomic_folder(folder) as temporary:
            self.write(temporary)

    def write(self, folder: Path) -> None:
        """As `save`, into a ``folder`` that is not yet in its place."""
        self.items.to_parquet(folder / "items.parquet", index=False)
        write_interactions(self.interactions, folder / "interactions.parquet")
        if self.pictures is not None:
            self.pictures.write(folder)
        if self.cut is not None:
            write_json(folder / SPLIT_FILE, self.cut.describe())
        write_json(folder / "dataset.json", self.about())

    def about(self) -> dict[str, Any]:
        """dataset.json, as it reads back: what the tables are, not the tables."""
        facts = {
            "format_version": FORMAT_VERSION,
            "name": self.name,
            "fingerprint": self.fingerprint,
            "source": self.source,
            "report": self.report,
        }
        if self.trained_on:
            facts["trained_on"] = list(self.trained_on)
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
            interactions = read_interactions(folder / "interactions.parquet")
        except (OSError, ValueError) as error:
            raise LearnError(f"Dataset {folder} is damaged: {error}", remedy) from error
        lacking = {"source", "report", "fingerprint"} - about.keys()
        lacking |= {Items.ID, Items.TITLE} - set(items) | {Interactions.USER, Interactions.ITEM} - set(interactions)
        if lacking:
            raise LearnError(f"Dataset {folder} is damaged: it lacks {', '.join(sorted(lacking))}.", remedy)
        earlier = tuple(about.get("trained_on", ()))
        # A copied folder is a dataset of its own, under the name of its place.
        pictures = Thumbnails.read(folder, len(items), remedy)
        source, report = about["source"], about["report"]
        dataset = cls(folder.name, items, interactions, source, report, None, earlier, folder, pictures)
        dataset.__dict__["fingerprint"] = about["fingerprint"]
        return dataset
