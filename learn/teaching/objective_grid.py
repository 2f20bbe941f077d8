"""The towers-by-objectives table as a grid: which item tower is aligned under which training setup.

A training setup is an objective and how it uses sequences: cut in two, or whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from learn.config import Config
from learn.data.schema import Metrics
from learn.explore.colours import run_colours
from learn.explore.figures.base import finish
from learn.reproduce.results import one_metric
from learn.reproduce.tables import Table, TableRow
from learn.runs.run import Run
from learn.training.examples import make_example

TOWER, SETUP = "tower", "training_setup"
LOSS = "loss"


def grid_of(plan: Table) -> pd.DataFrame:
    """Columns run, tower, training_setup: what each row of ``plan`` (``towers-x-objectives``) stands for."""
    rows = [(row.name, config.pal.item_tower, config.training_setup) for row, config in _trained(plan)]
    return pd.DataFrame(rows, columns=["run", TOWER, SETUP])


def _trained(plan: Table) -> list[tuple[TableRow, Config]]:
    """The rows that train something, with how; external baselines have no configuration."""
    return [(row, row.config) for row in plan.rows if row.config is not None]


def training_setups(plan: Table, summary: pd.DataFrame, metric: str, k: int, candidates: str) -> pd.DataFrame:
    """One metric of a summary in the order of ``plan``: columns run, tower, training_setup, mean, low, high."""
    metric_rows = one_metric(summary, metric, k, candidates)[["run", Metrics.MEAN, Metrics.LOW, Metrics.HIGH]]
    return grid_of(plan).merge(metric_rows, on="run")


def setup_examples(plan: Table, items: np.ndarray, seed: int = 0) -> pd.DataFrame:
    """What one training sequence becomes under each training setup of ``plan``.

    Args:
        items: [n] item indices, oldest first; n at least 2.
        seed: draws the cut and both stages of sampling.

    Returns:
        One row per training setup: columns training_setup, history and target (items that the two towers read),
        pairs (different positives: a short sequence gives the same position several times), and read_by_both (share
        of the target side's items that the user tower reads as well).
    """
    rows = []
    for _, config in _trained(plan):
        example = make_example(items, config, np.random.default_rng(seed))
        history, target = np.meshgrid(example.history_positions, example.target_positions, indexing="ij")
        mask = np.ones(history.shape, dtype=bool) if example.positives is None else example.positives
        pairs = len(set(zip(history[mask].tolist(), target[mask].tolist(), strict=True)))
        both = float(np.isin(example.target, example.history).mean())
        rows.append((config.training_setup, len(example.history), len(example.target), pairs, both))
    table = pd.DataFrame(rows, columns=[SETUP, "history", "target", "pairs", "read_by_both"])
    return table.drop_duplicates(SETUP).reset_index(drop=True)


def last_losses(plan: Table, runs: Mapping[str, Sequence[Run]]) -> pd.DataFrame:
    """Training loss of each row's last epoch, averaged over its seeds: columns run, tower, training_setup, loss.

    Within a training setup the towers answer the same question against as many negatives: their losses compare.
    """
    losses = {name: np.mean([run.curves[LOSS].iloc[-1] for run in of_row]) for name, of_row in runs.items()}
    return grid_of(plan).assign(**{LOSS: lambda table: table["run"].map(losses)})


def setups_figure(table: pd.DataFrame, value: str, title: str) -> go.Figure:
    """One dot per tower in every training setup, with its 95% interval where ``table`` has one.

    Args:
        table: from `training_setups` or `last_losses`.
        value: the column that is drawn; title: of the axis.
    """
    order = list(dict.fromkeys(table[SETUP]))
    towers = list(dict.fromkeys(table[TOWER]))
    colours = run_colours((tower, tower) for tower in towers)
    figure = go.Figure()
    for place, tower in enumerate(towers):
        rows = table[table[TOWER] == tower]
        colour = colours[tower]
        error = None
        if value == Metrics.MEAN:
            error = {
                "type": "data",
                "symmetric": False,
                "array": rows[Metrics.HIGH] - rows[Metrics.MEAN],
                "arrayminus": rows[Metrics.MEAN] - rows[Metrics.LOW],
                "color": colour,
                "thickness": 2.5,
                "width": 5,
            }
        figure.add_scatter(
            x=[order.index(name) + (place - (len(towers) - 1) / 2) * 0.2 for name in rows[SETUP]],
            y=rows[value],
            mode="markers",
            name=f"({tower})",
            marker={"size": 12, "color": colour},
            error_y=error,
            customdata=rows[[SETUP]],
            hovertemplate="%{customdata[0]}: %{y:.4f}<extra>" + f"({tower})" + "</extra>",
        )
    figure.update_xaxes(
        tickmode="array",
        tickvals=list(range(len(order))),
        ticktext=[name.replace(", ", ",<br>") for name in order],
        range=[-0.5, len(order) - 0.5],
        showgrid=False,
        zeroline=False,
    )
    figure.update_yaxes(title=title, rangemode="tozero")
    return finish(figure, 380)
