"""CEX: what the frozen LLM says of each item, read once per distinct text and kept (SPEC, section 2)."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from learn.cex.batching import plan_batches
from learn.cex.devices import compute_dtype, pick_device
from learn.cex.language import ENGLISH, language_note
from learn.cex.llm import FrozenLLM, llm_identity, load_llm
from learn.cex.own_vectors import read_own_vectors, vectors_identity
from learn.cex.prompt import PROMPT_VERSION, item_prompt, item_prompts
from learn.cex.read_before import take_read_before
from learn.cex.reader import finite, read_batch
from learn.cex.reading import Engine, Reading
from learn.cex.rewording import rewordings
from learn.cex.store import KEY_SEPARATOR, OWN, ContentStore, store_key, text_hash
from learn.cex.tokenising import tokenise, truncated_table
from learn.config import CEXConfig
from learn.data.dataset import Dataset
from learn.errors import LearnError, Note
from learn.progress import Progress, make_progress
from learn.scratch import is_large, join_columns
from learn.workspace import Workspace

SECONDS_PER_SHARD = 5.0
"""At most this much reading is lost to a kill."""
LIVE_TOKENS = 512
"""Texts of so many tokens in all are read while somebody waits: on one thread (`one_thread`)."""
_live = threading.Lock()


@dataclass(frozen=True)
class ContentEmbeddings:
    """E^c of every item.

    Attributes:
        vectors: [N, D_llm] float32, in the order of the Dataset's items.
        key: the store's, for `learn.cex.store.stored_content`; of several LLMs, theirs joined.
        truncated: one row per item whose prompt was cut: item_id, title, tokens (of the whole prompt; of a very long
            one, of what was tokenised), kept.
        tokens: tokens of the texts that were read now, each distinct text once.
        seconds: that the reading took, with loading the LLM.
        n_read: distinct texts that were read now.
    """

    vectors: np.ndarray
    key: str
    truncated: pd.DataFrame
    tokens: int = 0
    seconds: float = 0.0
    n_read: int = 0


def content_settings(cex: CEXConfig) -> dict[str, object]:
    """Everything that decides one LLM's content embedding's value; its hash is the store's key."""
    if cex.own_vectors:
        return {OWN: vectors_identity(cex.own_vectors)}
    return {
        "llm": llm_identity(cex),
        "prompt_version": PROMPT_VERSION,
        "pooling": cex.pooling.value,
        "max_tokens": cex.max_tokens,
        "dtype": str(compute_dtype(cex.dtype, pick_device())).removeprefix("torch."),
    }


def content_embeddings(
    dataset: Dataset,
    cex: CEXConfig,
    workspace: Workspace,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> ContentEmbeddings:
    """Content embeddings of all items of ``dataset``; only texts that the store lacks are read.

    A kill loses a few seconds' work: the next call plans the same batches and skips what is stored. Where ``cex`` names
    several LLMs each has a store of its own; their embeddings are joined, and so are the stores' keys.

    What the user should know of the result is given as a warning (`learn.errors.Note`).

    Args:
        engine: reads the batches elsewhere (`learn.cex.engines`); None: this process does.

    Raises:
        LearnError: an LLM cannot be loaded, a file of vectors does not fit the items, the disk is full, or another
            process is reading the same items.
    """
    found = [
        _brought(dataset, one, workspace) if one.own_vectors else _one_reader(dataset, one, workspace, progress, engine)
        for one in cex.encoders
    ]
    if len(found) == 1:
        return found[0]
    return ContentEmbeddings(
        join_columns([part.vectors for part in found]),
        KEY_SEPARATOR.join(part.key for part in found),
        pd.concat([part.truncated for part in found], ignore_index=True),
        sum(part.tokens for part in found),
        sum(part.seconds for part in found),
        max(part.n_read for part in found),
    )


def wording_differences(
    dataset: Dataset, cex: CEXConfig, workspace: Workspace, content: np.ndarray, progress: Progress | None = None
) -> np.ndarray:
    """[m, D_llm] what becomes of items' embeddings when they are said in other words (`learn.cex.rewording`).

    Only items of the training period are said anew; what the LLM reads of them is kept in the same stores.

    Args:
        content: [N, D_llm] of ``dataset`` (`content_embeddings`).

    Raises:
        LearnError: as `content_embeddings`.
    """
    if any(reader.own_vectors for reader in cex.encoders):
        raise LearnError(
            f"pal.wording needs items that are read in other words, and the vectors of {cex.llm} have no reader.",
            "Leave it out: --set pal.wording=0",
        )
    rows, prompts = rewordings(dataset.items, dataset.split.training_counts() > 0)
    stores = [_filled(prompts, dataset.name, reader, workspace, progress)[0] for reader in cex.encoders]
    read = np.concatenate([store.vectors_for(prompts) for store in stores], axis=1)
    differences: np.ndarray = read - content[rows]
    return differences


def _brought(dataset: Dataset, cex: CEXConfig, workspace: Workspace) -> ContentEmbeddings:
    started = time.monotonic()
    path, settings = cex.own_vectors or Path(), content_settings(cex)
    own = read_own_vectors(path, dataset)
    store = ContentStore.create(workspace.content(dataset.name) / store_key(settings), settings)
    names = store.names_of(dataset)
    with store.locked():
        if not store.holds(names, drop_damaged=True):
            store.append(names, own.vectors, [0] * len(names))
            store.compact()
    if own.extra:
        warnings.warn(Note(f"{path} has vectors of {own.extra:,} other items too; they are left out."), stacklevel=3)
    truncated = truncated_table(dataset, np.zeros(len(names), np.int32), cex.max_tokens)
    vectors = store.vectors_for(names) if is_large(own.vectors.nbytes) else own.vectors
    return ContentEmbeddings(vectors, store.folder.name, truncated, seconds=time.monotonic() - started)


def _one_reader(
    dataset: Dataset, cex: CEXConfig, workspace: Workspace, progress: Progress | None, engine: Engine | None
) -> ContentEmbeddings:
    started = time.monotonic()
    prompts = item_prompts(dataset.items)
    store, n_read, tokens, llm = _filled(prompts, dataset.name, cex, workspace, progress, engine)
    vectors, lengths = store.vectors_for(prompts), store.lengths_for(prompts)
    if llm is not None:
        usual = embed_texts([item_prompt(title) for title in ENGLISH], llm, cex)
        if note := language_note(prompts, vectors, llm, cex.llm, usual):
            warnings.warn(Note(note), stacklevel=3)
    truncated = truncated_table(dataset, lengths, cex.max_tokens)
    return ContentEmbeddings(vectors, store.folder.name, truncated, tokens, time.monotonic() - started, n_read)


def _filled(
    prompts: Sequence[str],
    dataset: str,
    cex: CEXConfig,
    workspace: Workspace,
    progress: Progress | None,
    engine: Engine | None = None,
) -> tuple[ContentStore, int, int, FrozenLLM | None]:
    """One LLM's store of ``dataset`` with all of ``prompts`` in it; how many were read now, of how many tokens, and the
    LLM, if any were."""
    progress = progress or make_progress()
    cex, settings = _as_kept(cex, workspace.content(dataset))
    store = ContentStore.create(workspace.content(dataset) / store_key(settings), settings)
    tokens, llm = 0, None
    with store.locked():
        rows, *_ = store.load(drop_damaged=True)
        distinct = list(dict.fromkeys(prompts))
        known = rows.keys() | take_read_before(store, [one for one in distinct if text_hash(one) not in rows])
        missing = [text_hash(prompt) not in known for prompt in distinct]
        if any(missing):
            llm = load_llm(cex, workspace.models, pick_device())
            tokens = _read_missing(store, distinct, np.array(missing), llm, cex, progress, engine or _here)
        store.compact()
    return store, sum(missing), tokens, llm


def _as_kept(cex: CEXConfig, stores: Path) -> tuple[CEXConfig, dict[str, object]]:
    """How to read, and into which of ``stores``: with ``dtype`` auto, into the one that is there.

    Both number formats say the same of a text (cosine .9999), and what a processor with bfloat16 has read is not read
    again on one without: that reads in float32 what is missing there. Into a store of float32 everybody reads so.
    """
    settings = content_settings(cex)
    other = settings | {"dtype": "float32" if settings.get("dtype") == "bfloat16" else "bfloat16"}
    own, others = ((stores / store_key(one)).exists() for one in (settings, other))
    if cex.dtype != "auto" or own or not others:
        return cex, settings
    return cex if other["dtype"] == "bfloat16" else cex.model_copy(update={"dtype": "float32"}), other


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch computes on one thread inside.

    Of a text or two the weights' way through memory takes the time, not the products: more threads gain next to
    nothing, and beside other work (a browser, another page) they wait for each other, several times as long.
    """
    with _live:  # the number of threads is the process's: two at once would each take the other's 1 for what it was
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def embed_texts(prompts: Sequence[str], llm: FrozenLLM, cex: CEXConfig) -> np.ndarray:
    """[n, D_llm] float32 content embeddings of ``prompts``, nothing stored; a repeated text is read once.

    Raises:
        LearnError: ``cex.max_tokens`` is more than the LLM can read.
    """
    distinct = list(dict.fromkeys(prompts))
    if not distinct:
        return np.zeros((0, llm.hidden_size), np.float32)
    texts = tokenise(distinct, llm, cex).tokens
    vectors = np.zeros((len(distinct), llm.hidden_size), np.float32)
    with one_thread() if sum(map(len, texts)) <= LIVE_TOKENS else nullcontext():
        for batch in _plan(texts, llm, cex):
            vectors[batch] = _read([texts[index] for index in batch], llm, cex)
    place = {prompt: row for row, prompt in enumerate(distinct)}
    return vectors[[place[prompt] for prompt in prompts]]


def _read_missing(
    store: ContentStore,
    prompts: list[str],
    missing: np.ndarray,
    llm: FrozenLLM,
    cex: CEXConfig,
    progress: Progress,
    engine: Engine,
) -> int:
    # Planned over all texts, also those already stored: after a kill the batches are the same, and so the vectors.
    tokenised = tokenise(prompts, llm, cex)
    texts = tokenised.tokens
    batches = [wanted for batch in _plan(texts, llm, cex) if len(wanted := batch[missing[batch]])]
    reading = Reading([[texts[index] for index in batch] for batch in batches], llm, cex)
    names: list[str] = []
    parts: list[np.ndarray] = []
    lengths: list[int] = []
    saved = time.monotonic()
    total = sum(len(text) for text, wanted in zip(texts, missing, strict=True) if wanted)
    with progress.task(f"Reading {int(missing.sum()):,} texts", total=total, unit="tokens") as bar:
        for number, vectors in engine(reading):
            parts.append(vectors)
            names += [prompts[index] for index in batches[number]]
            lengths += [tokenised.whole[index] for index in batches[number]]
            if time.monotonic() - saved >= SECONDS_PER_SHARD:
                store.append(names, np.concatenate(parts), lengths)
                names, parts, lengths, saved = [], [], [], time.monotonic()
            bar.update(sum(map(len, reading.batches[number])))
        if names:
            store.append(names, np.concatenate(parts), lengths)
    return total


def _here(reading: Reading) -> Iterator[tuple[int, np.ndarray]]:
    for number, texts in enumerate(reading.batches):
        yield number, _read(texts, reading.llm, reading.cex)


def _plan(texts: list[list[int]], llm: FrozenLLM, cex: CEXConfig) -> list[np.ndarray]:
    return plan_batches([len(text) for text in texts], cex.token_budget, not llm.pads)


def _read(texts: list[list[int]], llm: FrozenLLM, cex: CEXConfig) -> np.ndarray:
    return finite(read_batch(llm, texts, cex.pooling), llm)
