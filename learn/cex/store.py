"""Content embeddings on disk: read once per distinct text, kept under the hash of everything that made them.

A store's folder is ``workspace.content(dataset)/KEY``: ``store.json`` with the settings behind KEY, and safetensors
shards, each with ``hashes`` uint8 [n, 16] of the prompts (of vectors that no LLM made: of the items' ids), ``lengths``
int32 [n] (tokens of the whole prompt, before a cut) and ``vectors`` [n, D_llm]: float32, or, in a compact copy,
float16, or int8 with a float32 ``scale`` [D_llm]. With a float32 ``basis`` [D_llm, D_llm] and ``mean`` [D_llm] beside
them, what was rounded is what towers read of the content, which is (vectors x scale) basis + mean.
This module imports neither torch nor transformers.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from learn.cex.compact import Compact, Whitening, pack_vectors, unpack_vectors
from learn.cex.prompt import item_prompts
from learn.checksums import verify
from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.files import read_json, write_json
from learn.locks import writing
from learn.partial import sweep_partial
from learn.scratch import join_columns, join_rows, take_rows
from learn.tensor_files import map_tensors, save_tensors
from learn.workspace import Workspace

FORMAT_VERSION = 1
HASH_BYTES = 16
_STORE = "store"
"""In a shard's header: the key of its store, so that one of another LLM's or prompt's is noticed."""
OWN = "vectors"
"""The setting of a store whose vectors no LLM made; what it holds stands under the items' ids."""
COMPACT = "compact"
"""In a packed copy's settings: how."""
KEY_SEPARATOR = "+"
"""Between the keys of several stores whose vectors stand one behind the other."""


def store_key(settings: dict[str, Any]) -> str:
    """16 hex digits over the settings that decide a vector's value."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def text_hash(prompt: str) -> bytes:
    """The name of a prompt in a store: 16 bytes."""
    return hashlib.blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()


def stored_content(workspace: Workspace, dataset: Dataset, key: str) -> np.ndarray:
    """[N, D_llm] float32 content embeddings of ``dataset``'s items, from what a Run's ``key`` names.

    Raises:
        LearnError: there is no such store, or it lacks an item's text.
    """
    stores = [ContentStore(workspace.content(dataset.name) / one) for one in key.split(KEY_SEPARATOR)]
    return join_columns([store.vectors_for(store.names_of(dataset)) for store in stores])


def share_content(source: Workspace, of: str, key: str, workspace: Workspace, dataset: Dataset) -> None:
    """Gives ``dataset``, all of whose texts the dataset ``of`` has too, a content store of its own, without an LLM.

    Args:
        source: the workspace that holds the stores of ``of``.
        key: which of them; the copy has the same key.
        workspace: gets the copy; one that is there is kept.

    Raises:
        LearnError: there is no such store, or it lacks a text.
    """
    for one in key.split(KEY_SEPARATOR):
        folder = workspace.content(dataset.name) / one
        if not (folder / "store.json").exists():
            store = ContentStore(source.content(of) / one)
            store.save_compact(folder, store.names_of(dataset), "float16")


def remove_stores(workspace: Workspace, dataset: str) -> None:
    """Removes what LLMs have read of ``dataset``, in all settings.

    Raises:
        LearnError: they cannot be removed.
    """
    for folder in sorted(path for path in workspace.content(dataset).glob("*") if path.is_dir()):
        with writing(folder):
            _drop(folder)


class ContentStore:
    """One folder of content embeddings.

    Raises:
        LearnError: the folder holds no store, or one of another format.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.remedy = f"Read the items again: learn extract {self.folder.parent.name}"
        file = self.folder / "store.json"
        # A file that is there but cannot be used would stop the next extraction as well: it has to go first.
        remedy = f"Delete the folder {self.folder}, then type: learn extract {self.folder.parent.name}"
        about: Any = read_json(file, remedy if file.exists() else self.remedy)
        if not isinstance(about, dict) or not isinstance(about.get("settings"), dict):
            raise LearnError(f"{file} is damaged: it has no settings.", remedy)
        if about.get("format_version") != FORMAT_VERSION:
            raise LearnError(
                f"Content store {self.folder} has format {about.get('format_version')}, this version reads "
                f"{FORMAT_VERSION}.",
                remedy,
            )
        self.settings: dict[str, Any] = about["settings"]

    @classmethod
    def create(cls, folder: Path | str, settings: dict[str, Any]) -> ContentStore:
        """The store in ``folder``, made empty when there is none."""
        if not (Path(folder) / "store.json").exists():
            write_json(Path(folder) / "store.json", {"format_version": FORMAT_VERSION, "settings": settings})
        return cls(folder)

    def shards(self) -> list[Path]:
        """Its files of vectors, oldest first."""
        return sorted(self.folder.glob("shard-*.safetensors"))

    def load(self, drop_damaged: bool = False) -> tuple[dict[bytes, int], np.ndarray, np.ndarray]:
        """(hash -> row, vectors [n, D_llm] float32, lengths [n]) of all readable shards.

        Of a text that was read twice the newer counts.

        Args:
            drop_damaged: delete a shard that cannot be read (its texts are then read again) instead of only warning.
        """
        names: list[bytes] = []
        parts: list[np.ndarray] = []
        lengths: list[np.ndarray] = []
        for shard in self.shards():
            try:
                hashes, vectors, tokens = self._read_twice(shard)
                if parts and parts[0].shape[1] != vectors.shape[1]:
                    raise ValueError(f"its vectors have {vectors.shape[1]} dimensions, not {parts[0].shape[1]}")
            except (ValueError, LearnError) as error:
                warnings.warn(f"{shard} is damaged ({error}); its items have to be read again.", stacklevel=2)
                if drop_damaged:
                    _drop(shard)
                continue
            names += [row.tobytes() for row in hashes]
            parts.append(vectors)
            lengths.append(tokens)
        if not parts:
            return {}, np.zeros((0, 0), np.float32), np.zeros(0, np.int32)
        return {name: row for row, name in enumerate(names)}, join_rows(parts), np.concatenate(lengths)

    def _read_twice(self, shard: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What is in ``shard``: a disk that fails once costs no reading of the LLM. Raises as `_read`."""
        try:
            return self._read(shard)
        except (ValueError, LearnError):
            return self._read(shard)

    def _read(self, shard: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        verify(shard, self.remedy)  # of the prebuilt demo; a shard of a workspace states its own
        return _read_shard(shard)

    @property
    def has_reader(self) -> bool:
        """Whether an LLM made its vectors and can read more; False: somebody brought them (`learn.cex.own_vectors`)."""
        return OWN not in self.settings

    def names_of(self, dataset: Dataset) -> list[str]:
        """[N] under which name each item of ``dataset`` is stored: its prompt; where nobody read it, its id."""
        return item_prompts(dataset.items) if self.has_reader else [str(one) for one in dataset.item_ids]

    def holds(self, prompts: Sequence[str], drop_damaged: bool = False) -> bool:
        """Whether the LLM's reading of every one of ``prompts`` is here; ``drop_damaged`` as of `load`."""
        rows, *_ = self.load(drop_damaged)
        return all(text_hash(prompt) in rows for prompt in prompts)

    def vectors_for(self, prompts: Sequence[str]) -> np.ndarray:
        """[len(prompts), D_llm] float32, in the order of ``prompts``; many lie in a file and cannot be written to.

        Raises:
            LearnError: the store lacks some of them.
        """
        return self._select(prompts)[0]

    def lengths_for(self, prompts: Sequence[str]) -> np.ndarray:
        """[len(prompts)] int32: tokens of each whole prompt, before a cut. Raises like `vectors_for`."""
        return self._select(prompts)[1]

    def _select(self, prompts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        rows, vectors, lengths = self.load()
        wanted = [rows.get(text_hash(prompt), -1) for prompt in prompts]
        missing = wanted.count(-1)
        if missing:
            first = prompts[wanted.index(-1)]
            raise LearnError(
                f"Content store {self.folder} lacks {missing:,} of {len(wanted):,} texts, first: {first[:120]!r}.",
                self.remedy,
            )
        chosen = np.array(wanted, dtype=np.int64)
        return take_rows(vectors, chosen), lengths[chosen]

    def append(self, prompts: Sequence[str], vectors: np.ndarray, lengths: Sequence[int] | np.ndarray) -> None:
        """Adds ``vectors`` [len(prompts), D_llm] and ``lengths`` as one shard, written whole or not at all.

        Raises:
            LearnError: the disk is full or read-only.
        """
        number = max((int(path.stem.removeprefix("shard-")) for path in self.shards()), default=-1) + 1
        made = {"vectors": vectors.astype(np.float32)}
        _write_shard(self.folder / f"shard-{number:06d}.safetensors", prompts, made, lengths)

    def compact(self) -> None:
        """Joins all shards into one. A kill in between leaves the same vectors, some of them twice."""
        old = self.shards()
        if len(old) < 2:
            return
        rows, vectors, lengths = self.load(drop_damaged=True)
        number = int(old[-1].stem.removeprefix("shard-")) + 1
        hashes = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), HASH_BYTES)
        kept = np.fromiter(rows.values(), np.int64, len(rows))
        tensors = {"hashes": hashes, "vectors": vectors[kept], "lengths": lengths[kept]}
        save_tensors(self.folder / f"shard-{number:06d}.safetensors", tensors, {_STORE: self.folder.name})
        for shard in old:
            _drop(shard)

    def save_compact(
        self,
        folder: Path | str,
        prompts: Sequence[str],
        dtype: Compact = "int8",
        whitening: Whitening | None = None,
        read: Whitening | None = None,
    ) -> ContentStore:
        """A small copy in ``folder`` with the vectors of ``prompts`` only, read back like any other store.

        The other arguments are those of `learn.cex.compact.pack_vectors`.
        """
        distinct = list(dict.fromkeys(prompts))
        vectors, lengths = self._select(distinct)
        copy = ContentStore.create(folder, self.settings | {COMPACT: dtype})
        packed = pack_vectors(vectors, dtype, whitening, read)
        _write_shard(copy.folder / "shard-000000.safetensors", distinct, packed, lengths)
        return copy

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one process reads into it; a second one waits, and then finds what the first has read.

        Raises:
            LearnError: the folder is read-only.
        """
        with writing(self.folder):
            sweep_partial(self.folder)
            yield


def _read_shard(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shard, about = map_tensors(path)
    if not {"hashes", "vectors", "lengths"} <= shard.keys():
        raise ValueError(f"it holds {sorted(shard)}")
    if about.get(_STORE, path.parent.name) != path.parent.name:
        raise ValueError(f"it belongs to the store {about[_STORE]}")
    if not len(shard["vectors"]):
        raise ValueError("it holds no vector")
    return shard["hashes"], unpack_vectors(shard), shard["lengths"]


def _write_shard(
    path: Path, prompts: Sequence[str], vectors: dict[str, np.ndarray], lengths: Sequence[int] | np.ndarray
) -> None:
    hashes = np.frombuffer(b"".join(map(text_hash, prompts)), np.uint8).reshape(len(prompts), HASH_BYTES)
    tensors: dict[str, np.ndarray] = {"hashes": hashes, "lengths": np.asarray(lengths, np.int32), **vectors}
    save_tensors(path, tensors, {_STORE: path.parent.name})


def _drop(shard: Path) -> None:
    """Removes a shard, a store, or what stands in its place."""
    try:
        shutil.rmtree(shard) if shard.is_dir() and not shard.is_symlink() else shard.unlink(missing_ok=True)
    except OSError as error:
        raise LearnError(f"Cannot remove {shard}: {error.strerror}.", f"Delete it: {shard}") from error
