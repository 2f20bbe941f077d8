"""Two tables of the size of a middling shop, to try `learn demo` with: python -m benchmarks.own_catalogue FOLDER

4,905 users, 2,420 items and 53,258 interactions, 5 to 94 a user, as of a shop for office goods. Items have a type, a
brand and a price; every user comes back to a few types, and to what is popular. The same tables each time.

    learn demo --items FOLDER/items.csv --interactions FOLDER/interactions.csv --name office
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

USERS, ITEMS, EVENTS, LEAST, MOST = 4_905, 2_420, 53_258, 5, 94
_TYPES = {
    "Writing": ("ballpoint pen", "gel pen", "fineliner", "highlighter", "pencil", "whiteboard marker", "fountain pen"),
    "Paper": ("notebook", "copy paper", "sticky notes", "index cards", "legal pad", "graph paper", "envelope"),
    "Filing": ("ring binder", "hanging folder", "document wallet", "lever arch file", "archive box", "label"),
    "Desk": ("stapler", "tape dispenser", "scissors", "desk organiser", "paper clips", "hole punch", "calculator"),
    "Printing": ("ink cartridge", "toner", "photo paper", "laminating pouch", "label printer tape"),
    "Furniture": ("office chair", "desk lamp", "monitor stand", "footrest", "whiteboard", "bookcase"),
}
_BRANDS = ("Arden", "Bexley", "Corvo", "Dunmore", "Elmet", "Fenwick", "Garrow", "Holm", "Iverson", "Jarrow")
_COLOURS = ("black", "blue", "red", "green", "white", "grey", "yellow", "assorted")
_SECONDS = 3 * 365 * 86_400


def lengths(rng: np.random.Generator) -> np.ndarray:
    """[USERS] how many events each has: `LEAST` to `MOST`, both there, `EVENTS` together."""
    found = np.minimum(LEAST + rng.geometric(1 / (EVENTS / USERS - LEAST + 1), USERS) - 1, MOST)
    found[:2] = LEAST, MOST
    while (missing := EVENTS - int(found.sum())) != 0:
        able = np.flatnonzero((found < MOST) if missing > 0 else (found > LEAST))
        able = able[able > 1]
        chosen = rng.choice(able, min(abs(missing), len(able)), replace=False)
        found[chosen] += np.sign(missing)
    return found


def make_items(rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """The items' table, and [ITEMS] which type each is of."""
    kinds = [(group, one) for group, some in _TYPES.items() for one in some]
    kind = rng.integers(len(kinds), size=ITEMS)
    brand, colour = rng.choice(_BRANDS, ITEMS), rng.choice(_COLOURS, ITEMS)
    size = rng.choice([1, 2, 3, 5, 10, 12, 20, 50, 100], ITEMS)
    table = pd.DataFrame(
        {
            "sku": [f"o{number:04d}" for number in range(ITEMS)],
            "name": [
                f"{brand[row]} {kinds[kind[row]][1]}, {colour[row]}, pack of {size[row]}, no. {row}"
                for row in range(ITEMS)
            ],
            "category": [f"Office > {kinds[one][0]} > {kinds[one][1].capitalize()}" for one in kind],
            "brand": brand,
            "price": np.round(rng.lognormal(2.0, 0.8, ITEMS), 2),
        }
    )
    return table, kind


def make_interactions(rng: np.random.Generator, kind: np.ndarray) -> pd.DataFrame:
    """The interactions' table; ``kind``: [ITEMS] types."""
    popularity = 1.0 / (1.0 + rng.permutation(ITEMS)) ** 0.7
    of_kind = [np.flatnonzero(kind == one) for one in range(kind.max() + 1)]
    shares = [popularity[some] / popularity[some].sum() for some in of_kind]
    count = lengths(rng)
    items = np.empty(EVENTS, dtype=np.int64)
    place = 0
    for number in count:
        liked = rng.choice(len(of_kind), 3, replace=False)
        for _ in range(number):
            if rng.random() < 0.25:
                items[place] = rng.choice(ITEMS, p=popularity / popularity.sum())
            else:
                one = rng.choice(liked)
                items[place] = rng.choice(of_kind[one], p=shares[one])
            place += 1
    users = np.repeat(np.arange(USERS), count)
    times = pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(_SECONDS, size=EVENTS), unit="s")
    table = pd.DataFrame({"customer": users, "sku": [f"o{item:04d}" for item in items], "when": times})
    table["customer"] = "c" + table["customer"].astype(str)
    return table.sort_values("when", ignore_index=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    items, kind = make_items(rng)
    interactions = make_interactions(rng, kind)
    items.to_csv(folder / "items.csv", index=False)
    interactions.to_csv(folder / "interactions.csv", index=False)
    print(f"{len(items):,} items and {len(interactions):,} interactions in {folder}")


if __name__ == "__main__":
    main()
