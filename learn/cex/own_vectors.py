"""Vectors that somebody made of the items, by whatever means, in place of an LLM. Imports no torch.

A file of ids and numbers: Parquet with a column of ids and a column of lists, or a column for each dimension; .npz with
an array of ids and a matrix, or an array for each id; .npy with the ids beside it, in ``NAME.ids.txt`` (one a line) or
``NAME.ids.npy``.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learn.data.columns import ITEM_ALIASES
from learn.data.dataset import Dataset
from learn.data.ids import ids_as_text
from learn.data.readers import read_table
from learn.data.schema import Items
from learn.errors import LearnError

_FORMS = "Give Parquet (a column item_id, and lists or a column for each dimension), .npz or .npy with ids beside it."
_IDS = (Items.ID, *ITEM_ALIASES, "id", "item", "ids", "item_ids")
"""What the column or array of ids may be called."""


@dataclass(frozen=True)
class OwnVectors:
    """What a file holds for a dataset's items.

    Attributes:
        vectors: [N, D] float32, in the order of the dataset's items.
        extra: how many of the file's ids the dataset does not have.
    """

    vectors: np.ndarray
    extra: int


def vectors_identity(path: Path) -> str:
    """Names what a file of vectors holds, and the ids beside it: a hash of the bytes.

    Raises:
        LearnError: there is no such file.
    """
    digest = hashlib.sha256()
    for file in _files(path):
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return f"vectors:{digest.hexdigest()[:32]}"


def read_own_vectors(path: Path, dataset: Dataset) -> OwnVectors:
    """The vectors of ``dataset``'s items: float32 numbers are taken to the last bit, others are rounded to float32.

    Raises:
        LearnError: no such file, another form, an item without a vector, an id twice, other widths, or numbers that are
            none (each named).
    """
    ids, vectors = _read(path)
    _check_numbers(path, ids, vectors)
    names = ids_as_text(pd.Series(ids, dtype=object)).to_numpy(object)
    places = pd.Index(names)
    if not places.is_unique:
        twice = str(names[places.duplicated()][0])
        first, second = np.flatnonzero(names == twice)[:2] + 1
        raise LearnError(
            f"{path}: the id {twice!r} is there twice (vectors {first} and {second}); "
            f"{int(places.duplicated().sum()):,} are too many.",
            "Keep one vector for each id.",
        )
    rows = places.get_indexer(pd.Index(dataset.item_ids.astype(object)))
    if (rows < 0).any():
        without = dataset.item_ids[rows < 0]
        raise LearnError(
            f"{path} has no vector for {len(without):,} of {dataset.n_items:,} items of {dataset.name}: "
            f"{', '.join(map(repr, map(str, without[:3])))}{', ...' if len(without) > 3 else ''}.",
            f"Add them; the file's ids are like {', '.join(map(repr, names[:3]))}.",
        )
    with np.errstate(over="ignore"):
        in_order = len(rows) == len(vectors) and np.array_equal(rows, np.arange(len(rows)))
        taken = np.ascontiguousarray((vectors if in_order else vectors[rows]).astype(np.float32, copy=False))
    if not np.isfinite(taken).all():
        row, column = (int(place[0]) for place in np.nonzero(~np.isfinite(taken)))
        raise LearnError(
            f"{path}: dimension {column + 1} of {str(dataset.item_ids[row])!r} is {vectors[rows[row]][column]!s}, more "
            "than float32 holds.", "Scale the vectors down.",
        )  # fmt: skip
    if len(taken) > 1 and (taken == taken[0]).all():
        raise LearnError(f"{path}: all items have the same vector.", "Check how the vectors were made.")
    return OwnVectors(taken, len(names) - dataset.n_items)


def _files(path: Path) -> list[Path]:
    if not path.is_file():
        problem = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise LearnError(f"The file of vectors {path} {problem}.", _FORMS)
    return [path, _ids_beside(path)] if path.suffix.lower() == ".npy" else [path]


def _ids_beside(path: Path) -> Path:
    names = (f"{path.stem}.ids.txt", f"{path.stem}.ids.npy", "ids.txt", "ids.npy")
    found = [path.parent / name for name in names if (path.parent / name).is_file()]
    if not found:
        raise LearnError(f"{path} has numbers and no ids.", f"Put the ids beside it, one a line, in {names[0]}.")
    return found[0]


def _read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """([n] ids, [n, D] numbers) as they are in the file."""
    files = _files(path)
    kind = path.suffix.lower()
    if kind == ".parquet":
        return _from_table(path, read_table(path))
    if kind == ".npy":
        ids = _read_ids(files[1])
        return _paired(path, ids, _load(path))
    if kind == ".npz":
        return _from_archive(path)
    raise LearnError(f"{path}: vectors are not read from {kind or 'a file without an ending'}.", _FORMS)


def _read_ids(path: Path) -> np.ndarray:
    if path.suffix == ".npy":
        return np.asarray(_load(path))
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise LearnError(f"{path} is not UTF-8.", "Save it as UTF-8, one id a line.") from error
    while lines and not lines[-1].strip():
        lines.pop()
    return np.array(lines, dtype=object)


def _load(path: Path) -> Any:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        if "pickle" in str(error):
            raise _objects(path) from error
        raise LearnError(f"{path} cannot be read: {error}.", "Write it again (numpy.save, numpy.savez).") from error


def _objects(path: Path) -> LearnError:
    return LearnError(
        f"{path} holds Python objects, which can run code when they are read.",
        "Write ids as text (ids.astype(str)) and vectors as one float32 matrix.",
    )


def _from_archive(path: Path) -> tuple[np.ndarray, np.ndarray]:
    try:
        with _load(path) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        if "pickle" in str(error):
            raise _objects(path) from error
        raise LearnError(f"{path} cannot be read: {error}.", "Write it again with numpy.savez.") from error
    tables = {name: array for name, array in arrays.items() if array.ndim == 2}
    if not tables and arrays and all(array.ndim == 1 for array in arrays.values()):
        return _stacked(path, np.array(list(arrays), dtype=object), list(arrays.values()))
    lines = {name: array for name, array in arrays.items() if array.ndim == 1}
    ids = next((lines[name] for name in _IDS if name in lines), next(iter(lines.values())) if len(lines) == 1 else None)
    if len(tables) != 1 or ids is None:
        raise LearnError(
            f"{path} holds {', '.join(f'{name} {array.shape}' for name, array in arrays.items()) or 'nothing'}.",
            "Save two arrays: numpy.savez(FILE, ids=ids, vectors=vectors).",
        )
    return _paired(path, ids, next(iter(tables.values())))


def _from_table(path: Path, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    names = {str(column).strip().lower(): column for column in table.columns}
    key = next((names[name] for name in _IDS if name in names), None)
    if key is None and table.index.name is not None:
        table = table.reset_index()
        key = table.columns[0]
    if key is None:
        raise LearnError(
            f"{path} has no column of ids; there are {', '.join(map(str, table.columns[:8]))}.",
            f"Call it {Items.ID}.",
        )
    ids, rest = table[key].to_numpy(object), table.drop(columns=key)
    lists = [column for column in rest if rest[column].map(lambda value: isinstance(value, (list, np.ndarray))).any()]
    numbers = [column for column in rest if pd.api.types.is_numeric_dtype(rest[column])]
    if len(lists) == 1:
        return _stacked(path, ids, list(rest[lists[0]]))
    if lists or not numbers:
        raise LearnError(
            f"{path}: of the columns {', '.join(map(str, rest.columns[:8]))} {len(lists)} hold lists and "
            f"{len(numbers)} hold numbers.", "Keep one column of lists, or one column for each dimension.",
        )  # fmt: skip
    if len(numbers) < rest.shape[1]:
        other = next(column for column in rest if column not in numbers)
        raise LearnError(
            f"{path}: the column {str(other)!r} holds no numbers.", f"Keep {key} and the dimensions, and nothing else."
        )
    return _paired(path, ids, np.column_stack([_dimension(rest[column]) for column in rest]))


def _dimension(values: pd.Series) -> np.ndarray:
    """A column of numbers; what is missing is NaN."""
    if pd.api.types.is_extension_array_dtype(values.dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    return values.to_numpy()


def _stacked(path: Path, ids: np.ndarray, lists: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    widths = [np.size(one) if isinstance(one, (list, np.ndarray)) else 0 for one in lists]
    usual = max(set(widths), key=widths.count)
    for name, one, width in zip(ids, lists, widths, strict=True):
        if width != usual or width == 0:
            raise LearnError(
                f"{path}: the vector of {str(name)!r} has {width} numbers, those of others {usual}.",
                "Give every id as many.",
            )
        if width and np.asarray(one).dtype == object:
            raise LearnError(f"{path}: the vector of {str(name)!r} holds more than numbers.", _FORMS)
    return _paired(path, ids, np.stack([np.asarray(one).reshape(-1) for one in lists]))


def _paired(path: Path, ids: np.ndarray, vectors: Any) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(vectors, np.ndarray) or vectors.ndim != 2 or 0 in vectors.shape:
        raise LearnError(f"{path} holds no matrix: {getattr(vectors, 'shape', type(vectors).__name__)}.", _FORMS)
    if vectors.dtype.kind not in "fiu":
        raise LearnError(f"{path} holds {vectors.dtype}, not numbers.", "Save the vectors as float32.")
    if ids.ndim != 1 or len(ids) != len(vectors):
        raise LearnError(
            f"{path} has {len(vectors):,} vectors and {ids.size:,} ids.", "Give every vector its id, in the same order."
        )
    return ids, vectors


def _check_numbers(path: Path, ids: np.ndarray, vectors: np.ndarray) -> None:
    wrong = ~np.isfinite(vectors)
    if wrong.any():
        row, column = (int(place[0]) for place in np.nonzero(wrong))
        raise LearnError(
            f"{path}: dimension {column + 1} of {str(ids[row])!r} is {vectors[row, column]}; "
            f"{int(wrong.any(axis=1).sum()):,} vectors hold such numbers.",
            "Make these vectors anew, or leave the items out.",
        )
