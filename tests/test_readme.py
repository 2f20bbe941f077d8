"""What README promises in Python runs as it is printed there."""

import re
import urllib.request
from pathlib import Path

import pandas as pd

from learn import read_tables, showing
from learn.config import PRESETS
from learn.data import stored
from learn.runs.run import Run
from learn.showing import close_explorer
from learn.workspace import Workspace
from tests.fake_llm import make_tiny_llm
from tests.shop import write_tables

README = Path(__file__).resolve().parents[1] / "README.md"


def python_blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_five_lines_show_anybodys_recommender_beside_the_variants(tmp_path, monkeypatch):
    code = python_blocks()[1]
    assert len([line for line in code.splitlines() if line.strip()]) <= 5
    write_tables(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEARN_WORKSPACE", raising=False)
    read = read_tables("items.csv", "interactions.csv", name="shop")
    stored.save_dataset(Workspace.at(), read)
    variables: dict[str, object] = {}
    try:
        exec(compile(code, str(README), "exec"), variables)
        address = next(iter(showing._servers.values()))[1]
        assert b"Streamlit" in urllib.request.urlopen(f"{address}/recommendations?dataset=shop", timeout=30).read()
    finally:
        close_explorer(Workspace.at())
    mine = Run(tmp_path / "workspace" / "runs" / "shop" / "mine", read)
    before = read.interactions[read.split.codes < 2]
    assert len(before) == len(read.interactions) - 30  # everybody's last one is the test target
    popular = before["item_id"].value_counts().index
    lists = mine.recommendations.query("among == 'all'").groupby("user_id", observed=True)["item_id"]
    assert lists.ngroups == 30 and all(items.tolist() == popular[:100].tolist() for _, items in lists)
    assert mine.info.kind == "imported" and (mine.metrics["n_users"] == 30).any()


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
