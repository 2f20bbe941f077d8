"""What follows a dataset that changes, without training anew: vectors and lists of its Runs.

The Runs' own folders stay as they were trained. What replaces their vectors and lists lies in the dataset's folder,
which is exchanged as a whole: whoever is interrupted finds the old state or the new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from learn.cex.extractor import embed_texts, tokenise
from learn.cex.llm import load_llm
from learn.cex.prompt import item_prompts
from learn.cex.store import ContentStore, text_hash
from learn.config import CEXConfig
from learn.data.dataset import Dataset
from learn.data.schema import Recommendations
from learn.data.sequences import Sequences, take_users
from learn.data.split import Phase, Split
from learn.errors import LearnError
from learn.evaluation.protocol import LIST_LENGTH, rank_vectors
from learn.files import atomic_folder, write_json
from learn.progress import Progress, make_progress
from learn.retrieval.repeats import Repeat
from learn.runs.baselines import BASELINES
from learn.runs.fitted_again import lists_again
from learn.runs.folder import FOLLOWING, run_stamp
from learn.runs.info import write_table, write_vectors
from learn.runs.lists_file import write_lists
from learn.runs.new_items import readers, reading_settings
from learn.runs.recommender import Recommender
from learn.runs.rivals import content_of
from learn.runs.run import Run
from learn.runs.stored import find_runs
from learn.runs.vectors import embeds, has_vectors
from learn.tensor_files import save_tensors
from learn.workspace import Workspace

Lists = Mapping[str, tuple[np.ndarray, np.ndarray]]


def store_change(
    workspace: Workspace, old: Dataset, new: Dataset, progress: Progress | None = None
) -> list[tuple[str, LearnError | None]]:
    """Stores ``new`` in the place of ``old``, with what its Runs become; only texts that are new are read.

    Args:
        workspace: holds ``old`` and its Runs.
        old: as it is stored; new: of `learn.data.changes`.
        progress: where to show progress; None: the terminal.

    Returns:
        (Run, None), or why that Run cannot follow and what to do: it is refused until then.

    Raises:
        LearnError: the workspace cannot be written to; everything is then as before.
    """
    progress = progress or make_progress()
    found: list[tuple[str, LearnError | None]] = []
    new = replace(new, folder=None)  # what is with a stored one is of the state before
    up_to_date = {run.name: run for run in find_runs(workspace, old).usable}
    with atomic_folder(workspace.dataset(new.name)) as temporary:
        new.write(temporary)
        runs = find_runs(workspace, new).usable
        with progress.task("Following the change", total=len(runs), unit="Runs") as bar:
            for run in runs:
                try:
                    _follow(run, up_to_date.get(run.name), new, temporary / FOLLOWING / run.name, workspace)
                    found.append((run.name, None))
                except LearnError as problem:
                    found.append((run.name, problem))
                bar.update(1)
    return found


def _follow(run: Run, before: Run | None, new: Dataset, folder: Path, workspace: Workspace) -> None:
    """Writes the files that replace those of ``run``; following.json, the last one, says that they are whole.

    Args:
        run: with ``new``; before: the same with the dataset as it was, None where it did not follow that.
    """
    folder.mkdir(parents=True)
    if embeds(run):
        _read_new_texts(run, new)
        earlier, after = None if before is None else before.recommender, Recommender(run, new)
        items, rows = _items(earlier, after, new)
        users = _users(earlier, after, new, rows)
        write_vectors(folder / "user_vectors.safetensors", users, "float32")
        if run.info.item_vectors == "own":
            write_vectors(folder / "item_vectors.safetensors", items, "float32")
        elif after.has_popularity_bias:
            tensors = run.tensors("preprocessing") | {"prior": np.ascontiguousarray(items[:, -1])}
            save_tensors(folder / "preprocessing.safetensors", tensors)
        lists = _ranked(users, items, new, run.info.repeat_bias)
    elif run.info.variant in BASELINES:
        lists = _counted(run, new, workspace)
    elif has_vectors(run):
        raise LearnError(
            f"Run {run.name} has vectors that nothing here can make for new items.", f"Make it again on {new.name}."
        )
    else:
        lists = None
    if lists is not None:
        write_lists(folder / "recommendations.parquet", lists, new)
    else:  # another system's lists: without what is out of stock
        table = (before or run).recommendations
        shown = new.available[new.item_index.get_indexer(table[Recommendations.ITEM])]
        write_table(folder / "recommendations.parquet", table[shown])
    write_json(folder / "following.json", {"run": run_stamp(run), "fingerprint": new.fingerprint})


def _read_new_texts(run: Run, new: Dataset) -> None:
    """Lets the LLM read what the Run's content store lacks of ``new``, and keeps it there."""
    for cex, store in readers(run):
        _read_into(run, new, cex, store)


def _read_into(run: Run, new: Dataset, cex: CEXConfig, store: ContentStore) -> None:
    there = store.load()[0]
    missing = [text for text in dict.fromkeys(item_prompts(new.items)) if text_hash(text) not in there]
    if not missing:
        return
    if run.workspace == Workspace.prebuilt():
        raise LearnError(
            f"Run {run.name} is the prebuilt demo's, where nothing is written.",
            f"Train your own: learn train {new.name}",
        )
    cex = cex.model_copy(update={"dtype": reading_settings(run).dtype})
    llm = load_llm(cex, run.models)
    vectors, lengths = embed_texts(missing, llm, cex), tokenise(missing, llm, cex).whole
    with store.locked():
        store.append(missing, vectors, lengths)


def _items(before: Recommender | None, after: Recommender, new: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """[N, d] item vectors, and the indices of those that were made now: new items, and texts that changed."""
    if before is None:
        rows = np.arange(new.n_items)
        return after.embed_catalogue(rows), rows
    old = before.dataset
    texts = np.array(item_prompts(new.items), dtype=object)
    changed = np.ones(len(texts), dtype=bool)
    changed[: old.n_items] = texts[: old.n_items] != np.array(item_prompts(old.items), dtype=object)
    rows = np.flatnonzero(changed)
    items = np.zeros((len(texts), before.items.shape[1]), dtype=np.float32)
    items[: old.n_items] = before.items
    if len(rows):
        items[rows] = after.embed_catalogue(rows)
    return items, rows


def _users(before: Recommender | None, after: Recommender, new: Dataset, rows: np.ndarray) -> np.ndarray:
    """[U, d] user vectors: made now for whoever has newer events, or has an item whose text changed."""
    history = new.split.now.history(Phase.TEST)
    if before is None:
        return after.embed_histories(history)
    earlier = before.history
    users = np.zeros((len(history), before.users.shape[1]), dtype=np.float32)
    users[: len(earlier)] = before.users
    again = np.ones(len(history), dtype=bool)
    again[: len(earlier)] = history.lengths[: len(earlier)] != earlier.lengths
    again[np.unique(history.users[np.isin(history.items, rows)])] = True
    chosen = np.flatnonzero(again & (history.lengths > 0))
    if len(chosen):
        users[chosen] = after.embed_histories(take_users(history, chosen))
    return users


def _ranked(users: np.ndarray, items: np.ndarray, new: Dataset, repeat: Repeat) -> Lists:
    """The lists of everybody, of what is in stock."""
    shown = np.flatnonzero(new.available)
    split = _as_answered(new)
    place = np.full(new.n_items, -1, dtype=np.int32)
    place[shown] = np.arange(len(shown))
    kept = new.available[split.sequences.items]
    left = split.sequences.keep(kept)
    among = Split(split.info, Sequences(place[left.items], left.offsets, left.times), split.codes[kept], len(shown))
    ranked = rank_vectors(users, items[shown], among, repeat=repeat)
    return {name: (np.where(best >= 0, shown[best], -1), scores) for name, (best, scores) in ranked.items()}


def _as_answered(new: Dataset) -> Split:
    """The split as answers see it; nobody asks for a list of an item-cold split's items alone."""
    split = new.split.now
    return replace(split, info=replace(split.info, cold_seed=None))


def _counted(run: Run, new: Dataset, workspace: Workspace) -> Lists:
    """A reference's lists, fitted anew as it was tuned over all that is known, of what is in stock."""
    gone, content = int((~new.available).sum()), None
    if BASELINES[run.info.variant].reference.reads_content:
        content = content_of(workspace, new, run.info.content_key)
        if content is None:
            raise LearnError(
                f"Run {run.name} reads texts of {new.name} that are not there.", f"learn extract {new.name}"
            )
    vectors = None if content is None else content.vectors
    ranked = lists_again(run, new, _as_answered(new), vectors, min(new.n_items, LIST_LENGTH + gone))
    found = {}
    for name, (items, scores) in ranked.items():
        shown = (items >= 0) & new.available[items]
        order = np.argsort(~shown, axis=1, kind="stable")[:, :LIST_LENGTH]
        best, there = np.take_along_axis(items, order, 1), np.take_along_axis(shown, order, 1)
        found[name] = (np.where(there, best, -1), np.where(there, np.take_along_axis(scores, order, 1), -np.inf))
    return found
