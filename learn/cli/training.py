"""The commands that compute: extract, train, evaluate, the demo, the paper's tables."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from learn.cli.options import (
    AddressOption,
    ColumnsOption,
    ConfigOption,
    DatasetArgument,
    DateOrderOption,
    EncodingOption,
    FetchPicturesOption,
    LLMOption,
    MapOption,
    PicklesOption,
    PresetOption,
    ProcessesOption,
    ReadingEngineOption,
    RemoteCodeOption,
    SeparatorOption,
    SetOption,
    VectorsOption,
    WorkersOption,
    WorkspaceOption,
)
from learn.cli.terminal import (
    next_step,
    notes_said,
    print_frame,
    print_metrics,
    say,
    say_report,
    say_text_worth,
    usable_runs,
)
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS
from learn.workspace import Workspace


def extract(
    dataset: DatasetArgument,
    llm: LLMOption = None,
    vectors: VectorsOption = None,
    preset: PresetOption = "auto",
    engine: ReadingEngineOption = "local",
    address: AddressOption = None,
    workers: WorkersOption = None,
    settings: SetOption = None,
    allow_remote_code: RemoteCodeOption = False,
    allow_pickled_weights: PicklesOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Let the frozen LLM read every item once. Interrupted, the same command goes on."""
    from learn.cex.engines import opened_engine
    from learn.cex.extractor import content_embeddings
    from learn.cex.store import KEY_SEPARATOR
    from learn.cex.trust import allow
    from learn.data.stored import open_dataset
    from learn.pipeline import configuration

    where = Workspace.at(workspace)
    found = open_dataset(where, dataset)
    config = configuration(found, preset, settings, llm, vectors=vectors)
    allow(allow_remote_code, allow_pickled_weights)
    with notes_said(), opened_engine(engine, where.models, address, workers) as reads:
        content = content_embeddings(found, config.cex, where, engine=reads)
    width = f"{content.vectors.shape[1]} dimensions."
    if config.cex.own_vectors:
        say(f"Took the vectors of {found.n_items:,} items from {config.cex.own_vectors}, {width}")
    else:
        say(
            f"Read {content.n_read:,} of {found.n_items:,} items in {content.seconds:.0f} s "
            f"({content.tokens:,} tokens), {width}"
        )
    if len(content.truncated):
        say(f"{len(content.truncated):,} prompts were longer than {config.cex.max_tokens} tokens and were cut:")
        print_frame(content.truncated.head(5))
    for key in content.key.split(KEY_SEPARATOR):
        say(f"Wrote {where.content(dataset) / key}")
    named = f" --llm {shlex.quote(llm)}" if llm else ""
    named += f" --vectors {shlex.quote(str(vectors))}" if vectors else ""
    next_step(f"learn train {dataset}{named}", workspace)


def train(
    dataset: DatasetArgument,
    tower: Annotated[str, typer.Option(help=f"{', '.join(ITEM_TOWERS)}, or all.")] = "all",
    preset: PresetOption = "auto",
    config: ConfigOption = None,
    llm: Annotated[str | None, typer.Option(help="Whose content embeddings to train on.")] = None,
    vectors: VectorsOption = None,
    seed: Annotated[int | None, typer.Option(help="Another seed.")] = None,
    suffix: Annotated[str, typer.Option(help="Added to the Runs' names, to keep several.")] = "",
    refit: Annotated[
        bool, typer.Option(help="Once more on training and validation together, for the epochs that did best.")
    ] = False,
    processes: ProcessesOption = None,
    settings: SetOption = None,
    allow_remote_code: RemoteCodeOption = False,
    allow_pickled_weights: PicklesOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Train item towers, evaluate them, and write one Run each. Interrupted, the same command goes on."""
    from learn.cex.trust import allow
    from learn.data.stored import open_dataset
    from learn.pipeline import EVERY_TOWER, configuration, towers_named, train_variants
    from learn.runs.rivals import rivals
    from learn.runs.stored import find_runs
    from learn.settings import parse_settings
    from learn.training.following import follow
    from learn.training.processes import training_processes

    where = Workspace.at(workspace)
    towers = towers_named(tower)
    found = open_dataset(where, dataset)
    configured = configuration(found, preset, settings, llm, seed, vectors, config)
    allow(allow_remote_code, allow_pickled_weights)
    with notes_said(), training_processes(processes) as group:
        if group.rank:  # one that torchrun started beside the first
            follow(group)
            return
        runs = train_variants(
            where, found, configured, towers, suffix=suffix, refit=refit, told=parse_settings(settings)
        )
    if tower == EVERY_TOWER:
        runs += rivals(where, found, runs, refit=refit)
    print_metrics(runs, found.n_items)
    say_text_worth(find_runs(where, found).usable, found)
    say(f"Wrote {', '.join(run.name for run in runs)} into {where.runs(dataset)}")
    next_step("learn app", workspace)


def evaluate(
    dataset: DatasetArgument,
    run: Annotated[str | None, typer.Option(help="One Run; default: all of them.")] = None,
    k: Annotated[int | None, typer.Option("-k", "--k", help="10, 50 or 100; default: by the catalogue's size.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Show the test metrics of Runs with their 95% intervals, overall and by slice."""
    from learn.data.schema import Metrics
    from learn.data.stored import open_dataset
    from learn.evaluation.metrics import METRICS
    from learn.evaluation.protocol import KS, default_k
    from learn.runs.stored import find_runs, open_run

    where = Workspace.at(workspace)
    found = open_dataset(where, dataset)
    if k is not None and k not in KS:
        raise LearnError(f"k = {k} was not evaluated.", f"Choose one of: {', '.join(map(str, KS))}.")
    runs = [open_run(where, found, run)] if run else usable_runs(find_runs(where, found), dataset)
    print_metrics(runs, found.n_items, k)
    if run:
        rows = runs[0].metrics
        told = [metric.code for metric in METRICS.entries if metric.in_terminal != "never"]
        shown = rows[Metrics.METRIC].isin(told) & (rows[Metrics.N_USERS] > 0)
        rows = rows[shown & (rows[Metrics.K] == (k or default_k(found.n_items)))]
        print_frame(rows.drop(columns=Metrics.K))
    next_step(f"learn recommend {dataset} --run {runs[0].name} --user USER", workspace)


def demo(
    from_scratch: Annotated[bool, typer.Option(help="Read and train everything anew.")] = False,
    items: Annotated[Path | None, typer.Option(help="Your items instead of completejourney.")] = None,
    interactions: Annotated[Path | None, typer.Option(help="Your interactions.")] = None,
    source: Annotated[
        str, typer.Option(help="What they are: tables, or a source that learn prepare knows.")
    ] = "tables",
    path: Annotated[Path | None, typer.Option(help="A folder or file, where the source is one (recbole).")] = None,
    mapping: MapOption = None,
    encoding: EncodingOption = None,
    separator: SeparatorOption = None,
    date_order: DateOrderOption = None,
    columns: ColumnsOption = None,
    fetch_pictures: FetchPicturesOption = False,
    name: Annotated[str | None, typer.Option(help="The dataset's name.")] = None,
    preset: PresetOption = "auto",
    llm: LLMOption = None,
    vectors: VectorsOption = None,
    settings: SetOption = None,
    allow_remote_code: RemoteCodeOption = False,
    allow_pickled_weights: PicklesOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Everything in one go: prepare, extract, train all variants, evaluate, draw the maps."""
    from learn.building.steps import Plan, build
    from learn.cex.trust import allow
    from learn.pipeline import Preparation, untrainable

    if (items is None) != (interactions is None):
        raise LearnError("Only one of the two tables was given.", "Give both --items and --interactions.")
    where = Workspace.at(workspace)
    what = Preparation(
        "completejourney" if items is None and path is None and source == "tables" else source,
        items,
        interactions,
        path,
        name=name,
        mapping=tuple(mapping or ()),
        encoding=encoding,
        separator=separator,
        date_order=date_order,
        columns=tuple(columns or ()),
        fetch_pictures=fetch_pictures,
    )
    plan = Plan(what, preset, tuple(settings or ()), llm, from_scratch, vectors)
    allow(allow_remote_code, allow_pickled_weights)
    with notes_said():
        dataset, made = build(where, plan, lambda prepared: say_report(where, prepared))
    if vectors is None and (problem := untrainable(dataset)):
        say(f"Only the baselines were made. {problem}")
    print_metrics(made, dataset.n_items)
    say_text_worth(made, dataset)
    say(f"Wrote {len(made)} Runs into {where.runs(dataset.name)}")
    next_step("learn app", workspace)


def benchmark(
    name: Annotated[
        str,
        typer.Argument(help="table3 to table7, item-cold, recipes, what-matters, ... or zero-shot."),
    ],
    dataset: Annotated[str, typer.Option(help="A prepared dataset.")] = "completejourney",
    source: Annotated[
        list[str] | None, typer.Option(help="zero-shot: a prepared dataset to train on. Repeatable.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of every trained row.")] = 3,
    peer_seeds: Annotated[int | None, typer.Option(min=1, help="table3: Runs of every peer, if not as many.")] = None,
    publish: Annotated[Path | None, typer.Option(help="A folder that gets the rows too, in NAME.json.")] = None,
    peer_minutes: Annotated[float | None, typer.Option(min=0, help="table3: longer, and a peer is stopped.")] = None,
    peer_search: Annotated[
        float | None, typer.Option(min=0, help="table3: minutes of a search for each peer's settings first.")
    ] = None,
    peers_python: Annotated[Path | None, typer.Option(help="table3: Python of the peers' environment.")] = None,
    rows: Annotated[list[str] | None, typer.Option("--row", help="Only this row of the table. Repeatable.")] = None,
    preset: PresetOption = "auto",
    settings: SetOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Rerun the comparison of one of the paper's tables. Interrupted, the same command goes on."""
    from learn.cli.tables import print_text
    from learn.data.stored import open_dataset
    from learn.pipeline import configuration
    from learn.reproduce.external_runs import ExternalHost
    from learn.reproduce.run import run_benchmark
    from learn.reproduce.tables import Source, plan

    where = Workspace.at(workspace)
    found = open_dataset(where, dataset)
    trained_on = [Source(one, configuration(open_dataset(where, one), preset, settings)) for one in source or ()]
    table = plan(name, configuration(found, preset, settings), trained_on)
    published = publish and publish / f"{name}.json"
    host = ExternalHost.at(peers_python, peer_minutes, peer_search)
    result = run_benchmark(table, name, found, found.split, where, seeds, published, say, host, peer_seeds, rows or ())
    print_text(f"\n{result.text}")
    say(f"Wrote {', '.join(path.name for path in result.files)} into {result.folder}")
