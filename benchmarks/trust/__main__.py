"""What the machine can do to a workspace, counted: `make trust` writes assets/benchmarks/trust.json.

Every n-th call of the system fails or kills the command, the power is cut after each, each file is damaged in each way,
commands run in pairs. ``python -m benchmarks.trust --every 10`` takes each tenth point. With ``--keep FOLDER`` what was
found stays there as it is found, and the same command goes on where one was stopped.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.trust import campaign, damage, faults, pairs
from benchmarks.trust.scenarios import make_scenarios
from learn.files import write_json

OUT = Path(__file__).resolve().parents[2] / "assets" / "benchmarks" / "trust.json"
SPARSER = {"demo": 8}
"""Of these commands fewer points are tried: the demo does what the others do, one after the other."""
_ARMED = "LEARN_TRUST_SCRATCH"


def main() -> int:
    """Measures in a scratch folder; 1 where anything was lost, silent or a traceback."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take each so manieth point, always the same")
    parser.add_argument("--pairs", type=int, default=204, help="random pairs of commands, beside each with itself")
    parser.add_argument("--processes", type=int, default=2, help="how many points are tried side by side")
    parser.add_argument("--only", choices=("faults", "damage", "pairs"), help="one of the three")
    parser.add_argument("--keep", type=Path, help="a folder for all of it, best in memory (/dev/shm/...)")
    parser.add_argument("--publish", action="store_true", help=f"write {OUT.name}")
    options = parser.parse_args()
    if _ARMED not in os.environ:
        return _again_with_the_library(options.keep)
    scratch = Path(os.environ[_ARMED])
    began = time.monotonic()
    scenarios = make_scenarios(scratch / "made")
    faults.preload(scenarios, scratch)
    parts = ("faults", "damage", "pairs") if options.only is None else (options.only,)
    found: dict[str, list[str]] = {}
    if "faults" in parts:
        found |= campaign.run_all(
            scenarios, scratch, lambda name: options.every * SPARSER.get(name, 1), options.processes
        )
    if "damage" in parts:
        found |= damage.all_damages(scenarios, scratch, options.every, options.processes)
    if "pairs" in parts:
        some = [one for one in scenarios if one.name not in ("extract", "demo")]
        found |= pairs.soak(some, scratch, options.pairs, options.processes)
    rows = summary(found)
    rows.append({"name": "points tried: each so manieth", "value": options.every, "unit": "points"})
    rows.append({"name": "all of it", "value": round(time.monotonic() - began), "unit": "s"})
    wrong = [f"{name}: {what}" for name, bad in found.items() for what in bad]
    for row in rows:
        print(f"{row['name']}: {row['value']} {row['unit']}", flush=True)
    print("\n".join(wrong))
    if options.publish:
        write_json(OUT, rows)
    return int(bool(wrong))


def summary(found: dict[str, list[str]]) -> list[dict[str, object]]:
    """How many were tried, by command, mode and thing, and at how many something was wrong, by what it was."""
    points = [name.split(", ") for name in found]
    faults_of = [one for one in points if one[0] not in ("damage", "pair")]
    counts = Counter(f"points in {one[0]}" for one in faults_of) + Counter(f"points, {one[1]}" for one in faults_of)
    counts += Counter(f"damaged files, {one[1]}" for one in points if one[0] == "damage")
    counts += Counter("pairs of commands at once" for one in points if one[0] == "pair")
    kinds = [{_kind(what) for what in bad} for bad in found.values()]
    wrong = {kind: sum(kind in some for some in kinds) for kind in ("lost", "silent", "traceback", "otherwise wrong")}
    return [{"name": name, "value": value, "unit": "cases"} for name, value in (counts | wrong).items()]


def _kind(wrong: str) -> str:
    """What was wrong, in one word."""
    words = {
        "traceback": ("Traceback", "exit 1"),
        "lost": ("lost [", "did not last"),
        "silent": ("without a word", "said that it was done", "ended otherwise", "end otherwise"),
    }
    return next((kind for kind, signs in words.items() if any(sign in wrong for sign in signs)), "otherwise wrong")


def _again_with_the_library(keep: Path | None) -> int:
    """Starts this script anew with `faults.c` preloaded, which no process can do to itself; files are in memory."""
    if faults.compiler() is None:
        print("Faults of the system need Linux and a C compiler: install one, for example apt-get install gcc.")
        return 2
    with _scratch(keep) as scratch:
        library = faults.build(scratch)
        environment = os.environ | {
            "LD_PRELOAD": str(library),
            _ARMED: str(scratch),
            "TOKENIZERS_PARALLELISM": "false",
            "OMP_NUM_THREADS": "1",
        }
        return os.spawnve(
            os.P_WAIT, sys.executable, [sys.executable, "-m", "benchmarks.trust", *sys.argv[1:]], environment
        )


@contextmanager
def _scratch(keep: Path | None) -> Iterator[Path]:
    """``keep``, which stays; else a folder that goes."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
