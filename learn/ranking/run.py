"""`learn rank`: from a Run and impressions to a written report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from learn.data.completejourney import NAME as COMPLETEJOURNEY
from learn.data.completejourney import SOLD
from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.errors import LearnError
from learn.files import atomic_folder
from learn.ranking.config import RankingConfig
from learn.ranking.impressions import Impressions, check_impressions, read_impressions
from learn.runs.run import Run
from learn.settings import parse_settings, with_settings
from learn.workspace import Workspace


def ranking_config(settings: list[str] | None) -> RankingConfig:
    """``["seeds=1", "fusion.heads=4"]`` over the defaults.

    Raises:
        LearnError: no such setting, or a value that it cannot have.
    """
    return with_settings(RankingConfig(), parse_settings(settings, needs_section=False))


def vectors_cut(split: Split) -> int:
    """The moment (ns since the epoch) from which on a Run's vectors know nothing: where the test target begins.

    Raises:
        LearnError: the dataset is not cut by time.
    """
    if split.info.test_start is None:
        raise LearnError(
            "The ranking stage needs a dataset that is cut by time: with leave-one-out every user's cut is another.",
            "Prepare it again: learn prepare SOURCE --split by-time",
        )
    return pd.Timestamp(split.info.test_start).value


def open_impressions(
    path: Path | None, mapping: list[str] | None, dataset: Dataset, split: Split, config: RankingConfig
) -> Impressions:
    """The impressions in a file; without one, of completejourney its promotions.

    Raises:
        LearnError: no file, and the dataset has none of its own; or the file is refused.
    """
    cut = vectors_cut(split)
    if path is not None:
        return read_impressions(path, dataset, cut, mapping or ())
    if dataset.source.get("kind") not in (COMPLETEJOURNEY, SOLD):
        raise LearnError(
            f"{dataset.name} has no impressions of its own.",
            "Give a table of user_id, item_id, timestamp, label and features: --impressions FILE",
        )
    from learn.ranking.promotions import promotion_impressions

    return check_impressions(promotion_impressions(dataset, cut, config), dataset, cut, "completejourney's promotions")


def rank(
    run: Run,
    workspace: Workspace,
    shown: Impressions,
    config: RankingConfig,
    say: Callable[[str], None] = print,
    progress: Any = None,
) -> Path:
    """Compares rankers with and without ``run``'s vectors, and writes the report; returns its folder.

    Args:
        run: with its dataset, of which the impressions are.
        workspace: where the report goes.
    """
    from learn.ranking.experiment import compare_rankers
    from learn.ranking.report import tables, write_report

    dataset, split = run.dataset, run.split
    report = compare_rankers(run.recommender, dataset, split, shown, vectors_cut(split), config, progress)
    for name, facts in report.about["parts"].items():
        say(
            f"{name}: {facts['impressions']:,} impressions of {facts['users']:,} users in {facts['visits']:,} visits, "
            f"{facts['converted']:.1%} converted"
        )
    for reason, count in shown.left_out.items():
        if count:
            say(f"left out: {count:,} impressions, {reason}")
    say("\n" + tables(report.rows, report.about))
    folder = workspace.ranking(dataset.name)
    with atomic_folder(folder) as temporary:
        write_report(temporary, report)
    return folder
