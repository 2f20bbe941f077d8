"""The steps from raw tables to finished Runs, as commands, pages, notebooks and `import learn` call them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from learn.config import AUTO, OWN_VECTORS, Config, for_tower, preset, read_config
from learn.data.dataset import Dataset
from learn.data.facts import split_facts
from learn.data.pictures.take import take_pictures
from learn.data.sanity import one_text
from learn.data.sources import load_source
from learn.data.splits import choose_split
from learn.data.stored import save_dataset
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS, Tower
from learn.locks import sweep_locks
from learn.runs.run import Run
from learn.runs.stored import finished_run
from learn.settings import parse_settings
from learn.workspace import Workspace

if TYPE_CHECKING:
    from learn.explore.maps.item_maps import ItemMap
    from learn.explore.maps.spaces import Space

EVERY_TOWER = "all"
"""What ``--tower`` calls all of them."""


@dataclass(frozen=True)
class Preparation:
    """What to read and how to split it.

    Attributes:
        source: completejourney, completejourney-sold, tables, amazon, recbole or recformer (`learn.data.sources`).
        items, interactions: files, of tables and amazon (metadata and reviews).
        path: folder or file, of recbole; folder, of recformer.
        name: the dataset's name; None: the source's own.
        mapping: our field -> the table's column, or ``["title=product_name", ...]``.
        split: auto, by-time, leave-one-out or item-cold (`learn.data.splits.choose_split`).
        test_start: first day of the test target, as a column of times would be read; None: by the data.
        validation_days: length of the validation target of a split by time.
        encoding: of the files (cp1252, gb18030, ...); None: told by content.
        separator: between the cells of tables (`learn.data.reading.form.SEPARATORS`); None: told by content.
        date_order: "dmy" or "mdy", for dates that can be read in two ways (01/02/2024).
        columns: names of the columns of files without a header (`learn.data.columns.parse_columns`).
        fetch_pictures: call web addresses of pictures too; engine: "duckdb" for tables larger than memory.
    """

    source: str
    items: Path | str | None = None
    interactions: Path | str | None = None
    path: Path | str | None = None
    name: str | None = None
    mapping: Mapping[str, str] | Iterable[str] = ()
    split: str = "auto"
    test_start: str | None = None
    validation_days: float = 14.0
    encoding: str | None = None
    separator: str | None = None
    date_order: str | None = None
    columns: Mapping[str, Iterable[str] | str] | Iterable[str] = ()
    fetch_pictures: bool = False
    engine: str | None = None


def read_dataset(
    what: Preparation, *, pictures: bool = True, near: Sequence[Path] = (), progress: Any = None
) -> Dataset:
    """Reads a source, checks it and splits it; nothing is written.

    Args:
        what: what to read, and how.
        pictures: read those of the items too, where they name any.
        near: folders in which pictures may lie, beside those of the tables.
        progress: where to show how far the pictures are; None: nowhere.

    Returns:
        The dataset with its split; its report says what was found and how the split divides it.

    Raises:
        LearnError: what the source's reader or the check refuses, or a split that cannot be.
    """
    dataset = load_source(
        what.source,
        name=what.name,
        items=what.items,
        interactions=what.interactions,
        path=what.path,
        mapping=what.mapping,
        encoding=what.encoding,
        separator=what.separator,
        date_order=what.date_order,
        columns=what.columns,
        engine=what.engine,
    )
    split = choose_split(dataset, what.split, what.test_start, what.validation_days, what.date_order)
    dataset = dataset.with_split(split, split_facts(dataset, split))
    return take_pictures(dataset, near, what.fetch_pictures, progress) if pictures else dataset


def prepare_dataset(workspace: Workspace, what: Preparation, progress: Any = None) -> Dataset:
    """As `read_dataset`, and keeps the dataset in ``workspace``.

    Raises:
        LearnError: as `read_dataset`, or the workspace cannot be written to.
    """
    from learn.progress import make_progress

    dataset = read_dataset(what, near=(workspace.root,), progress=progress or make_progress())
    save_dataset(workspace, dataset)
    return dataset


def configuration(
    dataset: Dataset,
    preset_name: str = "auto",
    settings: Mapping[str, Any] | Iterable[str] | None = None,
    llm: str | None = None,
    seed: int | None = None,
    vectors: Path | str | None = None,
    file: Path | str | None = None,
) -> Config:
    """The preset, or a file's configuration, with the settings applied.

    Args:
        dataset: ``auto`` is the preset that suits its split.
        preset_name: one of `learn.config.PRESETS`, or auto.
        settings: ``["training.epochs=5"]`` or {"training.epochs": 5}.
        llm: what ``cex.llm`` is to be; None: the preset's.
        seed: what ``training.seed`` is to be; None: the preset's.
        vectors: a file of vectors in place of an LLM (`learn.cex.own_vectors`); with ``llm`` named too, beside it.
        file: a configuration as JSON in place of a preset: what a search found, or the config.json of a Run.

    Raises:
        LearnError: no such preset or setting, a value that it cannot have, or a file that holds no configuration.
    """
    values = parse_settings(settings)
    readers = [] if llm is None else [str(llm)]
    readers += [] if vectors is None else [f"{OWN_VECTORS}{vectors}"]
    if readers:
        values["cex.llm"] = "+".join(readers)
    if seed is not None:
        values["training.seed"] = seed
    if file is None:
        return preset(preset_name, dataset.split.info.cut).with_settings(values)
    if preset_name != AUTO:
        raise LearnError(f"Both preset {preset_name} and {file} were given.", "Leave out --preset or --config.")
    return read_config(Path(file)).with_settings(values)


def towers_named(tower: str) -> list[Tower]:
    """The item towers that ``--tower`` names: one of `learn.item_towers.ITEM_TOWERS` by its code, or all of them.

    Raises:
        LearnError: there is none of that name.
    """
    if tower == EVERY_TOWER:
        return list(ITEM_TOWERS.entries)
    if tower not in ITEM_TOWERS:
        raise LearnError(f"There is no item tower {tower!r}.", ITEM_TOWERS.choices(EVERY_TOWER))
    return [ITEM_TOWERS[tower]]


def untrainable(dataset: Dataset) -> LearnError | None:
    """Why no item tower can be trained on ``dataset``: its items have one text; None: they can."""
    if not one_text(dataset.items):
        return None
    return LearnError(
        f"All {dataset.n_items:,} items of {dataset.name} have the same text, so an LLM that reads it learns nothing.",
        "Have it read a column in which they differ, for example --map attributes=COLUMN.",
    )


def train_variants(
    workspace: Workspace,
    dataset: Dataset,
    config: Config,
    towers: Sequence[Tower],
    *,
    keep_finished: bool = False,
    progress: Any = None,
    suffix: str = "",
    refit: bool = False,
    told: Collection[str] = (),
) -> list[Run]:
    """Extracts what is missing, then trains one Run per item tower.

    Args:
        workspace: where the content embeddings and the Runs go; it holds ``dataset``.
        dataset: with its split.
        config: of every Run, whatever its tower says; `for_tower` has what differs.
        towers: the item towers.
        keep_finished: a Run that was finished with the same configuration and data is kept as it is.
        progress: where to show progress; None: the terminal.
        suffix: added to every Run's name.
        refit: train each once more on training and validation together, for the number of epochs that did best; what
            that is tells the Run without, which is kept where it was finished with the same configuration and data.
        told: as of `for_tower`.

    Raises:
        LearnError: the LLM cannot be read, the items have one text, or the workspace cannot be written to.
    """
    from learn.cex.extractor import content_embeddings, wording_differences
    from learn.runs.baselines import REFIT_SUFFIX
    from learn.training.train import train_here

    split = dataset.split
    problem = None if config.cex.own_vectors else untrainable(dataset)
    if problem:
        raise problem
    content = content_embeddings(dataset, config.cex, workspace, progress)
    if len(config.cex.encoders) == 1 and not config.cex.own_vectors:
        # kept for `learn.runs.anchors`: typed text is placed by it
        wording_differences(dataset, config.cex, workspace, content.vectors, progress)
    runs = []
    for tower in towers:
        own = for_tower(config, tower, told)
        folder = workspace.run(dataset.name, tower.run_name + suffix)
        kept = finished_run(folder, dataset, split, own, content.key) if keep_finished or refit else None
        runs.append(kept or train_here(workspace, dataset, content, own, folder, progress))
        if refit:
            again = folder.with_name(folder.name + REFIT_SUFFIX)
            kept = finished_run(again, dataset, split, own, content.key) if keep_finished else None
            runs.append(kept or train_here(workspace, dataset, content, own, again, progress, runs[-1]))
    return runs


def draw_maps(
    workspace: Workspace,
    dataset: Dataset,
    runs: Sequence[Run],
    *,
    method: str = "umap",
    again: bool = False,
    progress: Any = None,
) -> dict[str, ItemMap]:
    """Space name -> its `ItemMap`, for every space of ``runs``; what is there is kept.

    Args:
        workspace: where maps of Runs go that lie elsewhere.
        dataset: with its split.
        runs: whose spaces.
        method: umap; or pca, coarser and quick.
        again: draw anew what is there already.
        progress: where to show progress; None: the terminal.

    Raises:
        LearnError: none of the Runs has vectors, or some cannot be read.
    """
    from learn.explore.catalogue import read_catalogue
    from learn.explore.maps.item_maps import make_maps, mapped_items
    from learn.progress import make_progress

    spaces = _spaces_to_map(dataset, runs)
    items = mapped_items(read_catalogue(dataset), dataset.split.training_counts() == 0, allowed=dataset.available)
    progress = progress or make_progress()
    made = make_maps(spaces, spaces[0], dataset, items, workspace, progress, method, again)
    sweep_locks(workspace.runs(dataset.name))  # of a drawing that died when its map was whole
    return made


def _spaces_to_map(dataset: Dataset, runs: Sequence[Run]) -> list[Space]:
    from learn.explore.maps.spaces import find_spaces

    spaces = find_spaces(runs)
    if not spaces:
        raise LearnError(
            f"The Runs of {dataset.name} hold lists only, no vectors to map.", f"Train some: learn train {dataset.name}"
        )
    return spaces


def write_atlas(
    workspace: Workspace, dataset: Dataset, runs: Sequence[Run], path: Path, *, progress: Any = None
) -> int:
    """Writes the Atlas of a dataset to ``path`` as one page that needs neither a server nor a network.

    Args:
        workspace, dataset, runs, progress: as of `draw_maps`; maps that are missing are drawn.

    Returns:
        The file's size in bytes.

    Raises:
        LearnError: none of the Runs has vectors, some cannot be read, or the file cannot be written.
    """
    from learn.explore.atlas.single import make_atlas
    from learn.files import atomic_path

    spaces = _spaces_to_map(dataset, runs)
    maps = draw_maps(workspace, dataset, runs, progress=progress)
    made = make_atlas(dataset, spaces, maps)
    with atomic_path(path) as temporary:
        temporary.write_bytes(made)
    return len(made)
