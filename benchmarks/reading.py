"""How long `learn prepare tables` takes on large CSV files, and in what memory: `python benchmarks/reading.py`.

Prints one line of JSON. The bar: 5 million interactions and 200,000 items in 60 s and 4 GiB on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
FIRST = 1_388_534_400  # 1 January 2014, in seconds
KINDS = ("Home > Kitchen", "Home > Garden", "Food > Bakery", "Food > Drinks", "Games > Board", "Games > Cards")
WORDS = ("red", "oak", "large", "plain", "steel", "early", "north", "round", "silent", "double", "amber", "light")


def write_files(folder: Path, events: int, items: int, users: int) -> tuple[Path, Path]:
    """Items (id, title, category, price) and interactions (user, item, timestamp, rating), the same each time."""
    rng = np.random.default_rng(0)
    words = rng.integers(len(WORDS), size=(items, 3))
    catalogue = pd.DataFrame(
        {
            "item_id": [f"B{n:09d}" for n in range(items)],
            "title": [f"{' '.join(WORDS[w] for w in row)}, number {n}" for n, row in enumerate(words)],
            "category": np.array(KINDS)[rng.integers(len(KINDS), size=items)],
            "price": rng.integers(100, 9_999, size=items) / 100,
        }
    )
    bought = (items * rng.random(events) ** 2).astype(int)
    log = pd.DataFrame(
        {
            "user": np.char.add("A", np.char.zfill(rng.integers(users, size=events).astype(str), 12)),
            "item": catalogue["item_id"].to_numpy()[bought],
            "timestamp": FIRST + rng.integers(5 * 365 * 86_400, size=events),
            "rating": rng.integers(1, 6, size=events),
        }
    )
    paths = folder / "items.csv", folder / "interactions.csv"
    for table, path in zip((catalogue, log), paths, strict=True):
        table.to_csv(path, index=False)
    return paths


def measure(folder: Path, items: Path, interactions: Path) -> dict[str, float]:
    """Seconds on the clock and of the processor, and the peak in GiB, of a process that prepares the two tables."""
    command = [sys.executable, "-m", "learn.cli", "prepare", "tables", "--name", "large"]
    command += ["--items", str(items), "--interactions", str(interactions), "--workspace", str(folder / "workspace")]
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, stdout=sys.stderr)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": round(time.perf_counter() - begun, 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_gib": round(used.ru_maxrss / 2**20, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--users", type=int, default=500_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        paths = write_files(Path(name), asked.events, asked.items, asked.users)
        print(json.dumps({**vars(asked), **measure(Path(name), *paths)}))


if __name__ == "__main__":
    main()
