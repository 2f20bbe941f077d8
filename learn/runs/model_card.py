"""The card of an exported model: what it was trained on, how good it is, what it cannot do."""

from __future__ import annotations

import pandas as pd

from learn.cex.store import KEY_SEPARATOR, ContentStore
from learn.config import Inputs
from learn.data.schema import Metrics, Recommendations, Slices
from learn.data.split import SplitInfo
from learn.evaluation.metrics import METRICS
from learn.evaluation.protocol import default_k
from learn.runs.run import Run

FEW_USERS = 30

ABOUT_ONNX = """
## ONNX

`item_tower.onnx` takes `content` [n, D_llm] and gives `vectors` [n, d]. `user_tower.onnx` takes `content`
[B, H, D_llm], histories padded behind, and `lengths` [B], and gives `vectors` [B, d]. Where item IDs are read both
take `items` too (int64, the catalogue's indices, -1 for a new item). Content embeddings go in as the LLM gives them:
the preprocessing is inside.
"""


def model_card(run: Run) -> str:
    """README.md of the model folder, in Markdown with the head that Hugging Face reads."""
    dataset, info, config = run.dataset, run.info, run.config
    split = SplitInfo.parse(info.split)
    made = ", ".join(f"{name} {version}" for name, version in info.made.items())
    return f"""---
library_name: learn-explorer
tags: [recommendation, learn, pytorch_model_hub_mixin]
---

# {info.label}, trained on {dataset.name}

Item and user towers of [LEARN](https://arxiv.org/abs/2405.03988): content embeddings of a frozen LLM go in, embeddings
whose inner product is a score come out. The LLM itself is not in this folder.

```python
from learn.runs.model_folder import LearnModel

model = LearnModel.from_pretrained("model")
items = model.embed_items(content)  # [n, {run.recommender.content.shape[1]}] -> [n, {run.recommender.items.shape[1]}]
user = model.embed_history(content)  # of the items that somebody had, the oldest first
```

## Data

{len(dataset.user_ids):,} users, {dataset.n_items:,} items, {len(dataset.interactions):,} events; version
`{info.dataset_fingerprint}`. Split: {split.words}. Items are read as text by {_readers(run)}.

## Metrics

On the test target, with 95% intervals over users.

{_metrics(run)}

## Limits

{_limits(run)}

Seed {info.seed}, {info.trainable_parameters:,} parameters, preset settings in `config.json`. Made with {made}.
Item tower: {info.variant}; history of up to {config.sampling.history_length} items at once.
"""


def _readers(run: Run) -> str:
    found = []
    for key in str(run.info.content_key).split(KEY_SEPARATOR):
        settings = ContentStore(run.workspace.content(run.info.dataset) / key).settings
        what = (f"{name.replace('_', ' ')} {settings[name]}" for name in ("prompt_version", "pooling", "max_tokens"))
        found.append(f"{settings['llm']} ({', '.join(what)})")
    return " and ".join(found)


def _metrics(run: Run) -> str:
    rows = run.metrics
    rows = rows[(rows[Metrics.K] == default_k(run.dataset.n_items)) & (rows[Metrics.SLICE] == Slices.WHOLE)]
    told = [metric.code for metric in METRICS.entries if metric.in_terminal != "never"]
    among = {
        Recommendations.ALL_CANDIDATES: "all items",
        Recommendations.UNSEEN: "unseen items",
        Recommendations.COLD: "items left out of training",
    }
    lines = ["| metric | among | mean | 95% | users |", "|---|---|---|---|---|"]
    for row in rows[rows[Metrics.METRIC].isin(told)].itertuples():
        interval = "–" if pd.isna(row.low) else f"{row.low:.4f} to {row.high:.4f}"
        label = METRICS[str(row.metric)].label
        lines.append(f"| {label}@{row.k} | {among[str(row.among)]} | {row.mean:.4f} | {interval} | {row.n_users:,} |")
    return "\n".join(lines)


def _limits(run: Run) -> str:
    config, recommender = run.config, run.recommender
    limits = [
        "It reads content embeddings of that LLM, prompt and pooling only; others give numbers without a meaning.",
        "Scores compare items for one user, not users with each other.",
        f"A history of more than {config.sampling.history_length} items is read in parts whose embeddings are averaged"
        " (`embed_history` does it; the ONNX user tower reads one part)."
        + (" Of an item that comes again the latest event counts." if config.sampling.distinct_history else ""),
        "A user vector of zeros means that nothing is known of that user.",
    ]
    if recommender.has_popularity_bias:
        limits.append("The last dimension is the popularity bias: leave it out to ask what is alike.")
    if repeat := run.info.repeat_bias:
        often = ""
        if repeat.slope:
            lately = f", where an event counts half every {repeat.half_life:g} days" if repeat.half_life else ""
            often = f" and {repeat.slope:.4f} times the logarithm of how often it does{lately}"
        limits.append(
            f"The scores of items that the history holds get {repeat.constant:.4f}{often} added "
            "(repeat-consumption bias)."
        )
    if config.pal.inputs is not Inputs.TEXT:
        limits.append("Items are known by ID: new ones are read by what their text says, if at all.")
    users = int(run.metrics[Metrics.N_USERS].max())
    if users < FEW_USERS:
        limits.append(f"It was evaluated on {users} users: too few to say how good it is.")
    return "\n".join(f"- {limit}" for limit in limits)
