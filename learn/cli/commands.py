"""The command line: each command says what it did, where it wrote it, and what to type next.

Commands import what they need when they run: `learn --help` answers at once.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from learn.cli.terminal import next_step, out, print_metrics, say
from learn.errors import LearnError
from learn.settings import configuration, towers_named
from learn.workspace import Workspace

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="LEARN Explorer: from a table of items and a table of interactions to recommendations that read text.",
)
WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="Where things are kept; default $LEARN_WORKSPACE or ./workspace.")
]
PresetOption = Annotated[
    str, typer.Option(help="tiny, demo (long histories), short, paper; auto goes by the dataset's split.")
]
SetOption = Annotated[list[str] | None, typer.Option("--set", help="A setting, e.g. training.epochs=5. Repeatable.")]


@app.command()
def prepare(
    source: Annotated[str, typer.Argument(help="completejourney, tables, amazon or recbole.")],
    items: Annotated[Path | None, typer.Option(help="The table of items (tables), or the meta file (amazon).")] = None,
    interactions: Annotated[Path | None, typer.Option(help="The table of interactions, or the reviews.")] = None,
    path: Annotated[Path | None, typer.Option(help="A folder or .inter file (recbole).")] = None,
    name: Annotated[str | None, typer.Option(help="The dataset's name.")] = None,
    mapping: Annotated[list[str] | None, typer.Option("--map", help="field=your_column, e.g. title=product.")] = None,
    split: Annotated[str, typer.Option(help="auto, by-time or leave-one-out.")] = "auto",
    test_start: Annotated[str | None, typer.Option(help="First day of the test target, YYYY-MM-DD.")] = None,
    validation_days: Annotated[float, typer.Option(help="Length of the validation target.")] = 14.0,
    workspace: WorkspaceOption = None,
) -> None:
    """Read a source, check it, and keep it as a dataset with its split."""
    dataset, _ = prepare_dataset(
        Workspace.at(workspace), source, items, interactions, path, name, mapping, split, test_start, validation_days
    )
    next_step(f"learn extract {dataset.name}", workspace)


def prepare_dataset(
    where: Workspace,
    source: str,
    items: Path | None = None,
    interactions: Path | None = None,
    path: Path | None = None,
    name: str | None = None,
    mapping: list[str] | None = None,
    split: str = "auto",
    test_start: str | None = None,
    validation_days: float = 14.0,
) -> Any:
    """`prepare` for other commands: returns (dataset, split) after saying what was found."""
    from learn.data.report import render, split_facts
    from learn.data.sources import load_source
    from learn.data.splits import choose_split
    from learn.pipeline import save_dataset

    dataset = load_source(
        source, name=name, items=items, interactions=interactions, path=path, mapping=tuple(mapping or ())
    )
    cut = choose_split(dataset, split, test_start, validation_days)
    dataset.report.update(split_facts(dataset, cut))
    save_dataset(where, dataset, cut)
    for line in render(dataset.report):
        say(line)
    say(f"Wrote {where.dataset(dataset.name)}")
    return dataset, cut


@app.command()
def extract(
    dataset: Annotated[str, typer.Argument(help="A prepared dataset.")],
    llm: Annotated[
        str | None,
        typer.Option(help="bundled, bundled-encoder, a Hugging Face id, a folder, or several with + between."),
    ] = None,
    preset: PresetOption = "auto",
    settings: SetOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Let the frozen LLM read every item once. Interrupted, the same command goes on."""
    from learn.cex.extractor import content_embeddings
    from learn.cex.store import KEY_JOINT
    from learn.pipeline import open_dataset

    where = Workspace.at(workspace)
    found, split = open_dataset(where, dataset)
    config = configuration(preset, settings, split, llm)
    content = content_embeddings(found, config.cex, where)
    say(
        f"Read {content.n_read:,} of {found.n_items:,} items in {content.seconds:.0f} s "
        f"({content.tokens:,} tokens), {content.vectors.shape[1]} dimensions."
    )
    if len(content.truncated):
        say(f"{len(content.truncated):,} prompts were longer than {config.cex.max_tokens} tokens and were cut:")
        say(content.truncated.head(5).to_string(index=False))
    for key in content.key.split(KEY_JOINT):
        say(f"Wrote {where.content(dataset) / key}")
    next_step(f"learn train {dataset}", workspace)


@app.command()
def train(
    dataset: Annotated[str, typer.Argument(help="A prepared dataset.")],
    tower: Annotated[str, typer.Option(help="a, b, c, without-align, or all.")] = "all",
    preset: PresetOption = "auto",
    llm: Annotated[str | None, typer.Option(help="Whose content embeddings to train on.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed.")] = None,
    suffix: Annotated[str, typer.Option(help="Added to the Runs' names, to keep several.")] = "",
    settings: SetOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Train item towers, evaluate them, and write one Run each. Interrupted, the same command goes on."""
    from learn.pipeline import open_dataset, train_variants
    from learn.runs.baselines import make_reference_runs

    where = Workspace.at(workspace)
    towers = towers_named(tower)
    found, split = open_dataset(where, dataset)
    config = configuration(preset, settings, split, llm, seed)
    runs = train_variants(where, found, split, config, towers, suffix=suffix)
    if tower == "all":
        runs += make_reference_runs(found, split, where)
    print_metrics(runs, found.n_items)
    say(f"Wrote {', '.join(run.name for run in runs)} into {where.runs(dataset)}")
    next_step("learn app", workspace)


@app.command()
def evaluate(
    dataset: Annotated[str, typer.Argument(help="A prepared dataset.")],
    run: Annotated[str | None, typer.Option(help="One Run; default: all of them.")] = None,
    k: Annotated[int | None, typer.Option("-k", "--k", help="10, 50 or 100; default: by the catalogue's size.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Show the test metrics of Runs with their 95% intervals, overall and by slice."""
    from learn.evaluation.protocol import KS, default_k
    from learn.pipeline import open_dataset, open_run, run_paths

    where = Workspace.at(workspace)
    found, _ = open_dataset(where, dataset)
    if k is not None and k not in KS:
        raise LearnError(f"k = {k} was not evaluated.", f"Choose one of: {', '.join(map(str, KS))}.")
    names = [run] if run else list(run_paths(where, dataset))
    if not names:
        raise LearnError(f"There is no Run of {dataset} yet.", f"Train some: learn train {dataset}")
    runs = [open_run(where, dataset, name) for name in names]
    print_metrics(runs, found.n_items, k)
    for one in runs if run else []:
        rows = one.metrics
        at = k or default_k(found.n_items)
        chosen = rows[(rows["k"] == at) & rows["metric"].isin(["recall", "ndcg", "hit_rate"]) & (rows["n_users"] > 0)]
        say(chosen.drop(columns="k").round(4).to_string(index=False))
    next_step(f"learn recommend {dataset} --run {names[0]} --user USER", workspace)


@app.command()
def recommend(
    dataset: Annotated[str, typer.Argument(help="A prepared dataset.")],
    run: Annotated[str, typer.Option(help="Which Run.")] = "learn-a",
    user: Annotated[str | None, typer.Option(help="A user of the dataset.")] = None,
    history: Annotated[str | None, typer.Option(help="Or item ids, oldest first, joined by commas.")] = None,
    k: Annotated[int, typer.Option("-k", "--k", help="How many.")] = 10,
    repeat: Annotated[bool, typer.Option(help="Also recommend what the history holds.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Recommend for a user of the dataset, or for anybody with a pasted history."""
    from learn.pipeline import open_dataset, open_run
    from learn.runs.recommend import recommend_for_history, recommend_for_user

    where = Workspace.at(workspace)
    found, split = open_dataset(where, dataset)
    chosen = open_run(where, dataset, run)
    home = Workspace(chosen.path.parents[2])  # the prebuilt demo's Runs are not in the user's workspace
    if (user is None) == (history is None):
        raise LearnError("Say for whom.", "Give either --user ID or --history ITEM,ITEM,...")
    if user is not None:
        table = recommend_for_user(chosen, home, found, split, user, k, repeat)
    else:
        ids = [part.strip() for part in str(history).split(",") if part.strip()]
        table = recommend_for_history(chosen, home, found, ids, k, repeat)
    say(table.to_string(index=False))
    next_step("learn app", workspace)


@app.command("map")
def map_command(
    dataset: Annotated[str, typer.Argument(help="A prepared dataset.")],
    method: Annotated[str, typer.Option(help="umap; or pca, coarser and quick.")] = "umap",
    again: Annotated[bool, typer.Option(help="Draw maps anew that are there already.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Draw the maps of a dataset's spaces, so that the explorer opens them at once. Interrupted, it goes on."""
    from learn.pipeline import draw_maps, open_dataset, open_run, run_paths

    where = Workspace.at(workspace)
    found, split = open_dataset(where, dataset)
    runs = [open_run(where, dataset, name) for name in run_paths(where, dataset)]
    if not runs:
        raise LearnError(f"There is no Run of {dataset} yet.", f"Train some: learn train {dataset}")
    maps = draw_maps(where, found, split, runs, method=method, again=again)
    for name, drawn in maps.items():
        shown = f"{len(drawn.items):,} of {found.n_items:,} items"
        say(
            f"{name}: {shown}, {drawn.trust.mean():.1f} of an item's nearest 10 are near it on the map ({drawn.method})"
        )
    next_step("learn app", workspace)


@app.command()
def runs(
    dataset: Annotated[str | None, typer.Argument(help="A dataset; default: all of them.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """List the datasets and Runs of the workspace."""
    from learn.pipeline import dataset_names, run_paths
    from learn.runs.run import Run

    where = Workspace.at(workspace)
    if workspace is not None and not workspace.is_dir():
        raise LearnError(
            f"There is no workspace {workspace}.", "Check the path, or fill it: learn demo --workspace PATH"
        )
    names = [dataset] if dataset else dataset_names(where)
    if not names:
        say(f"The workspace {where.root} holds no dataset yet.")
        next_step("learn demo", workspace)
        return
    names_first = [Column(head, no_wrap=True) for head in ("Dataset", "Run")]
    table = Table(*names_first, "What", "Parameters", "Trained in", "Content")
    for name in names:
        for path in run_paths(where, name).values():
            info = Run(path).info
            table.add_row(
                name, info.name, info.label, f"{info.trainable_parameters:,}", f"{info.train_seconds:.0f} s",
                info.content_key or "–",
            )  # fmt: skip
    out.print(table)
    with_runs = [name for name in names if run_paths(where, name)]
    next_step(f"learn evaluate {with_runs[0]}" if with_runs else f"learn train {names[0]}", workspace)


@app.command("import-run")
def import_run_command(
    dataset: Annotated[str, typer.Argument(help="A prepared dataset.")],
    table: Annotated[Path, typer.Argument(help="CSV, Parquet or JSON lines: user, item, and rank or score.")],
    name: Annotated[str, typer.Option(help="The Run's name.")],
    label: Annotated[str | None, typer.Option(help="What people read.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a Run of another system's recommendations, to compare it."""
    from learn.pipeline import open_dataset
    from learn.runs.import_run import import_run

    where = Workspace.at(workspace)
    found, split = open_dataset(where, dataset)
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        run = import_run(table, found, split, where, name, label)
    for note in noted:
        say(f"Note: {note.message}")
    print_metrics([run], found.n_items)
    say(f"Wrote {run.path}")
    next_step("learn app", workspace)


@app.command()
def demo(
    from_scratch: Annotated[bool, typer.Option(help="Read and train everything anew.")] = False,
    items: Annotated[Path | None, typer.Option(help="Your items instead of completejourney.")] = None,
    interactions: Annotated[Path | None, typer.Option(help="Your interactions.")] = None,
    mapping: Annotated[list[str] | None, typer.Option("--map", help="field=your_column.")] = None,
    name: Annotated[str | None, typer.Option(help="The dataset's name.")] = None,
    preset: PresetOption = "auto",
    llm: Annotated[
        str | None,
        typer.Option(help="bundled, bundled-encoder, a Hugging Face id, a folder, or several with + between."),
    ] = None,
    settings: SetOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Everything in one go: prepare, extract, train all variants, evaluate, draw the maps."""
    import shutil

    from learn.config import ItemTower
    from learn.pipeline import draw_maps, train_variants
    from learn.runs.baselines import make_reference_runs

    if (items is None) != (interactions is None):
        raise LearnError("Only one of the two tables was given.", "Give both --items and --interactions.")
    where = Workspace.at(workspace)
    source = "completejourney" if items is None else "tables"
    dataset, split = prepare_dataset(where, source, items, interactions, None, name, mapping)
    config = configuration(preset, settings, split, llm)
    if from_scratch:
        shutil.rmtree(where.content(dataset.name), ignore_errors=True)
        shutil.rmtree(where.runs(dataset.name), ignore_errors=True)
    made = train_variants(where, dataset, split, config, list(ItemTower), keep_finished=not from_scratch)
    made += make_reference_runs(dataset, split, where)
    draw_maps(where, dataset, split, made)
    print_metrics(made, dataset.n_items)
    say(f"Wrote {len(made)} Runs into {where.runs(dataset.name)}")
    next_step("learn app", workspace)


@app.command()
def benchmark(
    name: Annotated[str, typer.Argument(help="table3 to table7, towers-x-objectives, what-matters or zero-shot.")],
    dataset: Annotated[str, typer.Option(help="A prepared dataset.")] = "completejourney",
    source: Annotated[
        list[str] | None, typer.Option(help="zero-shot: a prepared dataset to train on. Repeatable.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of every trained row.")] = 3,
    peer_seeds: Annotated[int | None, typer.Option(min=1, help="table3: Runs of every peer, if not as many.")] = None,
    publish: Annotated[Path | None, typer.Option(help="A folder that gets the rows too, in NAME.json.")] = None,
    peer_minutes: Annotated[float | None, typer.Option(min=0, help="table3: longer, and a peer is stopped.")] = None,
    peers_python: Annotated[Path | None, typer.Option(help="table3: Python of the peers' environment.")] = None,
    preset: PresetOption = "auto",
    settings: SetOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Rerun the comparison of one of the paper's tables. Interrupted, the same command goes on."""
    from learn.pipeline import open_dataset
    from learn.reproduce.external_runs import PeerHost
    from learn.reproduce.run import run_benchmark
    from learn.reproduce.tables import Source, plan

    where = Workspace.at(workspace)
    found, split = open_dataset(where, dataset)
    trained_on = [Source(one, configuration(preset, settings, open_dataset(where, one)[1])) for one in source or ()]
    table = plan(name, configuration(preset, settings, split), trained_on)
    published = publish and publish / f"{name}.json"
    host = PeerHost.at(peers_python, peer_minutes)
    result = run_benchmark(table, name, found, split, where, seeds, published, say, host, peer_seeds)
    say(f"\n{result.text}")
    say(f"Wrote {', '.join(path.name for path in result.files)} into {result.folder}")


@app.command()
def rank(
    dataset: Annotated[str, typer.Argument(help="A prepared dataset that is cut by time.")] = "completejourney",
    run: Annotated[str, typer.Option(help="Whose vectors are tried.")] = "learn-b",
    impressions: Annotated[
        Path | None, typer.Option(help="Who was shown what, and took it; default: completejourney's promotions.")
    ] = None,
    mapping: Annotated[list[str] | None, typer.Option("--map", help="field=your_column, e.g. label=bought.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="A setting, e.g. seeds=1. Repeatable.")] = None,
    publish: Annotated[Path | None, typer.Option(help="A folder that gets the report too.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """What LEARN's vectors add to rankers with ordinary features: AUC, UAUC, WUAUC, replayed revenue, by slice."""
    from learn.pipeline import open_dataset, open_run
    from learn.ranking.report import read_report, write_report
    from learn.ranking.run import open_impressions, ranking_config
    from learn.ranking.run import rank as compare

    where = Workspace.at(workspace)
    config = ranking_config(settings)
    found, split = open_dataset(where, dataset)
    chosen = open_run(where, dataset, run)
    say(f"Reading impressions ({impressions or 'the promotions of completejourney'}) ...")
    shown = open_impressions(impressions, mapping, found, split, config)
    folder = compare(chosen, Workspace(chosen.path.parents[2]), where, found, split, shown, config, say)
    if publish is not None:
        write_report(publish, read_report(folder))
    say(f"Wrote {folder}")
    next_step("learn app", workspace)


@app.command("app")
def open_app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the local web server.")] = 8501,
    address: Annotated[str, typer.Option(help="Listen here; 0.0.0.0: let other machines in.")] = "localhost",
    headless: Annotated[bool, typer.Option(help="Do not open a browser.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Open the explorer in the browser."""
    from learn.cli.app_server import serve

    raise SystemExit(serve(Workspace.at(workspace), address, port, not headless))


def main() -> None:
    """The console script: a user's mistake ends in a message and exit code 2, never in a traceback."""
    try:
        app()
    except LearnError as error:
        Console(stderr=True, highlight=False).print(f"Error: {error}", markup=False, soft_wrap=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        Console(stderr=True).print("Stopped. The same command goes on from here.")
        raise SystemExit(130) from None
