"""The steps of a whole build, as `learn demo` and the app's page take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from learn.cex.store import remove_stores
from learn.data.dataset import Dataset
from learn.pipeline import (
    EVERY_TOWER,
    Preparation,
    configuration,
    draw_maps,
    prepare_dataset,
    towers_named,
    train_variants,
    untrainable,
)
from learn.runs.rivals import make_references, rivals
from learn.runs.run import Run
from learn.settings import parse_settings
from learn.workspace import Workspace


@dataclass(frozen=True)
class Plan:
    """What to build.

    Attributes:
        what: what to read.
        preset, settings, llm, vectors: as `learn.pipeline.configuration` takes them.
        from_scratch: read and train everything anew; else what is finished is kept.
    """

    what: Preparation
    preset: str = "auto"
    settings: Mapping[str, Any] | Iterable[str] = field(default_factory=tuple)
    llm: str | None = None
    from_scratch: bool = False
    vectors: Path | None = None


def build(
    workspace: Workspace, plan: Plan, prepared: Callable[[Dataset], None] = lambda _: None, progress: Any = None
) -> tuple[Dataset, list[Run]]:
    """Prepares, reads, trains every item tower, counts the baselines, draws the maps.

    Where the items have one text (`learn.pipeline.untrainable`), the baselines are all there is.

    Args:
        workspace: where all of it goes.
        plan: what to build.
        prepared: told the dataset as soon as it is kept.
        progress: where to show progress; None: the terminal.

    Raises:
        LearnError: what any of the steps refuses; what was finished before stays.
    """
    dataset = prepare_dataset(workspace, plan.what, progress)
    prepared(dataset)
    config = configuration(dataset, plan.preset, plan.settings, plan.llm, vectors=plan.vectors)
    if plan.from_scratch:  # a Run is there until its successor is whole
        remove_stores(workspace, dataset.name)
    if plan.vectors is None and untrainable(dataset):
        return dataset, make_references(workspace, dataset, progress=progress)
    towers = towers_named(EVERY_TOWER)
    runs = train_variants(
        workspace,
        dataset,
        config,
        towers,
        keep_finished=not plan.from_scratch,
        progress=progress,
        told=parse_settings(plan.settings),
    )
    runs += rivals(workspace, dataset, runs, progress=progress)
    draw_maps(workspace, dataset, runs, progress=progress)
    return dataset, runs
