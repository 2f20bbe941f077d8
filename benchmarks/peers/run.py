"""Peers without the rest of table 3: python benchmarks/peers/run.py DATASET [--peer NAME] [--seeds N] [--set KEY=VALUE]
[--search MINUTES]

Without --set, makes the peers' cells of table 3 in the workspace, where `learn benchmark table3` meets them as
finished; with --search each after a search for its settings (`learn benchmark table3 --peer-search`). With --set,
tries other settings under seed 0, prints the best NDCG@10 on validation and keeps nothing: this is how the settings in
learn/reproduce/external_baselines.py were chosen.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from learn.cex.extractor import content_embeddings
from learn.config import preset
from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.data.stored import open_dataset
from learn.reproduce.experiments import experiments, run_cell
from learn.reproduce.external_baselines import PEERS, ExternalBaseline, export
from learn.reproduce.external_runs import ExternalBaselineCannotRun, ExternalHost, run_job
from learn.reproduce.tables import plan
from learn.settings import parse_settings
from learn.workspace import Workspace


def try_settings(
    peer: ExternalBaseline,
    changes: dict[str, object],
    dataset: Dataset,
    split: Split,
    host: ExternalHost,
    workspace: Workspace,
) -> str:
    """The peer with ``changes`` to its settings, in one line."""
    content = content_embeddings(dataset, preset("short").cex, workspace).vectors if peer.reads_content else None
    with tempfile.TemporaryDirectory() as temporary:
        output = Path(temporary)
        export(dataset, split, output / "data", content)
        settings = peer.settings_for(split) | changes
        told = run_job(peer, 0, settings, output, output / "log", host)
    scores = told["validation_ndcg_at_10"]
    best = scores.index(max(scores)) + 1
    return f"{peer.name} {changes}: {max(scores):.5f}, epoch {best} of {len(scores)}, {told['cpu_seconds']:.0f} CPU s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--peer", action="append", choices=[peer.name for peer in PEERS])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--set", action="append", help="a setting of the library; its value is JSON where it parses")
    parser.add_argument("--search", type=float, help="minutes of a search for each peer's settings")
    arguments = parser.parse_args()
    workspace, host = Workspace.at(arguments.workspace), ExternalHost.at(search=arguments.search)
    dataset = open_dataset(workspace, arguments.dataset)
    split = dataset.split
    wanted = arguments.peer or [peer.name for peer in PEERS]
    if arguments.set:
        changes = parse_settings(arguments.set, needs_section=False)
        for peer in PEERS:
            if peer.name in wanted:
                print(try_settings(peer, changes, dataset, split, host, workspace), flush=True)
        return
    todo = experiments(plan("table3", preset("short")), "table3", dataset.name, workspace, arguments.seeds)
    for cell in sorted((cell for cell in todo if cell.row.name in wanted), key=lambda cell: cell.seed):
        try:
            run = run_cell(cell, dataset, split, workspace, host)
        except ExternalBaselineCannotRun as error:
            print(error, flush=True)
            continue
        table = run.metrics.set_index(["metric", "k", "among", "slice"])["mean"]
        values = [f"{metric}@{k} {table[metric, k, 'all', 'all']:.4f}" for metric, k in (("recall", 10), ("ndcg", 10))]
        print(f"{run.name}: {', '.join(values)}, {run.info.train_seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
