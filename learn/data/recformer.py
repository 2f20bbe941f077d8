"""RecFormer's folders, as the paper's authors published their data: texts, indices, and a sequence for each user."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from learn.data.columns import parse_mapping
from learn.data.dataset import Dataset
from learn.data.notes import ROWS, Note
from learn.data.reading.encodings import to_utf8
from learn.data.reading.form import PLAIN, Asked, counted
from learn.data.reading.unpack import read_whole, unpacked
from learn.data.schema import Interactions, Items
from learn.data.tables import dataset_of_tables
from learn.errors import LearnError

META, ITEM_INDEX, USER_INDEX = "meta_data.json", "smap.json", "umap.json"
PARTS = ("train", "val", "test")


def load_recformer(
    path: Path | str,
    name: str | None = None,
    mapping: Mapping[str, str] | Iterable[str] = (),
    date_order: str | None = None,
    asked: Asked = PLAIN,
) -> Dataset:
    """Reads ``meta_data.json``, ``smap.json``, ``umap.json`` (if it is there) and ``train``, ``val``, ``test.json``.

    A user's sequence is what ``train``, ``val`` and ``test`` hold of the user, in this order; there are no times. Where
    the last two hold one item each, that is leave-one-out, which such a dataset is split by. Items without a text and
    without a sequence are kept; a text that no index names is left out and counted.

    Args:
        path: the folder.
        name: the dataset's name; None: the folder's.
        mapping: field -> field of ``meta_data.json``, or ``["attributes=description", ...]``.
        date_order: as in `learn.data.tables.load_tables`.
        asked: how the files are encoded, where it is not UTF-8.

    Raises:
        LearnError: a file is absent, no JSON or of another form, an index is no item's; or `validate` refuses.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise LearnError(f"{folder} is no folder.", f"Give --path the folder that holds {META} and {ITEM_INDEX}.")
    mapping = parse_mapping(mapping)
    items, item_notes = _items(folder, asked)
    events, event_notes = _events(folder, asked)
    source = {
        "kind": "recformer",
        "items": str(folder / META),
        "interactions": str(folder / "train.json"),
        "notes": item_notes + event_notes,
    }
    return dataset_of_tables(name or folder.resolve().name.lower(), items, events, mapping, source, date_order)


def _object(path: Path, asked: Asked) -> dict[str, Any]:
    """The one JSON object of a file."""
    if not path.is_file():
        raise LearnError(
            f"{path} does not exist.",
            f"A RecFormer folder holds {META}, {ITEM_INDEX}, {', '.join(f'{part}.json' for part in PARTS)}.",
        )
    with unpacked(path) as (handle, packings):
        content, _ = to_utf8(read_whole(path, handle, packings), str(path), asked.encoding)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise LearnError(f"{path} is not JSON: {error}.", "Download it again; it may be cut off.") from None
    if not isinstance(value, dict) or not value:
        raise LearnError(
            f"{path} is {type(value).__name__ if value else 'empty'}, not a JSON object with entries.",
            "Give RecFormer's own file.",
        )
    return value


def _index(path: Path, asked: Asked) -> dict[int, str]:
    """Number -> id, of a file of id -> number."""
    found: dict[int, str] = {}
    for name, number in _object(path, asked).items():
        if not isinstance(number, int) or isinstance(number, bool):
            raise LearnError(f"{path}: {name!r} has the index {number!r:.40}, not a whole number.", "Mend that entry.")
        if number in found:
            raise LearnError(f"{path}: {found[number]!r} and {name!r} have the same index {number}.", "Mend one entry.")
        found[number] = name
    return found


def _items(folder: Path, asked: Asked) -> tuple[pd.DataFrame, list[Note]]:
    path = folder / META
    meta, ids = _object(path, asked), _index(folder / ITEM_INDEX, asked).values()
    wrong = next((name for name, about in meta.items() if not isinstance(about, dict)), None)
    if wrong is not None:
        raise LearnError(
            f"{path}: {wrong!r} is {meta[wrong]!r:.40}, not an object with a title.", "Give RecFormer's own file."
        )
    described = [name for name in ids if name in meta]
    if not described:
        raise LearnError(
            f"No item of {folder / ITEM_INDEX} is described in {path}.", "Give the files of one and the same folder."
        )
    notes = []
    if len(described) < len(ids):
        first = next(name for name in ids if name not in meta)
        lost = len(ids) - len(described)
        text = f"{counted(lost, 'item')} of {ITEM_INDEX} without an entry in {META}, the first {first!r}: left out."
        notes.append(Note(text, ROWS, "Their events are left out too; add their texts."))
    if len(meta) > len(described):
        more = counted(len(meta) - len(described), "item")
        notes.append(Note(f"{more} of {META} without an index in {ITEM_INDEX}: left out."))
    fields = list(dict.fromkeys(field for name in described for field in meta[name] if field != Items.ID))
    columns = {Items.ID: described} | {field: [meta[name].get(field) for name in described] for field in fields}
    return pd.DataFrame(columns, dtype="object"), notes


def _events(folder: Path, asked: Asked) -> tuple[pd.DataFrame, list[Note]]:
    names = _index(folder / ITEM_INDEX, asked)
    users = _index(folder / USER_INDEX, asked) if (folder / USER_INDEX).exists() else {}
    parts = {part: _object(folder / f"{part}.json", asked) for part in PARTS}
    rows: list[tuple[str, str]] = []
    own = 0
    everybody = list(dict.fromkeys(user for part in parts.values() for user in part))
    for user in everybody:
        lengths = []
        for part, of_part in parts.items():
            items = of_part.get(user, [])
            if not isinstance(items, list):
                raise LearnError(
                    f"{folder / part}.json: user {user!r} has {items!r:.40}, not a list of items.",
                    "Give RecFormer's own file.",
                )
            rows += [(_user(user, users, folder), _item(item, names, folder / f"{part}.json", user)) for item in items]
            lengths.append(len(items))
        own += (lengths[1:] == [1, 1] and lengths[0] > 0) or (sum(lengths) < 3 and lengths[1:] == [0, 0])
    notes = [_on_split(own, len(everybody))]
    return pd.DataFrame(rows, columns=[Interactions.USER, Interactions.ITEM]), notes


def _user(user: str, users: dict[int, str], folder: Path) -> str:
    if not users:
        return user
    name = users.get(int(user)) if user.lstrip("-").isdecimal() else None
    if name is None:
        raise LearnError(
            f"User {user!r} of {folder} has no entry in {USER_INDEX}.", f"Mend {USER_INDEX}, or remove it."
        )
    return name


def _item(item: Any, names: dict[int, str], path: Path, user: str) -> str:
    number = int(item) if isinstance(item, int) or (isinstance(item, str) and item.isdecimal()) else None
    if number is None or number not in names:
        raise LearnError(
            f"{path}: user {user!r} has the item {item!r:.40}, which is no index of {ITEM_INDEX}.",
            "Give the files of one and the same folder.",
        )
    return names[number]


def _on_split(own: int, users: int) -> Note:
    if own == users:
        return Note("Its own split is leave-one-out, the split of a dataset without times: it is kept.")
    return Note(
        f"Its own split is not leave-one-out for {users - own:,} of {users:,} users (val.json and test.json do not "
        "hold one item each, after others in train.json): their last item tests here and the last but one validates.",
        ROWS,
        "Metrics are not comparable with those published on this folder.",
    )
