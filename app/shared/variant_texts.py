"""What the variants are, in a sentence each, wherever one of them is named."""

from __future__ import annotations

from collections.abc import Sequence

from app.shared import theme
from learn.errors import LearnError
from learn.explore.metrics.overview import run_labels
from learn.explore.metrics.result import gloss
from learn.item_towers import ITEM_TOWERS
from learn.runs.baselines import BASELINES
from learn.runs.folder import RunFolder
from learn.runs.run import Run

QUESTION = "What are these variants?"


def all_variants() -> str:
    """Markdown with a line for every item tower and every baseline that there is."""
    towers = "\n".join(
        f"- **{theme.plain(tower.label)}** ({tower.plain_name[0].lower()}{tower.plain_name[1:]}): {tower.explanation}"
        for tower in ITEM_TOWERS.entries
    )
    baselines = "\n".join(f"- **{theme.plain(one.label)}**: {one.explanation}" for one in BASELINES.entries)
    return f"""
All of them start from the *same* reading of the items by a frozen language model, and learn users with the *same*
small transformer, PAL. They differ in how an **item** is embedded:

{towers}

Others read no text and are there to compare with:

{baselines}
"""


def explain(runs: Sequence[Run]) -> str:
    """Markdown with a line for each of ``runs``: its label, what it is, and the name that commands know it by."""
    labels = run_labels(runs)
    lines = []
    for run in runs:
        entry = ITEM_TOWERS.get(run.info.variant) or BASELINES.get(run.info.variant)
        what = "" if entry is None else f": {entry.explanation}"
        lines.append(f"- **{theme.plain(labels[run.name])}**, Run `{run.name}`{what}{_training(run)}")
    return "\n".join(lines)


def in_plain_words(run: RunFolder) -> str:
    """What an item tower is, for people who never read the paper; "" of what is none."""
    tower = ITEM_TOWERS.get(run.info.variant)
    return "" if tower is None else tower.plain_name


def is_untrained(run: RunFolder) -> bool:
    """Whether it is an item tower of which nothing was trained: the untrained text."""
    tower = ITEM_TOWERS.get(run.info.variant)
    return tower is not None and not tower.trained


def under_label(run: RunFolder) -> str:
    """What any Run is, below its label: `in_plain_words` of an item tower; "" where nothing is known."""
    if run.info.kind == "blend":
        tower, plus, counts = run.info.label.partition(" + counts")
        return f"{tower}’s score plus who bought what" if plus and not counts else "The scores of both added up"
    words = in_plain_words(run) or gloss(run)
    return words[:1].upper() + words[1:]


def _training(run: Run) -> str:
    """A sentence on what a trained Run's towers were trained to do; "" for another Run, or one that does not say."""
    tower = ITEM_TOWERS.get(run.info.variant)
    if tower is None or not tower.trained:
        return ""
    try:
        return f" Trained on: {run.config.training_setup}."
    except LearnError:  # damaged, or of an objective that is not registered here: said where it is needed
        return ""
