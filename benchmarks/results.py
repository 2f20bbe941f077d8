"""Where measured figures are kept: assets/benchmarks/explorer.json, a row of name, value and unit each."""

from __future__ import annotations

import json
from pathlib import Path

from learn.files import write_json

RESULTS = Path(__file__).resolve().parent.parent / "assets" / "benchmarks" / "explorer.json"


def upsert(figures: dict[str, tuple[float, str]]) -> None:
    """Prints ``figures`` (name -> value, unit) and puts them into `RESULTS`; rows of other names stay."""
    rows = {row["name"]: row for row in json.loads(RESULTS.read_text(encoding="utf-8"))} if RESULTS.exists() else {}
    for name, (value, unit) in figures.items():
        rows[name] = {"name": name, "value": round(value, 3), "unit": unit}
        print(f"{name}: {value:.3f} {unit}", flush=True)
    write_json(RESULTS, list(rows.values()))
