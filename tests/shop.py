"""A small shop as two CSV files: 120 items of four kinds, 30 customers who buy mostly one kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def write_tables(folder: Path) -> tuple[Path, Path]:
    """Writes items.csv and interactions.csv into ``folder``; the customers are c0 to c29, the items s0 to s119."""
    rng = np.random.default_rng(0)
    kinds = ["apple", "bread", "cheese", "milk"]
    items = pd.DataFrame(
        {
            "sku": [f"s{n}" for n in range(120)],
            "name": [f"{kinds[n % 4]} number {n}" for n in range(120)],
            "category": [f"Food > {kinds[n % 4]}" for n in range(120)],
            "price": [1 + n / 10 for n in range(120)],
        }
    )
    rows = [
        (f"c{user}", f"s{rng.choice(np.arange(user % 4, 110, 4))}", f"2024-{1 + place:02}-{1 + user % 27:02}")
        for user in range(30)
        for place in range(10)
    ]
    interactions = pd.DataFrame(rows, columns=["customer", "sku", "when"])
    items.to_csv(folder / "items.csv", index=False)
    interactions.to_csv(folder / "interactions.csv", index=False)
    return folder / "items.csv", folder / "interactions.csv"
