"""`learn demo` ends in an explorer on files as people download them: MovieLens without a header, a RecFormer folder."""

from __future__ import annotations

import json
import random

import pytest
from typer.testing import CliRunner

from learn.cli.commands import app
from tests.fake_llm import make_tiny_llm

pytestmark = pytest.mark.slow
TITLES = [f"{word} {thing} ({year})" for word in ("Red", "Oak", "North") for thing in ("Sea", "Door", "Man") for year in
          (1991, 1995, 1999)]  # fmt: skip


def histories():
    rng = random.Random(0)
    return {user: rng.sample(range(len(TITLES)), 9) for user in range(1, 25)}


def demo(tmp_path, *options):
    llm = make_tiny_llm(tmp_path / "llm")
    where = tmp_path / "workspace"
    call = ["demo", *map(str, options), "--preset", "tiny", "--llm", str(llm), "--workspace", str(where)]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 0, result.output
    assert "Next: learn app" in result.output
    return where


def kept(where, name):
    trained = {path.parent.name for path in (where / "runs" / name).glob("*/run.json")}
    described = json.loads((where / "datasets" / name / "dataset.json").read_text())
    return trained, described


def test_movielens_without_a_header(tmp_path):
    (tmp_path / "movies.dat").write_text("".join(f"{n}::{title}::Drama|War\n" for n, title in enumerate(TITLES)))
    rows = [
        f"{user}::{item}::4::{978300760 + 60 * place}\n"
        for user, items in histories().items()
        for place, item in enumerate(items)
    ]
    (tmp_path / "ratings.dat").write_text("".join(rows))
    files = "--items", tmp_path / "movies.dat", "--interactions", tmp_path / "ratings.dat"
    trained, _ = kept(demo(tmp_path, *files, "--name", "ml-1m-part"), "ml-1m-part")
    assert {"learn-a", "learn-b", "learn-c"} <= trained


def test_a_recformer_folder(tmp_path):
    folder = tmp_path / "Arts"
    folder.mkdir()
    meta = {f"B{n}": {"title": title, "brand": "", "category": "Home"} for n, title in enumerate(TITLES)}
    parts = {"train": slice(0, -2), "val": slice(-2, -1), "test": slice(-1, None)}
    files = {"meta_data": meta, "smap": {f"B{n}": n for n in range(len(TITLES))}}
    files |= {part: {str(u): items[cut] for u, items in histories().items()} for part, cut in parts.items()}
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    where = demo(tmp_path, "--source", "recformer", "--path", folder)
    trained, described = kept(where, "arts")
    assert {"learn-a", "learn-b", "learn-c"} <= trained
    assert described["source"]["kind"] == "recformer"
