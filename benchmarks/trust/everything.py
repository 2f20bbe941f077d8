"""A workspace that holds a thing of every kind, and the ways in which each is read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.trust.disk import Disk, moments
from benchmarks.trust.faults import Outcome, Scenario, run_child, run_command, start_telling
from benchmarks.trust.scenarios import NAME, learn
from benchmarks.trust.state import things
from learn import workspace as places
from learn.building import background, files, status
from learn.building.record import write_record
from learn.checksums import NAME as CHECKSUMS
from learn.files import atomic_folder
from learn.workspace import Workspace

DEMO = "completejourney"
DEMO_RUNS = ("learn-b", "ease")
FOLDER_OF_DEMO = "prebuilt"
"""In the workspace: a copy of two Runs of the demo that ships, read in its place."""
BENCHMARK = "table4"
TRAINING, BENCHMARKING = ("training",), ("benchmarking",)
"""In the place of a command's words: the training goes on from its checkpoint, the benchmark from its Runs."""


def make_everything(scenarios: Sequence[Scenario], place: Path) -> Path:
    """Makes it at ``place``, where it is not there already."""
    if (place / FOLDER_OF_DEMO).exists():
        return place
    train = next(one for one in scenarios if one.name == "train")
    shutil.rmtree(place, ignore_errors=True)
    _with_checkpoint(train, place)
    learn(place, "map", NAME, "--method", "pca")
    here = Workspace(place)
    if (made := run_child(lambda: print(benchmark(here)), place)).code:
        raise RuntimeError(f"no benchmark was made: {made.said}")
    from tests.app.ranking_fixtures import make_report

    report = make_report()
    from learn.ranking.report import write_report

    with atomic_folder(here.ranking(NAME)) as folder:
        write_report(folder, replace(report, about=report.about | {"dataset": NAME}))
    _with_build(here, train.base.parent)
    for part in (f"content/{DEMO}", *(f"runs/{DEMO}/{name}" for name in DEMO_RUNS)):
        shutil.copytree(places.PREBUILT / part, place / "copying" / part)
    for part in ("manifest.json", CHECKSUMS):
        shutil.copy(places.PREBUILT / part, place / "copying")
    (place / "copying").rename(place / FOLDER_OF_DEMO)
    return place


def checkpointed(train: Scenario) -> tuple[str, ...]:
    """The words of a training that leaves checkpoints."""
    return (*train.argv, "--set", "training.checkpoint_seconds=0", "--tower", "a")


def _with_checkpoint(train: Scenario, place: Path) -> None:
    """What a training of tower (a) leaves that dies when it has both its checkpoints."""
    working = place.with_name("working")
    shutil.rmtree(working, ignore_errors=True)
    shutil.copytree(train.base, working)
    told, answers, ended = start_telling(checkpointed(train), working)
    kept = working / f"runs/{NAME}/.training-learn-a"
    for _ in moments(told, answers, Disk(working)):
        if not place.exists() and (kept / "last/state.json").exists() and (kept / "best/state.json").exists():
            shutil.copytree(working, place, ignore=shutil.ignore_patterns(".lock-*", ".partial-*"))
    if ended().code or not place.exists():
        raise RuntimeError("a training left no checkpoint")
    shutil.rmtree(working)


def _with_build(here: Workspace, made: Path) -> None:
    kept = []
    for table in ("items.csv", "interactions.csv"):
        with (made / table).open("rb") as content:
            kept.append(files.keep_upload(here, table, content))
    folder = here.build("uploaded")
    folder.mkdir(parents=True)
    write_record(folder / background.SPEC, asdict(background.Spec("uploaded", *kept)))
    status.FileProgress(folder).end(status.FAILED, "It stopped.", "Start it again.")


def benchmark(here: Workspace) -> str:
    """The table of two rows of a benchmark, whose Runs are trained where they are not there."""
    from learn.data.stored import open_dataset
    from learn.pipeline import configuration
    from learn.reproduce.run import run_benchmark
    from learn.reproduce.tables import plan

    dataset = open_dataset(here, NAME)
    llm = json.loads((here.run(NAME, "learn-b") / "config.json").read_text())["cex"]["llm"]
    table = plan(BENCHMARK, configuration(dataset, "tiny", ["training.epochs=1"], llm=llm))
    rows = tuple(row for row in table.rows if row.name == table.reference) + table.rows[:1]
    found = run_benchmark(replace(table, rows=tuple(dict.fromkeys(rows))), BENCHMARK, dataset, dataset.split, here, 1)
    return found.text


def _benchmarks(here: Workspace) -> None:
    from learn.reproduce.results import benchmark_files, read_benchmark

    for (name, dataset), path in benchmark_files(here, here.root / "none").items():
        print(name, dataset, read_benchmark(path, dataset).to_csv())


def _ranking(here: Workspace) -> None:
    from learn.ranking.report import read_report, report_folders, tables

    for folder in report_folders(here, here.root / "none").values():
        report = read_report(folder)
        print(tables(report.rows, report.about))


def _builds(here: Workspace) -> None:
    for name in background.build_names(here):
        print(background.build_status(here, name), background.read_spec(here, name))


def _uploads(here: Workspace) -> None:
    """Those that are listed, and those that a build was made of, which may be gone from the list."""
    spec = json.loads((here.build("uploaded") / background.SPEC).read_text(encoding="utf-8"))
    listed = [name for name in files.tables_in(here) if name.startswith(files.UPLOADS)]
    for name in dict.fromkeys([*listed, spec["items"], spec["interactions"]]):
        print(name, len(files.inside(here, name).read_bytes()))


def _demo(here: Workspace) -> None:
    from learn.cli.pack_demo import check_manifest

    print(check_manifest(here.root / FOLDER_OF_DEMO))


PAGES: dict[str, Callable[[Workspace], None]] = {
    "benchmarks": _benchmarks,
    "ranking": _ranking,
    "builds": _builds,
    "uploads": _uploads,
    "demo": _demo,
}
"""What pages read by functions that no command calls: it prints what it shows."""


@contextmanager
def its_demo(place: Path) -> Iterator[None]:
    """Inside, the demo that ships is the one in ``place``."""
    before = places.PREBUILT
    places.PREBUILT = place / FOLDER_OF_DEMO
    try:
        yield
    finally:
        places.PREBUILT = before


def in_a_child(words: tuple[str, ...], train: tuple[str, ...], place: Path) -> Outcome:
    """`TRAINING` or `BENCHMARKING`, which no process may do that starts others; a training says what it made."""
    if words == BENCHMARKING:
        return run_child(lambda: print(benchmark(Workspace(place))), place)
    found = run_command(train, place)
    made = things(place).get(f"runs/{NAME}/learn-a")
    return found if found.code else replace(found, said=f"{found.said if 'What to do:' in found.said else ''}{made}")


def asked_of(file: str) -> tuple[tuple[str, ...], ...]:
    """What reads ``file``: commands, a page (`PAGES`), or what may train (`in_a_child`)."""
    kind, *rest = file.split("/")
    if kind == "datasets":
        return (("evaluate", NAME), ("recommend", NAME, "--run", "learn-b", "--user", "c1"))
    if kind == "content":
        return (("recommend", NAME, "--run", "learn-c", "--history", "s1,s4"),)
    if kind == "benchmarks":
        return (BENCHMARKING,) if "runs" in rest else (("page", "benchmarks"),)
    if kind in ("ranking", "builds", "uploads"):
        return (("page", kind),)
    if kind == FOLDER_OF_DEMO:
        return _asked_of_the_demo(rest)
    if rest[1].startswith(".training"):
        return (TRAINING,)
    if rest[-1].endswith("map.safetensors"):
        return (("map", NAME, "--method", "pca"),)
    name = rest[-2]
    lists = (("runs",), ("evaluate", NAME))
    one = ("recommend", NAME, "--run", name, "--user", "c1")
    known = ("recommend", NAME, "--run", name, "--history", "s1,s4") if name.startswith("learn") else one
    return (*lists, one, known, ("evaluate", NAME, "--run", name))


def _asked_of_the_demo(rest: list[str]) -> tuple[tuple[str, ...], ...]:
    if len(rest) == 1:
        return (("page", "demo"),)
    run = rest[2] if rest[0] == "runs" else "learn-b"
    who = ("--user", "1") if run == "ease" else ("--history", "1133378,1081378")
    return (("recommend", DEMO, "--run", run, *who), ("evaluate", DEMO, "--run", run))
