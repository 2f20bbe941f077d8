"""How fast each way of reading items with the frozen LLM is: python benchmarks/extraction.py

Ways alternate on samples of the default dataset's items, so that a machine that is busy with something else slows all
of them alike. Speed is in tokens of the whole prompts per second, also for a token tree, which computes fewer. Prints
ratios to the plain way (padded batches, float32), and how far bfloat16's vectors are from float32's.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from learn.cex.devices import compute_dtype, pick_device
from learn.cex.extractor import embed_texts, tokenise
from learn.cex.llm import FrozenLLM, load_llm
from learn.cex.prompt import item_prompts
from learn.cex.reader import Reader, tree_is_exact
from learn.cex.token_tree import build_tree, plan_trees
from learn.config import BUNDLED, CEXConfig
from learn.data.completejourney import load_completejourney
from learn.workspace import Workspace


def sampled(plan: list[np.ndarray], count: int, start: int) -> list[np.ndarray]:
    """``count`` batches spread evenly over ``plan``, other ones for another ``start``."""
    step = max(1, len(plan) // count)
    return plan[start % step :: step][:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--llm", default=BUNDLED)
    parser.add_argument("--workspace", type=Path, default=None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=8_192, help="read by each way in each round, about")
    parser.add_argument("--budgets", type=int, nargs="+", default=[1_024, 4_096])
    parser.add_argument("--trees", type=int, nargs="+", default=[256, 512, 1_024])
    arguments = parser.parse_args()

    prompts = list(dict.fromkeys(item_prompts(load_completejourney().items)))
    models = Workspace.at(arguments.workspace).models
    llms: dict[str, tuple[FrozenLLM, CEXConfig]] = {}
    for dtype in ("float32", "bfloat16"):
        cex = CEXConfig(llm=arguments.llm, dtype=dtype)
        start = time.perf_counter()
        llms[dtype] = load_llm(cex, models), cex
        print(f"loading {dtype}: {time.perf_counter() - start:.1f} s", flush=True)
    auto = str(compute_dtype("auto", pick_device())).removeprefix("torch.")
    texts = tokenise(prompts, *llms["float32"]).tokens
    total = sum(map(len, texts))
    print(f"{len(prompts):,} texts, {total:,} tokens; {torch.get_num_threads()} threads; auto is {auto}")
    for limit in arguments.trees:
        nodes = sum(len(build_tree([texts[i] for i in group]).tokens) for group in plan_trees(texts, limit)[::20])
        print(f"trees of {limit}: {nodes / sum(len(texts[i]) for g in plan_trees(texts, limit)[::20] for i in g):.0%}")

    ways: dict[str, tuple[Reader, list[np.ndarray]]] = {}
    for dtype, (llm, cex) in llms.items():
        for budget in arguments.budgets:
            reader = Reader(llm, cex.model_copy(update={"token_budget": budget}), use_tree=False)
            ways[f"{dtype}, padded, {budget}"] = reader, reader.plan(texts)
        if tree_is_exact(llm):
            for limit in arguments.trees:
                ways[f"{dtype}, tree, {limit}"] = Reader(llm, cex, use_tree=True), plan_trees(texts, limit)
    spent = dict.fromkeys(ways, 0.0)
    read = dict.fromkeys(ways, 0)
    for round_ in range(arguments.rounds):
        for name, (reader, plan) in ways.items():
            count = max(1, round(arguments.tokens / (total / len(plan))))
            for batch in sampled(plan, count, 7 + 13 * round_):
                group = [texts[index] for index in batch]
                start = time.perf_counter()
                reader.read(group)
                spent[name] += time.perf_counter() - start
                read[name] += sum(map(len, group))
    plain = next(iter(ways))
    for name in ways:
        speed = read[name] / spent[name]
        ratio = speed / (read[plain] / spent[plain])
        print(f"{name:<28}{speed:>8,.0f} tokens/s{ratio:>7.2f}x   all in {total / speed / 60:.1f} min", flush=True)

    few = prompts[:: len(prompts) // 50][:50]
    exact, fast = (embed_texts(few, *llms[dtype]).astype(np.float64) for dtype in ("float32", "bfloat16"))
    cosine = (exact * fast).sum(axis=1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(fast, axis=1)
    print(f"cosine of bfloat16 to float32 over {len(few)} items: mean {cosine.mean():.6f}, least {cosine.min():.6f}")


if __name__ == "__main__":
    main()
