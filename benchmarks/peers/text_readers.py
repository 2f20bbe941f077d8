"""Other readers of the same weights: python text_readers.py WAY MODEL TEXTS.json VECTORS.npy CLOCK

WAY is "default" or "best" (sentence-transformers in float32 with batches of 32, in bfloat16 with batches of 8; both
sort by length) or "llama-cpp" (MODEL is then its GGUF file). Reads all texts once for every line of its input and
prints the seconds; the vectors of the last time lie in VECTORS.npy.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

MOST_TOKENS = 256


def sentence_transformers_reader(model: str, dtype: str, batch: int) -> Callable[[list[str]], np.ndarray]:
    """[n, D] mean of the last states."""
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(model, device="cpu", model_kwargs={"dtype": dtype})
    encoder.max_seq_length = MOST_TOKENS
    return lambda texts: encoder.encode(texts, batch_size=batch, show_progress_bar=False)


def llama_reader(model: str) -> Callable[[list[str]], np.ndarray]:
    """[n, D] mean of the last states."""
    import os

    import llama_cpp

    threads = int(os.environ["OMP_NUM_THREADS"])
    llama = llama_cpp.Llama(
        model, embedding=True, pooling_type=llama_cpp.LLAMA_POOLING_TYPE_MEAN, n_ctx=4096, n_batch=4096, n_ubatch=4096,
        n_threads=threads, n_threads_batch=threads, verbose=False,
    )  # fmt: skip
    return lambda texts: np.array(llama.embed(texts, truncate=True))


def main() -> None:
    way, model, texts_file, vectors_file, clock = sys.argv[1:]
    texts = json.loads(Path(texts_file).read_text(encoding="utf-8"))
    ways = {
        "default": lambda: sentence_transformers_reader(model, "float32", 32),
        "best": lambda: sentence_transformers_reader(model, "bfloat16", 8),
        "llama-cpp": lambda: llama_reader(model),
    }
    read = ways[way]()
    read(texts[:2])
    now = time.process_time if clock == "cpu" else time.perf_counter
    print("ready", flush=True)
    for _ in sys.stdin:
        start = now()
        vectors = read(texts)
        print("took", now() - start, flush=True)
        np.save(vectors_file, np.asarray(vectors, np.float32))


if __name__ == "__main__":
    main()
