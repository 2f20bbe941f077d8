"""What there is in a Dataset and how its split divides it, as facts ready for JSON; `learn.data.report` words them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learn.data.categories import category_levels
from learn.data.dataset import Dataset
from learn.data.event_facts import EventFacts
from learn.data.notes import Note
from learn.data.published import find_published
from learn.data.sanity import first_text, odd_items, share_in_order
from learn.data.schema import Items, Slices
from learn.data.splits import Phase, Split

TOP_CATEGORIES = 10


def make_facts(
    items: pd.DataFrame,
    events: EventFacts,
    found: dict[str, int],
    examples: dict[str, list[str]],
    notes: list[Note | str],
    minimum: int,
) -> dict[str, Any]:
    """Everything the report says, ready for JSON.

    Args:
        items: clean, columns `Items.ALL`.
        events: of the clean interactions.
        found: a count for each key of `learn.data.report.RULES` that the check gives; what is merely odd
            (`learn.data.sanity`) is added.
        examples: ids for some of these keys.
        notes: about the source; a bare sentence spoils nothing.
        minimum: events below which a user is short.
    """
    lengths, pairs = events.lengths, events.pairs
    n_items, n_users, n_events = len(items), len(lengths), int(lengths.sum())
    price = items[Items.PRICE].dropna()
    for odd, ids in (odd_items(items), (events.odd, events.examples)):
        found, examples = {**found, **odd}, {**examples, **ids}
    coarsest = category_levels(items)[0]
    top = coarsest[coarsest != ""].value_counts()
    return {
        "items": n_items,
        "users": n_users,
        "interactions": n_events,
        "interactions_read": n_events + found.get("unknown_item_events", 0) + found.get("duplicate_events", 0),
        "density": pairs / (n_items * n_users),
        "repeats": (n_events - pairs) / n_events,
        "history": {
            "mean": float(lengths.mean()),
            "median": float(np.median(lengths)),
            "max": int(lengths.max()),
            "min": int(lengths.min()),
        },
        "time": events.time,
        "in_order": share_in_order(found, n_users, events.time is not None),
        "first": {
            "item": str(items[Items.ID].iloc[0]),
            "event_item": events.first_item,
            "event_user": events.first_user,
        },
        "price": {
            "share": len(price) / n_items,
            "median": float(price.median()) if len(price) else None,
            "low": float(price.min()) if len(price) else None,
            "high": float(price.max()) if len(price) else None,
        },
        "fields": {column: _field(items[column]) for column in Items.TEXT},
        "categories": [[str(name), int(count)] for name, count in top.head(TOP_CATEGORIES).items()],
        "n_categories": len(top),
        "found": found,
        "examples": examples,
        "notes": [(Note(one) if isinstance(one, str) else one).to_json() for one in notes],
        "minimum": minimum,
    }


def _field(texts: pd.Series) -> dict[str, Any]:
    """One column of text: the share of items that have it, how many differ, how long they are, the first."""
    return {
        "share": float(texts.notna().mean()),
        "distinct": int(texts.nunique()),
        "mean_characters": float(texts.str.len().mean()) if texts.notna().any() else 0.0,
        "first": first_text(texts),
    }


def split_facts(dataset: Dataset, split: Split) -> dict[str, Any]:
    """How a split divides events, users and items.

    Returns:
        "name", "fingerprint" and, where its size or its name suggests one, "published" (`learn.data.published`);
        "events" per phase; "tested_users"; "cold_start_items" and "cold_start_share_of_test" (targets that training
        never saw); "slices": records of `learn.data.slices.describe`.
    """
    from learn.data.slices import describe

    about = {"users": len(dataset.user_ids), "items": dataset.n_items, "interactions": len(dataset.interactions)}
    known = find_published(_names(dataset), **about)
    counts = split.training_counts()
    test = split.target(Phase.TEST)
    cold = counts == 0
    slices = describe(counts, split.history(Phase.TEST).lengths[test.lengths > 0])
    return {
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "published": known and known.to_json(),
        "split": split.describe(),
        "events": {phase.value: len(split.target(phase).items) for phase in Phase},
        "users": about["users"],
        "tested_users": int((test.lengths > 0).sum()),
        "items": about["items"],
        "cold_start_items": int(cold.sum()),
        "cold_start_share_of_test": float(cold[test.items].mean()) if len(test.items) else 0.0,
        "slices": slices[[Slices.SLICE, Slices.RULE, Slices.COUNT, Slices.SHARE]].to_dict("records"),
    }


def _names(dataset: Dataset) -> list[str]:
    """The dataset's name, and those of the files that it was read from and their folders."""
    paths = [Path(str(dataset.source[key])) for key in ("items", "interactions", "path") if dataset.source.get(key)]
    return [dataset.name, *(f"{path.parent.name}/{path.name}" for path in paths)]
