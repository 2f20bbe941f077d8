"""How fast each way of reading items with the frozen LLM is: python benchmarks/extraction.py

Ways alternate on samples of the default dataset's items, so that a machine that is busy with something else slows all
of them alike. Prints ratios to the first way (float32, the smallest budget), and how far bfloat16's vectors are from
float32's.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from learn.cex.batching import plan_batches
from learn.cex.devices import compute_dtype, pick_device
from learn.cex.extractor import embed_texts, tokenise
from learn.cex.llm import FrozenLLM, load_llm
from learn.cex.prompt import item_prompts
from learn.cex.reader import read_batch
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
    parser.add_argument("--budgets", type=int, nargs="+", default=[1_024, 4_096, 16_384])
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

    lengths = [len(text) for text in texts]
    plans = {budget: plan_batches(lengths, budget) for budget in arguments.budgets}
    ways = {f"{dtype}, {budget}": (*llms[dtype], plan) for dtype in llms for budget, plan in plans.items()}
    spent = dict.fromkeys(ways, 0.0)
    read = dict.fromkeys(ways, 0)
    for round_ in range(arguments.rounds):
        for name, (llm, cex, plan) in ways.items():
            count = max(1, round(arguments.tokens / (total / len(plan))))
            for batch in sampled(plan, count, 7 + 13 * round_):
                group = [texts[index] for index in batch]
                start = time.perf_counter()
                read_batch(llm, group, cex.pooling)
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
