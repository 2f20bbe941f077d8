"""Packs the prebuilt demo: what was computed for completejourney, small enough to ship; texts come from the package.

Run it after `learn demo`: ``python -m learn.cli.pack_demo [--workspace DIR]`` writes assets/demo and its manifest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from learn.cex import store
from learn.cex.compact import Whitening
from learn.cex.prompt import PROMPT_VERSION, item_prompts
from learn.cex.rewording import rewordings
from learn.checksums import write_checksums
from learn.config import PRESETS
from learn.errors import LearnError
from learn.files import atomic_folder, read_json, write_json
from learn.runs import info
from learn.runs.run import Run
from learn.tensor_files import load_tensors, save_tensors
from learn.workspace import PREBUILT, Workspace

DATASET = "completejourney"
LIMIT_BYTES = 52_000_000
REBUILD = "Build it again: learn demo --from-scratch && python -m learn.cli.pack_demo"


def expected_manifest() -> dict[str, Any]:
    """What the code at hand says about the artefacts: a demo built otherwise is out of date."""
    preset = json.dumps(PRESETS["demo"].for_hashing(), sort_keys=True)
    return {
        "run_format": info.FORMAT_VERSION,
        "store_format": store.FORMAT_VERSION,
        "prompt_version": PROMPT_VERSION,
        "demo_preset": hashlib.sha256(preset.encode()).hexdigest()[:16],
    }


def check_manifest(folder: Path = PREBUILT) -> dict[str, Any]:
    """The manifest of the prebuilt demo.

    Raises:
        LearnError: absent, or made by code with other formats or another demo preset.
    """
    manifest = read_json(folder / "manifest.json", REBUILD, dict)
    for key, wanted in expected_manifest().items():
        if manifest.get(key) != wanted:
            raise LearnError(
                f"The prebuilt demo was made with {key} = {manifest.get(key)!r}, the code says {wanted!r}.", REBUILD
            )
    return manifest


def pack(workspace: Workspace, folder: Path = PREBUILT) -> dict[str, Any]:
    """Copies the finished Runs of completejourney, with their maps, and a compact content store into ``folder``.

    Weights and preprocessing have 16 bits a value there, and what towers read of content 8: metrics of lists that are
    ranked live are those that the Runs store, to .0005.

    Raises:
        LearnError: no Runs, Runs of different data, or more than `LIMIT_BYTES`.
    """
    from learn.data.stored import open_dataset
    from learn.pipeline import draw_maps

    dataset = open_dataset(workspace, DATASET)
    runs = [Run(path, dataset) for path in workspace.run_paths(DATASET)]
    if not runs:
        raise LearnError(f"{workspace.root} holds no Run of {DATASET}.", "Make them: learn demo")
    if {run.info.dataset_fingerprint for run in runs} != {dataset.fingerprint}:
        raise LearnError(f"Some Runs of {DATASET} were trained on other data.", "learn demo --from-scratch")
    draw_maps(workspace, dataset, runs)  # into the Runs' folders, which are copied whole
    _, said = rewordings(dataset.items, dataset.split.training_counts() > 0)
    with atomic_folder(folder) as temporary:
        target = Workspace(temporary)
        joined = {run.info.content_key for run in runs if run.info.content_key}
        for key in sorted({key for keys in joined for key in keys.split(store.KEY_SEPARATOR)}):
            source = store.ContentStore(workspace.content(DATASET) / key)
            kept = [*item_prompts(dataset.items), *(said if source.holds(said) else ())]
            through = _whitening(runs, key)
            read = None if through is None else through.halved()
            copy = source.save_compact(target.content(DATASET) / key, kept, "int8", through, read)
            write_checksums(copy.folder)
        for run in runs:
            shutil.copytree(run.path, target.run(DATASET, run.name))
            for name in ("weights", "preprocessing"):
                _halve(target.run(DATASET, run.name) / f"{name}.safetensors")
            _squeeze(target.run(DATASET, run.name) / "recommendations.parquet")
            write_checksums(target.run(DATASET, run.name))
        files = {
            str(path.relative_to(temporary)): path.stat().st_size
            for path in sorted(temporary.rglob("*"))
            if path.is_file()
        }
        if sum(files.values()) > LIMIT_BYTES:
            largest = max(files, key=lambda name: files[name])
            raise LearnError(
                f"The demo would have {sum(files.values()):,} bytes, more than {LIMIT_BYTES:,}; largest: {largest}.",
                "Leave a Run out of the workspace, or store less.",
            )
        manifest = {
            **expected_manifest(),
            "dataset": DATASET,
            "source": dataset.source.get("kind"),
            "dataset_fingerprint": dataset.fingerprint,
            "runs": [run.name for run in runs],
            "made": info.provenance(),
            "bytes": sum(files.values()),
            "files": files,
            "rebuild": REBUILD,
        }
        write_json(temporary / "manifest.json", manifest)
    return manifest


def _whitening(runs: list[Run], key: str) -> Whitening | None:
    """How the Runs on the content store ``key`` alone read it; None: not by whitening, or each in its own way."""
    found = [run.tensors("preprocessing") for run in runs if run.info.kind == "learn" and run.info.content_key == key]
    if not found or any("matrix" not in one or not np.array_equal(one["matrix"], found[0]["matrix"]) for one in found):
        return None
    return Whitening(found[0]["mean"], found[0]["matrix"])


def _squeeze(path: Path) -> None:
    """Rewrites a table of lists with the same values in a seventh less space."""
    import pyarrow.parquet as parquet

    table = parquet.read_table(path)
    others = [name for name in table.column_names if name not in ("score", "rank")]
    encoding = {name: "BYTE_STREAM_SPLIT" for name in table.column_names if name == "score"}
    parquet.write_table(
        table, path, compression="zstd", compression_level=19, use_dictionary=others, column_encoding=encoding
    )


def _halve(path: Path) -> None:
    """Rewrites the float32 arrays of a safetensors file, where there is one, as float16."""
    if path.exists():
        arrays, _ = load_tensors(path)
        half = {name: value.astype(np.float16) for name, value in arrays.items() if value.dtype == np.float32}
        save_tensors(path, arrays | half)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Pack the prebuilt demo into assets/demo.")
    parser.add_argument("--workspace")
    try:
        made = pack(Workspace.at(parser.parse_args().workspace))
    except LearnError as error:
        parser.exit(2, f"Error: {error}\n")
    print(f"Wrote {PREBUILT}: {made['bytes']:,} bytes, Runs {', '.join(made['runs'])}")
