"""Milvus behind the same interface: a server, or Milvus Lite in a folder (one process at a time; for small shops).

Items are searched exactly (index FLAT), also with a filter: a graph would miss most of what a narrow filter passes.
Each row holds the item's number, its vector, and a hash of the vector. `MilvusIndex.holding` compares numbers and
hashes and writes only what differs, so that a process which was killed in the middle goes on where it stopped: no item
is lost, and none is there twice, because the number is the primary key.
"""

from __future__ import annotations

import hashlib
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.retrieval.base import check_items, check_search, checked_vectors

INSTALL = 'pip install "learn-explorer[scale]"'
_ID, _VECTOR, _HASH = "id", "vector", "hash"
_ROWS_AT_ONCE = 5_000  # a request of 64 numbers each stays below what a server takes, 64 MB
_FLUSHED = 1_000  # so many rows written at once
_MOST_ASKED = 16_384  # Milvus returns no more
_QUERIES_AT_ONCE = 100


class MilvusIndex:
    """A collection of Milvus whose rows are the items.

    Args:
        place: a folder for Milvus Lite, or a server's address (http://...).
        width: d, of the vectors.
        name: of the collection; letters, digits and underscores, others are replaced.

    Raises:
        LearnError: Milvus' library is not installed, the server does not answer, the folder is another process's, or
            the collection holds vectors of another width.
    """

    def __init__(self, place: str, width: int, name: str = "items") -> None:
        self._milvus = _library()
        self._width, self._name = width, re.sub(r"\W", "_", f"learn_{name}")
        if "://" not in place:
            path = Path(place).expanduser()
            path.parent.mkdir(parents=True, exist_ok=True)
            place = str(path if path.suffix == ".db" else path.with_name(path.name + ".db"))
        try:
            self._client: Any = self._milvus.MilvusClient(place)
            self._open()
        except self._milvus.exceptions.MilvusException as error:
            raise LearnError(
                f"Milvus at {place} does not answer: {error}.",
                "Start the server, or end the other process that has the folder open.",
            ) from None
        self.n_items = max(self._hashes(), default=-1) + 1

    @classmethod
    def holding(cls, vectors: np.ndarray, place: str, name: str = "items") -> MilvusIndex:
        """The collection at ``place`` after it was made to hold [N, d] ``vectors``, and nothing else.

        Only what differs is written.
        """
        vectors = checked_vectors(vectors, "Item vectors")
        if not len(vectors):
            raise LearnError("An index needs at least one item vector; there is none.", "Give a catalogue with items.")
        index = cls(place, vectors.shape[1], name)
        there, wanted = index._hashes(), vector_hashes(vectors)
        differing = np.array([item for item, value in enumerate(wanted) if there.get(item) != value], dtype=np.int64)
        index.upsert(differing, vectors[differing])
        index._delete([item for item in there if item >= len(vectors)])
        index.n_items = len(vectors)
        return index

    def _open(self) -> None:
        client, types = self._client, self._milvus.DataType
        if not client.has_collection(self._name):
            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field(_ID, types.INT64, is_primary=True)
            schema.add_field(_VECTOR, types.FLOAT_VECTOR, dim=self._width)
            schema.add_field(_HASH, types.INT64)
            indexed = client.prepare_index_params()
            indexed.add_index(_VECTOR, index_type="FLAT", metric_type="IP")
            client.create_collection(self._name, schema=schema, index_params=indexed, consistency_level="Strong")
        fields = {field["name"]: field for field in client.describe_collection(self._name)["fields"]}
        width = int(fields.get(_VECTOR, {}).get("params", {}).get("dim", 0))
        if width != self._width or _HASH not in fields:
            raise LearnError(
                f"Milvus' collection {self._name} holds vectors of {width} numbers, the items have {self._width}.",
                "Give another place.",
            )
        client.load_collection(self._name)

    def _hashes(self) -> dict[int, int]:
        """Item index -> hash of its vector, of every row there is."""
        found: dict[int, int] = {}
        rows = self._client.query_iterator(self._name, batch_size=_MOST_ASKED, output_fields=[_ID, _HASH])
        while batch := rows.next():
            found.update((int(row[_ID]), int(row[_HASH])) for row in batch)
        rows.close()
        return found

    def hashes(self) -> dict[int, int]:
        """Item index -> hash of its vector (`vector_hashes`), as the collection holds them."""
        return self._hashes()

    def count(self) -> int:
        """How many rows the collection has."""
        return int(self._client.query(self._name, filter="", output_fields=["count(*)"])[0]["count(*)"])

    def search(
        self, queries: np.ndarray, k: int, exclude: Sequences | None = None, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """See `Index.search`; what is excluded and what is allowed is sent with the question.

        Raises:
            LearnError: also where k is more than Milvus returns.
        """
        queries = check_search(queries, k, exclude, self.n_items, self._width, allowed)
        if k > _MOST_ASKED:
            raise LearnError(f"k = {k}, but Milvus returns at most {_MOST_ASKED:,} items.", "Use --index exact.")
        items = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        if allowed is not None and not allowed.any():
            return items, scores
        step = _QUERIES_AT_ONCE if exclude is None else 1
        passing = _passing(allowed)
        for start in range(0, len(queries), step):
            held = None if exclude is None else np.unique(exclude[start]).tolist()
            parts = [part for part in (passing, f"{_ID} not in {held}" if held else "") if part]
            answers = self._client.search(
                self._name,
                data=list(queries[start : start + step]),
                limit=k,
                filter=" and ".join(f"({part})" for part in parts),
                search_params={"metric_type": "IP"},
            )
            for row, answer in enumerate(answers, start):
                found = sorted((-hit["distance"], hit[_ID]) for hit in answer)
                items[row, : len(found)] = [item for _, item in found]
                scores[row, : len(found)] = [-score for score, _ in found]
        return items, scores

    def upsert(self, items: np.ndarray, vectors: np.ndarray) -> None:
        """Writes [n, d] ``vectors`` as the rows ``items`` ([n] item indices); rows that are there are replaced."""
        hashes = vector_hashes(vectors)
        for start in range(0, len(items), _ROWS_AT_ONCE):
            stop = start + _ROWS_AT_ONCE
            rows = zip(items[start:stop].tolist(), vectors[start:stop], hashes[start:stop], strict=True)
            written = [{_ID: item, _VECTOR: vector, _HASH: value} for item, vector, value in rows]
            self._client.upsert(self._name, written)
        if len(items) >= _FLUSHED:
            self._client.flush(self._name)  # Lite searches what was not, row by row: ten times as long

    def add(self, vectors: np.ndarray) -> np.ndarray:
        """See `Index.add`."""
        vectors = checked_vectors(vectors, "New item vectors")
        check_search(vectors, 1, None, max(1, self.n_items), self._width)
        added = np.arange(self.n_items, self.n_items + len(vectors))
        self.upsert(added, vectors)
        self.n_items += len(vectors)
        return added

    def remove(self, items: np.ndarray) -> None:
        """See `Index.remove`."""
        self._delete(check_items(items, self.n_items).tolist())

    def _delete(self, items: list[int]) -> None:
        for start in range(0, len(items), _MOST_ASKED):
            self._client.delete(self._name, ids=items[start : start + _MOST_ASKED])

    def close(self) -> None:
        """Lets the folder go, so that another process may open it."""
        self._client.close()


def vector_hashes(vectors: np.ndarray) -> list[int]:
    """A number of 63 bits for each row of [n, d] float32 ``vectors``, the same for the same bytes."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    return [int.from_bytes(hashlib.blake2b(row.tobytes(), digest_size=8).digest(), "big") >> 1 for row in rows]


def _passing(allowed: np.ndarray | None) -> str:
    """``allowed`` in Milvus' words, by the shorter of two lists; "": everything passes."""
    if allowed is None or allowed.all():
        return ""
    few = np.count_nonzero(allowed) * 2 <= len(allowed)
    ids = np.flatnonzero(allowed if few else ~allowed).tolist()
    return f"{_ID} {'in' if few else 'not in'} {ids}"


def _library() -> Any:
    try:
        return import_module("pymilvus")
    except ImportError as error:
        raise LearnError(f"The index milvus needs {error.name}, which is not installed.", f"Type: {INSTALL}") from None
