"""The spaces in which items can be near each other: what the LLM says of them, and each Run's item vectors.

What the LLM says is shown standardised, not whitened: whitening makes all far groups equally far, which helps a
dot product to rank and leaves a map nothing to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from learn.cex.store import ContentStore
from learn.config import Preprocessing
from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.explore.metrics.overview import run_labels
from learn.item_towers import ITEM_TOWERS
from learn.pal.preprocessing import ContentPreprocessing, fit_preprocessing
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.runs.vectors import has_popularity_bias, has_vectors, normalise, run_vectors, stored_content_of
from learn.workspace import Workspace

CONTENT = "LLM"
"""The name of the space of content embeddings, as links and lists of choices have it."""


@dataclass(frozen=True)
class Space:
    """One space of item vectors.

    Attributes:
        name: `CONTENT`, or the Run's name: what links carry.
        label: what people read.
        line: one for people who never heard of it.
        run: where the vectors are; for the content space a Run that says how they are prepared.
        is_content: whether it is what the LLM says of the items, before anything was learned.
        unchanged: a sentence on who else uses it as it is; "": nobody.
    """

    name: str
    label: str
    line: str
    run: Run
    is_content: bool = False
    unchanged: str = ""

    @property
    def explanation(self) -> str:
        """The line, and who else uses the space as it is."""
        return f"{self.line} {self.unchanged}".strip()

    @property
    def near(self) -> str:
        """What items that are near each other have in common, in two or three words."""
        return "described alike" if self.is_content else "recommended to the same people"

    @property
    def workspace(self) -> Workspace:
        """The workspace that holds the Run: the user's or the prebuilt demo's."""
        return self.run.workspace


def find_spaces(runs: Sequence[Run]) -> list[Space]:
    """The distinct spaces of ``runs``, content first; a Run that uses content as it is has no space of its own."""
    found = []
    names = {run.name for run in runs}
    keys = list(
        dict.fromkeys(run.info.content_key for run in runs if run.info.content_key and run.info.kind == "learn")
    )
    for key in keys:
        home = _content_home([run for run in runs if run.info.content_key == key and run.info.kind == "learn"])
        if home is not None:
            same = [
                run.info.label for run in runs if run.info.content_key == key and run.info.item_vectors == "content"
            ]
            found.append(
                Space(
                    CONTENT if key == keys[0] and CONTENT not in names else f"{CONTENT}-{key[:6]}",
                    _content_label(home, key) + ("" if len(keys) == 1 else f", {key[:6]}"),
                    "Each dot is a product, before training: near means that the texts say similar things.",
                    home,
                    is_content=True,
                    unchanged=f"{' and '.join(same)} {_use(same)} this map unchanged." if same else "",
                )
            )
    labels = run_labels(runs)
    for run in runs:
        if has_vectors(run) and run.info.item_vectors == "own":
            tower = ITEM_TOWERS.get(run.info.variant)
            how = f" ({tower.plain_name[0].lower()}{tower.plain_name[1:]})" if tower is not None else ""
            explanation = f"The same dots after training{how}: near means recommended to the same people."
            found.append(Space(run.name, labels[run.name], explanation, run))
    return found


def _use(who: list[str]) -> str:
    return "uses" if len(who) == 1 else "use"


def _content_label(run: Run, key: str) -> str:
    """Whose view the content is: the LLM's, or that of whoever brought the vectors."""
    with suppress(LearnError):  # a store that is not there is said where it is read
        if not ContentStore(run.workspace.content(run.info.dataset) / key).has_reader:
            return "Your vectors"
    return "The LLM's view"


def _content_home(runs: list[Run]) -> Run | None:
    """The Run whose preprocessing prepares the content space: one that ranks in it, else any that reads it."""
    prepared = [run for run in runs if (run.path / "preprocessing.safetensors").exists()]
    return min(prepared, key=_reads_content_beside_it, default=None)


def _reads_content_beside_it(run: Run) -> int:
    """0 for a Run with nothing but the content, 1 for one that ranks in the content space, 2 for any other."""
    tower = ITEM_TOWERS.get(run.info.variant)
    if tower is None or tower.own_vectors:
        return 2
    return 1 if tower.trained else 0


def content_view(content: np.ndarray, dataset: Dataset) -> ContentPreprocessing:
    """How the LLM's view scales content embeddings ([N, D_llm]): standardised over the items of the training period."""
    return fit_preprocessing(content[dataset.split.training_counts() > 0], Preprocessing.STANDARDISE)


def space_vectors(space: Space, dataset: Dataset) -> np.ndarray:
    """[N, d] float32 item vectors of length 1, so that a dot product is a cosine.

    A popularity bias, one more dimension that tells how much everybody buys an item, is no direction: it is left out.

    Raises:
        LearnError: vectors or content are missing, damaged, or of another dataset.
    """
    if space.is_content:
        content = stored_content_of(space.run, dataset)
        items = content_view(content, dataset).apply(content)
    else:
        items = _without_popularity_bias(space.run, run_vectors(space.run, dataset)[1])
    return np.ascontiguousarray(normalise(items), dtype=np.float32)


def new_item_directions(space: Space, recommender: Recommender, content: np.ndarray) -> np.ndarray:
    """[n, d] float32 items outside the catalogue in the same dimensions as `space_vectors`, of length 1.

    Args:
        recommender: of the space's own Run; for the content space of any Run that reads that content.
        content: [n, D_llm] raw content embeddings.
    """
    if space.is_content:
        view = content_view(recommender.content, recommender.dataset)
        return normalise(view.apply(content)).astype(np.float32)
    return recommender.directions(recommender.embed_new_items(content)).astype(np.float32)


def user_directions(space: Space, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """([U, d] users, [N, d] items) float32 of the Run that recommends in ``space``, of length 1 or 0 (no history).

    For the content space these are the Run's whitened vectors: where it looks for what is near to a user.

    Raises:
        LearnError: no Run recommends in this space.
    """
    if space.is_content and space.run.info.item_vectors != "content":
        raise LearnError(
            f"No Run recommends in the space {space.label}.", f"Train one: learn train {dataset.name} --tower c"
        )
    parts = (_without_popularity_bias(space.run, part) for part in run_vectors(space.run, dataset))
    users, items = (np.ascontiguousarray(normalise(part), dtype=np.float32) for part in parts)
    return users, items


def _without_popularity_bias(run: Run, vectors: np.ndarray) -> np.ndarray:
    return vectors[:, :-1] if has_popularity_bias(run) else vectors
