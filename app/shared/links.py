"""Addresses of the app's pages, with what they are to show."""

from __future__ import annotations

from urllib.parse import urlencode

from app.shared import cache, url
from learn.data.dataset import Dataset


def page(name: str, **query: object) -> str:
    """The address of page ``name``, relative to any other page; lists in ``query`` become repeated values."""
    return name + "?" + urlencode({key: value for key, value in query.items() if value is not None}, doseq=True)


def query_of(dataset: Dataset) -> dict[str, str]:
    """What an address says of the dataset: nothing of the first one, which is the default."""
    return {} if cache.dataset_names()[:1] == [dataset.name] else {url.DATASET: dataset.name}


def on_maps(dataset: Dataset, item: int) -> list[dict[str, str]]:
    """The link to an item in the Atlas."""
    query = query_of(dataset) | {url.ITEM: dataset.item_ids[item]}
    return [{"text": "map", "href": page("atlas", **query)}]


def of_item(dataset: Dataset, item: int, user_id: str | None = None) -> list[dict[str, str]]:
    """Where to go from an item: the maps, and, for a user, why it is recommended."""
    found = []
    if user_id is not None:
        query = query_of(dataset) | {url.USER: user_id, url.ITEM: dataset.item_ids[item]}
        found.append({"text": "why?", "href": page("why", **query)})
    return found + on_maps(dataset, item)


def of_user(dataset: Dataset, user_id: str) -> dict[str, str]:
    """The link to a user's recommendations."""
    query = query_of(dataset) | {url.USER: user_id}
    return {"text": "open", "href": page("recommendations", **query)}
