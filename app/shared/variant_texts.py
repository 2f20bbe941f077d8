"""What the variants are, in a sentence each, wherever one of them is named."""

from __future__ import annotations

from collections.abc import Sequence

from app.shared import theme
from learn.explore.metrics.overview import run_labels
from learn.runs.run import Run

WHAT = {
    "a": "in training PAL reads a user's later items as one sequence, each seeing those before it. The paper's choice.",
    "b": "PAL reads each later item by itself.",
    "c": "an item is what the language model says of it; only the user side learns.",
    "without-align": "nothing is learned. A user is the average of what the language model says of their items.",
}
BASELINES = {"popularity": "the most bought items, the same for everybody.", "item-knn": "what was bought together."}

LONG = f"""
All of them start from the *same* reading of the items by a frozen language model, and learn users with the *same*
small transformer, PAL. They differ in how an **item** is embedded:

- **(a) sequence to sequence**: {WHAT["a"]}
- **(b) sequence to item**: {WHAT["b"]}
- **(c) no item PAL**: {WHAT["c"]}
- **w/o Align**: {WHAT["without-align"]}

*Popularity* and *Item-kNN* (bought together) read no text: they are there to compare with.
"""


def explain(runs: Sequence[Run]) -> str:
    """Markdown with a line for each of ``runs``: its label, what it is, and the name that commands know it by."""
    labels = run_labels(runs)
    lines = []
    for run in runs:
        what = (WHAT | BASELINES).get(run.info.variant, "")
        lines.append(f"- **{theme.plain(labels[run.name])}**, Run `{run.name}`" + (f": {what}" if what else ""))
    return "\n".join(lines)
