"""What the machine can do to a workspace, counted: `make trust` writes assets/benchmarks/trust.json.

Every n-th call of the system fails or kills the command, each file is damaged in each way, commands run in pairs.
``python -m benchmarks.trust --every 10`` takes each tenth point.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.trust import damage, faults, pairs
from benchmarks.trust.scenarios import NAME, make_scenarios
from learn.files import write_json

OUT = Path(__file__).resolve().parents[2] / "assets" / "benchmarks" / "trust.json"
SPARSER = {"demo": 8}
"""Of these commands fewer points are tried: the demo does what the others do, one after the other."""
_ARMED = "LEARN_TRUST_SCRATCH"


def main() -> int:
    """Measures in a scratch folder; 1 where anything was lost, silent or a traceback."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--every", type=int, default=1, help="take each so manieth point of the system calls and damages"
    )
    parser.add_argument("--pairs", type=int, default=204, help="random pairs of commands, beside each with itself")
    parser.add_argument("--only", choices=("faults", "damage", "pairs"), help="one of the three")
    parser.add_argument("--publish", action="store_true", help=f"write {OUT.name}")
    options = parser.parse_args()
    if _ARMED not in os.environ:
        return _again_with_the_library()
    scratch = Path(os.environ[_ARMED])
    scenarios = make_scenarios(scratch / "made")
    rows: list[dict[str, object]] = []
    wrong: list[str] = []
    began = time.monotonic()
    faults.preload(scenarios, scratch)
    if options.only in (None, "faults"):
        tallies = faults.campaign(
            scenarios, scratch, lambda name, mode, n: n % (options.every * SPARSER.get(name, 1)) == 0
        )
        modes = sum((tally.modes for tally in tallies.values()), Counter())
        rows += [_row(f"system calls that failed in {name}", tally.points) for name, tally in tallies.items()]
        rows += [_row(f"system calls, {mode}", count) for mode, count in sorted(modes.items())]
        wrong += [one for tally in tallies.values() for one in tally.wrong]
    if options.only in (None, "damage"):
        base = scratch / "drawn"
        shutil.copytree(scenarios[2].base, base)
        if drawn := damage.ask(("map", NAME, "--method", "pca"), base).code:
            return drawn
        count, found = damage.all_damages(base, NAME, scratch, lambda number: number % options.every == 0)
        rows.append(_row("damaged files", count))
        wrong += found
    if options.only in (None, "pairs"):
        tally = pairs.soak([one for one in scenarios if one.name not in ("extract", "demo")], scratch, options.pairs)
        rows.append(_row("pairs of commands at once", tally.points))
        wrong += tally.wrong
    rows.append(_row("lost, silent or a traceback", len(wrong)))
    rows.append({"name": "points tried: each so manieth", "value": options.every, "unit": "points"})
    rows.append({"name": "all of it", "value": round(time.monotonic() - began), "unit": "s"})
    for row in rows:
        print(f"{row['name']}: {row['value']} {row['unit']}", flush=True)
    print("\n".join(wrong))
    if options.publish:
        write_json(OUT, rows)
    return int(bool(wrong))


def _row(name: str, value: int) -> dict[str, object]:
    return {"name": name, "value": value, "unit": "cases"}


def _again_with_the_library() -> int:
    """Starts this script anew with `faults.c` preloaded, which no process can do to itself; files are in memory."""
    if faults.compiler() is None:
        print("Faults of the system need Linux and a C compiler: install one, for example apt-get install gcc.")
        return 2
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as scratch:
        library = faults.build(Path(scratch))
        environment = os.environ | {"LD_PRELOAD": str(library), _ARMED: scratch, "TOKENIZERS_PARALLELISM": "false"}
        words = [sys.executable, "-m", "benchmarks.trust", *sys.argv[1:]]
        return os.spawnve(os.P_WAIT, sys.executable, words, environment | {"OMP_NUM_THREADS": "1"})


if __name__ == "__main__":
    raise SystemExit(main())
