"""Two small tables of an invented stationer's shop, for whoever has none at hand: the same ones each time."""

from __future__ import annotations

import numpy as np
import pandas as pd

NAMES = {"items": "example-shop.csv", "interactions": "example-shop-purchases.csv"}
"""Table -> what its file is called."""
USERS, EVENTS = 300, (6, 14)
"""How many customers, and from how many purchases of each to how many."""
_KINDS = {
    "Writing": ("ballpoint pen", "gel pen", "fineliner", "pencil", "highlighter", "fountain pen"),
    "Paper": ("notebook", "copy paper", "sticky notes", "index cards", "envelope", "graph paper"),
    "Filing": ("ring binder", "hanging folder", "document wallet", "archive box", "divider", "label"),
    "Desk": ("stapler", "scissors", "tape dispenser", "desk tidy", "paper clips", "hole punch"),
}
_BRANDS = ("Arden", "Bexley", "Corvo", "Dunmore", "Elmet")
_COLOURS = ("black", "blue", "red", "green", "white", "grey", "yellow")
_LIKED = 0.75  # of somebody's purchases, from the one shelf that they come back to


def example_tables() -> dict[str, pd.DataFrame]:
    """Table (a key of `NAMES`) -> its rows."""
    rng = np.random.default_rng(0)
    items = _items(rng)
    return {"items": items, "interactions": _purchases(rng, items)}


def _items(rng: np.random.Generator) -> pd.DataFrame:
    rows = [
        (
            f"{brand} {kind}, {rng.choice(_COLOURS)}",
            f"{shelf} > {kind.capitalize()}",
            brand,
            round(float(rng.uniform(1, 20)), 2),
        )
        for shelf, kinds in _KINDS.items()
        for kind in kinds
        for brand in _BRANDS
    ]
    table = pd.DataFrame(rows, columns=["name", "category", "brand", "price"])
    table.insert(0, "sku", [f"s{number:03d}" for number in range(len(table))])
    return table


def _purchases(rng: np.random.Generator, items: pd.DataFrame) -> pd.DataFrame:
    shelves = [group.to_numpy() for _, group in items.groupby(items["category"].str.partition(" > ")[0])["sku"]]
    every = items["sku"].to_numpy()
    rows = []
    for user in range(USERS):
        liked, day = shelves[user % len(shelves)], pd.Timestamp("2024-01-01")
        for _ in range(int(rng.integers(*EVENTS))):
            day += pd.Timedelta(days=int(rng.integers(1, 25)))
            shelf = liked if rng.random() < _LIKED else every
            rows.append((f"c{user:03d}", rng.choice(shelf), day.strftime("%Y-%m-%d")))
    return pd.DataFrame(rows, columns=["customer", "sku", "when"])
