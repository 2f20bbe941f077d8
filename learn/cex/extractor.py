"""CEX: every distinct prompt is read once by the frozen LLM; the mean of its token states is the content embedding.

What makes it quick: batches of one length, the shared beginning of all prompts read once (exact in a causal model),
bfloat16 where the processor computes in it. What makes it safe: a shard on disk every few seconds.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch

from learn.cex.batching import plan_batches
from learn.cex.devices import compute_dtype, pick_device
from learn.cex.llm import FrozenLLM, load_llm
from learn.cex.pooling import pool
from learn.cex.prompt import item_prompts
from learn.cex.store import ContentStore, content_key, content_settings
from learn.config import CEXConfig, Pooling
from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.files import sweep_partial
from learn.progress import make_progress
from learn.workspace import Workspace

SECONDS_PER_SHARD = 5.0
CHARACTERS_PER_TOKEN = 16
"""Text beyond this many characters per allowed token is not even tokenised."""


@dataclass(frozen=True)
class ContentEmbeddings:
    """What extraction gives.

    Attributes:
        vectors: [N, D_llm] float32, one row per item of the dataset.
        key: the content store's.
        truncated: item_id and tokens of the items whose prompt was cut.
        tokens, seconds, n_read: of this call; 0 where everything was stored already.
    """

    vectors: np.ndarray
    key: str
    truncated: pd.DataFrame
    tokens: int
    seconds: float
    n_read: int


def tokenise(prompts: list[str], llm: FrozenLLM, max_tokens: int) -> tuple[list[list[int]], np.ndarray]:
    """Token ids, cut at ``max_tokens``, and [n] the length before the cut (at least that, for very long texts)."""
    limit = max_tokens * CHARACTERS_PER_TOKEN
    found = llm.tokenizer([prompt[:limit] for prompt in prompts], add_special_tokens=not llm.is_causal)["input_ids"]
    lengths = np.array([len(ids) for ids in found])
    return [ids[:max_tokens] for ids in found], lengths


def common_prefix(sequences: list[list[int]]) -> int:
    """How many first tokens all ``sequences`` share, at least one token of each left over."""
    if len(sequences) < 2:
        return 0
    first, last = min(sequences), max(sequences)
    limit = min(map(len, sequences)) - 1
    count = 0
    while count < limit and first[count] == last[count]:
        count += 1
    return count


class Reader:
    """Runs the frozen LLM over batches of token ids that begin with the same ``prefix``."""

    def __init__(self, llm: FrozenLLM, prefix: list[int], pooling: Pooling) -> None:
        self.llm, self.prefix, self.pooling = llm, prefix if llm.is_causal else [], pooling
        self.prefix_sum: torch.Tensor | None = None
        if self.prefix:
            with torch.inference_mode():
                ids = torch.tensor([self.prefix], device=llm.device)
                answer = llm.model(input_ids=ids, use_cache=True)
            self._layers = [(layer.keys, layer.values) for layer in answer.past_key_values.layers]
            self.prefix_sum = answer.last_hidden_state[0].float().sum(dim=0)

    @torch.inference_mode()
    def read(self, sequences: list[list[int]]) -> np.ndarray:
        """[B, D_llm] float32 for B whole token sequences, the prefix included."""
        from transformers import DynamicCache

        skip = len(self.prefix)
        rest = [ids[skip:] for ids in sequences]
        longest = max(map(len, rest))
        ids = torch.zeros(len(rest), longest, dtype=torch.long)
        mask = torch.zeros(len(rest), longest, dtype=torch.bool)
        for row, values in enumerate(rest):
            ids[row, : len(values)] = torch.tensor(values)
            mask[row, : len(values)] = True
        ids, mask = ids.to(self.llm.device), mask.to(self.llm.device)
        options: dict[str, Any] = {}
        if skip:
            cache = DynamicCache()
            for place, (keys, values) in enumerate(self._layers):
                shape = (len(rest), -1, -1, -1)
                cache.update(keys.expand(shape), values.expand(shape), place)
            options = {"past_key_values": cache, "use_cache": True}
        elif self.llm.is_causal:
            options = {"use_cache": False}
        seen = torch.cat([torch.ones(len(rest), skip, dtype=torch.bool, device=mask.device), mask], dim=1)
        states = self.llm.model(input_ids=ids, attention_mask=seen.long(), **options).last_hidden_state
        return pool(states, mask, self.pooling, self.prefix_sum, skip).cpu().numpy()


def embed_texts(prompts: list[str], llm: FrozenLLM, cex: CEXConfig) -> np.ndarray:
    """[n, D_llm] float32 for a few prompts, live, by the same path as the extraction."""
    sequences, _ = tokenise(prompts, llm, cex.max_tokens)
    reader = Reader(llm, [], cex.pooling)
    out = np.zeros((len(prompts), llm.hidden_size), dtype=np.float32)
    for batch in plan_batches([len(ids) for ids in sequences], cex.token_budget):
        out[batch] = reader.read([sequences[place] for place in batch])
    return out


def extract(
    prompts: list[str], llm: FrozenLLM, store: ContentStore, cex: CEXConfig, progress: Any
) -> tuple[int, int, np.ndarray]:
    """Reads what ``store`` lacks of the distinct ``prompts`` and stores it.

    Batches are planned over all prompts and finished ones skipped, so that what is left after a kill is read in the
    same company, and gives the same bits, as in a run that nothing stopped.

    Returns:
        Tokens and prompts read now, and [n] the token count of every prompt before the cut.
    """
    distinct = list(dict.fromkeys(prompts))
    sequences, lengths = tokenise(distinct, llm, cex.max_tokens)
    done = store.has(distinct)
    batches = plan_batches([len(ids) for ids in sequences], cex.token_budget)
    left = [batch[~done[batch]] if not done[batch].all() else batch[:0] for batch in batches]
    tokens = n_read = 0
    if not done.all():
        reader = Reader(llm, sequences[0][: common_prefix(sequences)], cex.pooling)
        total = int(sum(len(sequences[place]) for batch in left for place in batch))
        waiting: list[tuple[np.ndarray, np.ndarray]] = []
        saved_at = time.monotonic()

        def save() -> None:
            chosen = np.concatenate([places for places, _ in waiting])
            store.add([distinct[place] for place in chosen], np.concatenate([vectors for _, vectors in waiting]))
            waiting.clear()

        with progress.task("Reading items", total=total, unit="tokens") as bar:
            for batch in left:
                if not len(batch):
                    continue
                waiting.append((batch, reader.read([sequences[place] for place in batch])))
                amount = sum(len(sequences[place]) for place in batch)
                tokens, n_read = tokens + amount, n_read + len(batch)
                if time.monotonic() - saved_at > SECONDS_PER_SHARD:
                    save()
                    saved_at = time.monotonic()
                bar.update(amount, items=f"{n_read:,}")
            if waiting:
                save()
        store.compact()
    place_of = {prompt: place for place, prompt in enumerate(distinct)}
    return tokens, n_read, lengths[[place_of[prompt] for prompt in prompts]]


def content_embeddings(
    dataset: Dataset, cex: CEXConfig, workspace: Workspace, progress: Any = None
) -> ContentEmbeddings:
    """The content embeddings of a dataset's items, from the workspace's store; what it lacks is read first.

    Raises:
        LearnError: the LLM cannot be loaded, or the store cannot be written.
    """
    progress = progress or make_progress()
    device = pick_device()
    dtype = compute_dtype(cex.dtype, device)
    prompts = item_prompts(dataset.items)
    llm = load_llm(cex, workspace.models, device, dtype)
    settings = content_settings(cex, llm.identity, str(dtype).removeprefix("torch."))
    key = content_key(settings)
    folder = workspace.content(dataset.name) / key
    if folder.exists():
        sweep_partial(folder)
    store = ContentStore(folder, settings)
    began = time.monotonic()
    tokens, n_read, lengths = extract(prompts, llm, store, cex, progress)
    cut = np.flatnonzero(lengths > cex.max_tokens)
    truncated = pd.DataFrame({Items.ID: dataset.item_ids[cut], "tokens": lengths[cut]})
    return ContentEmbeddings(store.vectors_for(prompts), key, truncated, tokens, time.monotonic() - began, n_read)
