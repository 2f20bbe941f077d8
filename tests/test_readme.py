"""What README promises in Python runs as it is printed there."""

import re
from pathlib import Path

import pandas as pd

from learn.config import PRESETS
from tests.fake_llm import make_tiny_llm
from tests.shop import write_tables

README = Path(__file__).resolve().parents[1] / "README.md"


def python_blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_five_lines_lead_from_two_files_to_a_recommendation(tmp_path, monkeypatch, capsys):
    code = python_blocks()[0]
    assert len([line for line in code.splitlines() if line.strip()]) <= 5
    write_tables(tmp_path)
    tiny = PRESETS["tiny"].with_settings({"cex.llm": str(make_tiny_llm(tmp_path / "llm"))})
    for name in ("demo", "short"):  # whichever suits the tables: as the preset says, only with a tiny LLM and PAL
        monkeypatch.setitem(PRESETS, name, tiny)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEARN_WORKSPACE", raising=False)
    variables: dict[str, object] = {}
    exec(compile(code, str(README), "exec"), variables)
    assert (tmp_path / "workspace" / "runs" / "shop" / "learn-b" / "run.json").exists()
    printed = capsys.readouterr().out
    history = set(pd.read_csv("interactions.csv").query("customer == 'c7'")["sku"])
    lines = [line.split() for line in printed.splitlines() if " number " in line]
    assert len(lines) == 10
    assert not any(item in line for line in lines for item in history)
