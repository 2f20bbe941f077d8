"""A model folder looked at before anything of it is loaded: what is wrong with it, in words. Imports no torch."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from learn.cex.trust import pickled_weights_allowed
from learn.errors import LearnError

AS_SAVED = "Give a folder with config.json, model.safetensors and a tokenizer (made by save_pretrained)."
ALLOW_PICKLES = (
    "Save it as safetensors (model.save_pretrained) or choose another model; if you trust whoever made the file, "
    "--allow-pickled-weights reads it."
)

_INDEX, _WHOLE = "model.safetensors.index.json", "model.safetensors"
_LFS = b"version https://git-lfs.github.com/spec/"
_READ = (".json", ".safetensors", ".bin", ".model", ".txt", ".py", ".tiktoken")
"""Files of these kinds decide what a model makes of a text."""
_OTHER_WEIGHTS = {
    "*.gguf": "a GGUF file, for llama.cpp",
    "*.onnx": "an ONNX file",
    "tf_model.h5": "weights for TensorFlow",
    "flax_model.msgpack": "weights for Flax",
    "*.pth": "a checkpoint of torch.save",
    "*.pt": "a checkpoint of torch.save",
    "*.ckpt": "a checkpoint of a training",
}


def cannot_load(name: str, why: str, remedy: str = AS_SAVED) -> LearnError:
    """The error of a model that is refused."""
    return LearnError(f"Cannot load the LLM {name!r}: {why}", remedy)


def deciding_files(folder: Path) -> list[Path]:
    """Files of a model folder that decide what it makes of a text, by name."""
    return sorted(file for file in folder.iterdir() if file.suffix in _READ and file.is_file())


def find_model_folder(name: str) -> Path | None:
    """The folder that ``name`` means; None: it reads as a Hugging Face id.

    Raises:
        LearnError: it is a file, or a path where there is nothing.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists():
        raise cannot_load(name, "it is a file.", f"Give the folder: --llm {folder.parent}")
    if not name.strip() or folder.is_absolute() or name.startswith((".", "~")) or "\\" in name or name.count("/") > 1:
        raise LearnError(f"There is no model folder {name}.", "Check the path, or give a Hugging Face id.")
    return None


def check_model_folder(name: str, folder: Path) -> None:
    """Looks at names, sizes and heads of files; reads no weights.

    Raises:
        LearnError: it is empty, an adapter, a pipeline of pictures, without configuration or whole safetensors.
    """
    files = deciding_files(folder)
    if not any(folder.iterdir()):
        raise cannot_load(name, "the folder is empty.")
    for file in files:
        with file.open("rb") as opened:
            if opened.read(len(_LFS)) == _LFS:
                raise cannot_load(
                    name,
                    f"{file.name} is a Git LFS pointer: the file itself was not fetched.",
                    "Fetch it: type `git lfs pull` in the repository that it came from.",
                )
    _check_config(name, folder)
    _check_weights(name, folder)


def read_model_json(name: str, file: Path) -> dict[str, Any]:
    """An object of JSON out of a model's folder.

    Raises:
        LearnError: it is none.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise cannot_load(name, f"{file.name} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise cannot_load(name, f"{file.name} holds no settings.")
    return found


def _check_config(name: str, folder: Path) -> None:
    if (folder / "config.json").exists():
        if not read_model_json(name, folder / "config.json"):
            raise cannot_load(name, "config.json is empty.")
        if (folder / "adapter_config.json").exists() and not _weights(folder):
            raise _adapter(name)
        return
    if (folder / "adapter_config.json").exists():
        raise _adapter(name)
    if (folder / "model_index.json").exists():
        raise cannot_load(name, "it makes pictures (a diffusers pipeline).", "Choose a model that reads text.")
    inside = sorted(file.parent for file in folder.glob("*/config.json")) or sorted(
        file.parent for file in folder.glob("snapshots/*/config.json")
    )
    if inside:
        raise cannot_load(name, "it has no config.json.", f"The model may be the folder inside: --llm {inside[0]}")
    raise cannot_load(name, "it has no config.json." + _what_there_is(folder))


def _adapter(name: str) -> LearnError:
    return cannot_load(
        name,
        "it is an adapter (LoRA) and not a whole model.",
        "Put it into its base model and save both: peft's merge_and_unload(), then save_pretrained.",
    )


def _weights(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.safetensors"))


def _check_weights(name: str, folder: Path) -> None:
    pickled = sorted(folder.glob("pytorch_model*.bin"))
    if (folder / _WHOLE).exists():
        _check_whole(name, [folder / _WHOLE])
    elif (folder / _INDEX).exists():
        _check_index(name, folder)
    elif pickled:
        if not pickled_weights_allowed():
            raise cannot_load(name, f"its weights are pickled ({pickled[0].name}), which can run code.", ALLOW_PICKLES)
    elif found := _weights(folder):
        raise cannot_load(
            name,
            f"there is {found[0].name}, but neither {_WHOLE} nor {_INDEX}.",
            f"Name a single file {_WHOLE}; of several, fetch the index too.",
        )
    else:
        raise cannot_load(name, "it has no weights." + _what_there_is(folder))


def _check_index(name: str, folder: Path) -> None:
    places = read_model_json(name, folder / _INDEX).get("weight_map")
    if not isinstance(places, dict) or not places or not all(isinstance(file, str) for file in places.values()):
        raise cannot_load(name, f"{_INDEX} does not say which file holds which weights.")
    if astray := sorted({file for file in places.values() if Path(file).name != file}):
        raise cannot_load(name, f"{_INDEX} names {astray[0]!r}, which is not a file of this folder.")
    shards = sorted(set(places.values()))
    if absent := [file for file in shards if not (folder / file).exists()]:
        raise cannot_load(
            name,
            f"{len(absent)} of the {len(shards)} files of weights named by {_INDEX} are not there, first {absent[0]}.",
            "Fetch them, or save the model again (save_pretrained).",
        )
    held = _check_whole(name, [folder / file for file in shards])
    if wrong := sorted(weight for weight, file in places.items() if weight not in held[file]):
        raise cannot_load(
            name,
            f"{_INDEX} says that {places[wrong[0]]} holds {wrong[0]}, and it does not ({len(wrong)} such).",
            "Fetch the index and the weights from one place, or save the model again (save_pretrained).",
        )


def _check_whole(name: str, files: Iterable[Path]) -> dict[str, set[str]]:
    """File name -> names of the weights in it."""
    held = {}
    for file in files:
        try:
            with safe_open(file, framework="numpy") as opened:
                held[file.name] = set(opened.keys())
        except (SafetensorError, OSError, ValueError, RuntimeError) as error:
            raise cannot_load(
                name,
                f"{file.name} is damaged or was cut off ({str(error).strip()}).",
                f"Fetch {file.name} again, or save the model again (save_pretrained).",
            ) from error
    return held


def _what_there_is(folder: Path) -> str:
    for pattern, what in _OTHER_WEIGHTS.items():
        if found := sorted(folder.glob(pattern)):
            return f" There is {found[0].name}: {what}."
    return ""
