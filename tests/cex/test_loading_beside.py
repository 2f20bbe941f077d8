"""An LLM that is loaded beside other work leaves torch's default dtype alone, and comes out the same."""

from concurrent.futures import ThreadPoolExecutor

import torch

from learn.cex.llm import load_llm, parameters_hash
from learn.config import CEXConfig


def test_what_is_made_while_an_llm_is_loaded_keeps_its_dtype(llm_folder, workspace, monkeypatch):
    cex = CEXConfig(llm=str(llm_folder), dtype="bfloat16", max_tokens=64)
    here = load_llm(cex, workspace.models)  # nothing else goes on in the main thread
    seen = []
    set_default = torch.set_default_dtype
    monkeypatch.setattr(torch, "set_default_dtype", lambda dtype: (seen.append(dtype), set_default(dtype)))
    with ThreadPoolExecutor(1) as beside:
        there = beside.submit(load_llm, cex, workspace.models).result()
    assert set(seen) <= {torch.float32}
    assert here.dtype == there.dtype == torch.bfloat16
    assert parameters_hash(here.model) == parameters_hash(there.model)
