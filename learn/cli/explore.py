"""The commands that look at Runs: lists, maps, the ranking stage, the explorer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learn.cli.options import DatasetArgument, IndexOption, WorkspaceOption
from learn.cli.terminal import next_step, print_frame, say, usable_runs
from learn.data.schema import Recommendations
from learn.errors import LearnError
from learn.workspace import Workspace


def recommend(
    dataset: DatasetArgument,
    run: Annotated[str | None, typer.Option(help="Which Run; default: the best on validation.")] = None,
    user: Annotated[str | None, typer.Option(help="A user of the dataset.")] = None,
    history: Annotated[str | None, typer.Option(help="Or item ids, oldest first, joined by commas.")] = None,
    k: Annotated[int, typer.Option("-k", "--k", help="How many.")] = 10,
    repeat: Annotated[bool, typer.Option(help="Also recommend what the history holds.")] = False,
    category: Annotated[str | None, typer.Option(help="Only of this one, e.g. Food, or 'Food > Tea'.")] = None,
    brand: Annotated[str | None, typer.Option(help="Only of this one.")] = None,
    min_price: Annotated[float | None, typer.Option(help="Only from this price on.")] = None,
    max_price: Annotated[float | None, typer.Option(help="Only up to this price.")] = None,
    index: IndexOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Recommend for a user of the dataset, or for anybody with a pasted history."""
    from learn.data.stored import open_dataset
    from learn.data.where import Where
    from learn.retrieval.index import chosen_kind
    from learn.runs.stored import best_run, find_runs, open_run

    where, kind, only = Workspace.at(workspace), chosen_kind(index), Where(category, min_price, max_price, brand)
    if (user is None) == (history is None):
        raise LearnError("Say for whom.", "Give either --user ID or --history ITEM,ITEM,...")
    of = open_dataset(where, dataset)
    if run is None:
        answering = best_run(usable_runs(find_runs(where, of), dataset), for_histories=history is not None)
        say(f"By {answering.name} ({answering.info.label}), which did best on validation.")
    else:
        answering = open_run(where, of, run)
    if user is not None:
        table = answering.recommend([user], k, not repeat, only, kind).drop(columns=Recommendations.USER)
    else:
        items = [part.strip() for part in str(history).split(",") if part.strip()]
        table = answering.recommend_for(items, k, not repeat, only, kind)
    print_frame(table)
    next_step("learn app", workspace)


def map_command(
    dataset: DatasetArgument,
    method: Annotated[str, typer.Option(help="umap; or pca, coarser and quick.")] = "umap",
    again: Annotated[bool, typer.Option(help="Draw maps anew that are there already.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Draw the maps of a dataset's spaces, so that the explorer opens them at once. Interrupted, it goes on."""
    from learn.data.stored import open_dataset
    from learn.pipeline import draw_maps
    from learn.runs.stored import find_runs

    where = Workspace.at(workspace)
    found = open_dataset(where, dataset)
    runs = usable_runs(find_runs(where, found), dataset)
    maps = draw_maps(where, found, runs, method=method, again=again)
    for name, drawn in maps.items():
        shown = f"{len(drawn.items):,} of {found.n_items:,} items"
        say(
            f"{name}: {shown}, {drawn.trust.mean():.1f} of an item's nearest 10 are near it on the map ({drawn.method})"
        )
    next_step("learn app", workspace)


def atlas(
    dataset: DatasetArgument,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("atlas.html"),
    workspace: WorkspaceOption = None,
) -> None:
    """Write the Atlas as one page to send: linked maps, what differs, search; it needs no server and no network."""
    from learn.data.stored import open_dataset
    from learn.pipeline import write_atlas
    from learn.runs.stored import find_runs

    where = Workspace.at(workspace)
    found = open_dataset(where, dataset)
    size = write_atlas(where, found, usable_runs(find_runs(where, found), dataset), out)
    say(f"Wrote {out} ({size / 1e6:.1f} MB). Open it in any browser.")
    next_step("learn app", workspace)


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
    """What LEARN's vectors add to rankers with baseline features: AUC, UAUC, WUAUC, replayed revenue, by slice."""
    from learn.cli.tables import print_text
    from learn.data.stored import open_dataset
    from learn.ranking.report import read_report, write_report
    from learn.ranking.run import open_impressions, ranking_config
    from learn.ranking.run import rank as compare
    from learn.runs.stored import open_run

    where = Workspace.at(workspace)
    config = ranking_config(settings)
    found = open_dataset(where, dataset)
    chosen = open_run(where, found, run)
    say(f"Reading impressions ({impressions or 'the promotions of completejourney'}) ...")
    shown = open_impressions(impressions, mapping, found, found.split, config)
    folder = compare(chosen, where, shown, config, print_text)
    if publish is not None:
        write_report(publish, read_report(folder))
    say(f"Wrote {folder}")
    next_step("learn app", workspace)


def open_app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the local web server.")] = 8501,
    address: Annotated[str, typer.Option(help="Listen here; 0.0.0.0: let other machines in.")] = "127.0.0.1",
    host: Annotated[
        list[str] | None, typer.Option(help="A name by which other machines call this one. Repeatable.")
    ] = None,
    headless: Annotated[bool, typer.Option(help="Do not open a browser.")] = False,
    index: IndexOption = None,
    api: Annotated[bool, typer.Option("--api", help="Answer programs too, under /api (docs/serving.md).")] = False,
    agents: Annotated[bool, typer.Option("--agents", help="Let agents drive the pages (docs/serving.md).")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Open the explorer in the browser."""
    from learn.cli.app_server import serve
    from learn.retrieval.index import chosen_kind

    where, kind = Workspace.at(workspace), chosen_kind(index)
    raise SystemExit(serve(where, address, port, not headless, host or (), index=kind, api=api, agents=agents))
