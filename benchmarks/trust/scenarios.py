"""Small workspaces, each before a command that is going to be disturbed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks.trust.faults import HERE, Scenario, run_command
from tests.fake_llm import make_tiny_llm
from tests.shop import write_tables

NAME = "shop"


def learn(workspace: Path, *argv: str) -> str:
    """Runs a command to its end and returns what it printed."""
    done = run_command(argv, workspace)  # a child of its own: what training leaves in a process stays there
    if done.code:
        raise RuntimeError(f"learn {' '.join(argv)}: {done.said}")
    return done.said


def make_scenarios(scratch: Path) -> list[Scenario]:
    """prepare, extract, train, import-run, map, export, demo: each over things that are whole and shall stay so.

    What was made in ``scratch`` before is taken as it is.
    """
    made = scratch / "made.json"
    if made.exists():
        return [Scenario(name, Path(base), tuple(argv)) for name, base, argv in json.loads(made.read_text())]
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    llm = make_tiny_llm(scratch / "llm")
    items, events = write_tables(scratch)
    later = scratch / "later.csv"
    lines = events.read_text().splitlines()
    later.write_text("\n".join([*lines[:-10], ""]))
    shop = ("--items", str(items), "--interactions", str(events), "--name", NAME)
    small = ("--preset", "tiny", "--llm", str(llm), "--set", "training.epochs=2")
    prepared, read, trained = (scratch / name for name in ("prepared", "read", "trained"))
    learn(prepared, "prepare", "tables", *shop)
    shutil.copytree(prepared, read)
    learn(read, "extract", NAME, *small[:4])
    shutil.copytree(read, trained)
    learn(trained, "train", NAME, "--tower", "b", *small, "--seed", "1")
    learn(trained, "train", NAME, "--tower", "c", *small, "--seed", "1")
    table = scratch / "lists.csv"
    table.write_text("user_id,item_id,rank\n" + "".join(f"c{u},s{u + r},{r}\n" for u in range(30) for r in range(1, 9)))
    learn(trained, "import-run", NAME, str(table), "--name", "other")
    table.write_text("user_id,item_id,rank\n" + "".join(f"c{u},s{u + r},{r}\n" for u in range(30) for r in range(1, 7)))
    found = [
        Scenario("prepare", trained, ("prepare", "tables", *shop[:2], "--interactions", str(later), "--name", NAME)),
        Scenario("extract", prepared, ("extract", NAME, *small[:4])),
        Scenario("train", trained, ("train", NAME, "--tower", "b", *small)),
        Scenario("import-run", trained, ("import-run", NAME, str(table), "--name", "other")),
        Scenario("map", trained, ("map", NAME, "--method", "pca")),
        Scenario("export", trained, ("export", NAME, "--out", f"{HERE}/exports/b", "--run", "learn-b", "--no-onnx")),
        Scenario("demo", prepared, ("demo", *shop, *small[:4], "--set", "training.epochs=1")),
    ]
    made.write_text(json.dumps([(one.name, str(one.base), one.argv) for one in found]))
    return found
