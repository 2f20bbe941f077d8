"""Models that would give wrong vectors in silence, or run what they bring, are refused with what to do."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from learn.cex import trust
from learn.cex.extractor import embed_texts
from learn.cex.llm import load_llm
from learn.cex.tokenising import tokenise
from learn.config import CEXConfig
from learn.errors import LearnError
from tests.fake_llm import VOCABULARY, make_tokenizer
from tests.tiny_models import make_model

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1000\n"


@pytest.fixture
def folder(llm_folder, tmp_path):
    return shutil.copytree(llm_folder, tmp_path / "model")


@pytest.fixture(autouse=True)
def nothing_allowed(monkeypatch):
    monkeypatch.setenv(trust.REMOTE_CODE, "")
    monkeypatch.setenv(trust.PICKLED_WEIGHTS, "")


def read(folder):
    return load_llm(CEXConfig(llm=str(folder), dtype="float32", max_tokens=60), folder.parent, torch.device("cpu"))


def change_weights(folder, change):
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def change_json(file, **values):
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def rename_all(weights):
    for name in list(weights):
        weights[f"other.{name}"] = weights.pop(name)


def shard(folder, change):
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    save_file(weights, folder / "model-1.safetensors", metadata={"format": "pt"})
    places = dict.fromkeys(weights, "model-1.safetensors")
    change(places)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))


def only_pickled(folder):
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def only_adapter(folder):
    (folder / "model.safetensors").rename(folder / "adapter_model.safetensors")
    (folder / "config.json").rename(folder / "adapter_config.json")


def no_tokenizer(folder):
    for file in folder.glob("tokenizer*"):
        file.unlink()


def into_a_folder(folder):
    inside = folder.parent / "inside"
    folder.rename(inside)
    folder.mkdir()
    inside.rename(folder / "0_Transformer")


def small_vocabulary(folder):
    table = "embed_tokens.weight"
    change_weights(folder, lambda weights: weights.update({table: weights[table][:64].clone()}))
    change_json(folder / "config.json", vocab_size=64)


def empty(folder):
    for file in folder.iterdir():
        file.unlink()


UP = "layers.1.mlp.up_proj.weight"
DAMAGES = {
    "missing weight": (lambda at: change_weights(at, lambda w: w.pop(UP)), rf"1 of its .* weights are missing.*{UP}"),
    "other names": (lambda at: change_weights(at, rename_all), "weights are missing, they would be random"),
    "other shape": (lambda at: change_json(at / "config.json", intermediate_size=48),
                    r"another shape.*layers\.0\.mlp.*\(32 x 64 in the file, 32 x 48 by config\.json\)"),
    "fewer layers said": (lambda at: change_json(at / "config.json", num_hidden_layers=1), r"more layers.*layers\.1\."),
    "more layers said": (lambda at: change_json(at / "config.json", num_hidden_layers=3), r"missing.*layers\.2\."),
    "other type": (lambda at: change_json(at / "config.json", model_type="gpt2"), "missing|shape"),
    "no numbers": (lambda at: change_weights(at, lambda w: w[UP].fill_(torch.nan)), "not finite in float32"),
    "no tokenizer": (no_tokenizer, "no tokenizer|tokenizer"),
    "small vocabulary": (small_vocabulary, "tokens up to number 96, its weights embed 64"),
    "no config": (lambda at: (at / "config.json").unlink(), r"no config\.json"),
    "pointer": (lambda at: (at / "model.safetensors").write_text(POINTER), r"model\.safetensors is a Git LFS pointer"),
    "pointer of the tokenizer": (lambda at: (at / "tokenizer.json").write_text(POINTER), "tokenizer.json is a Git LFS"),
    "pickled": (only_pickled, r"pickled \(pytorch_model\.bin\)"),
    "adapter": (only_adapter, "an adapter"),
    "absent file of the index": (lambda at: shard(at, lambda places: places.update({UP: "model-2.safetensors"})),
                                 r"1 of the 2 files .* first model-2\.safetensors"),
    "weight that its file lacks": (lambda at: shard(at, lambda places: places.update({"new": "model-1.safetensors"})),
                                   "says that model-1.safetensors holds new, and it does not"),
    "index that lacks a weight": (lambda at: change_weights(at, lambda w: w.pop(UP)) or shard(at, lambda places: None),
                                  "weights are missing"),
    "index out of the folder": (lambda at: shard(at, lambda places: places.update({UP: "../model-1.safetensors"})),
                                "not a file of this folder"),
    "index without places": (lambda at: shard(at, lambda places: places.clear()), "does not say which file"),
    "cut": (lambda at: (at / "model.safetensors").write_bytes((at / "model.safetensors").read_bytes()[:-100]),
            "model.safetensors is damaged or was cut off"),
    "folder inside": (into_a_folder, r"no config\.json"),
    "empty": (empty, "the folder is empty"),
    "weights for others": (lambda at: (at / "model.safetensors").rename(at / "model.gguf"), r"no weights\. .*GGUF"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_it_is_refused_and_named(damage, folder):
    change, message = DAMAGES[damage]
    change(folder)
    with pytest.raises(LearnError, match=message) as caught:
        read(folder)
    assert str(folder) in caught.value.what and len(caught.value.remedy) > 20


def test_what_the_damages_leave_whole_reads(folder):
    shard(folder, lambda places: None)
    assert read(folder).hidden_size == 32


@pytest.mark.parametrize("kind", ["clip", "vit", "wav2vec2", "whisper"])
def test_models_of_pictures_and_sound_are_refused(kind, tmp_path):
    from transformers import AutoConfig, AutoModel

    small = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    settings = {
        "clip": {"text_config": small | {"vocab_size": VOCABULARY, "max_position_embeddings": 64},
                 "vision_config": small | {"image_size": 32, "patch_size": 16}, "projection_dim": 16},
        "vit": small | {"image_size": 32, "patch_size": 16},
        "wav2vec2": small | {"conv_dim": [8], "conv_stride": [5], "conv_kernel": [10], "num_feat_extract_layers": 1,
                             "num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2},
        "whisper": {"d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
                    "decoder_attention_heads": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "pad_token_id": 0,
                    "vocab_size": VOCABULARY},
    }  # fmt: skip
    AutoModel.from_config(AutoConfig.for_model(kind, **settings[kind])).save_pretrained(tmp_path)
    make_tokenizer(tmp_path)
    with pytest.raises(LearnError, match=r"pictures|vision|sound|not text") as caught:
        read(tmp_path)
    assert "Choose a model that reads text" in caught.value.remedy


def test_a_pooler_may_be_missing_and_a_vector_may_not_depend_on_it(tmp_path):
    make_model("bert", tmp_path)
    whole = embed_texts(["Rye bread"], read(tmp_path), CEXConfig(llm="unused", max_tokens=60))
    change_weights(tmp_path, lambda weights: [weights.pop(name) for name in list(weights) if "pooler" in name])
    llm = read(tmp_path)
    assert (embed_texts(["Rye bread"], llm, CEXConfig(llm="unused", max_tokens=60)) == whole).all()
    assert torch.isnan(llm.model.pooler.dense.weight).all()  # not random: whoever uses it sees


def test_pickled_weights_are_read_where_that_is_allowed(folder):
    whole = embed_texts(["Rye bread"], read(folder), CEXConfig(llm="unused"))
    only_pickled(folder)
    with pytest.raises(LearnError) as caught:
        read(folder)
    assert "--allow-pickled-weights" in caught.value.remedy
    trust.allow(pickled_weights=True)
    assert (embed_texts(["Rye bread"], read(folder), CEXConfig(llm="unused")) == whole).all()


def test_a_models_own_code_runs_only_where_that_is_allowed(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    ran = tmp_path / "ran"
    (folder / "own.py").write_text(
        f"open({str(ran)!r}, 'w').close()\n"
        "from transformers import LlamaConfig, LlamaModel\n"
        "class OwnConfig(LlamaConfig):\n    model_type = 'own'\n"
        "class OwnModel(LlamaModel):\n    config_class = OwnConfig\n"
    )
    change_json(
        folder / "config.json", model_type="own", auto_map={"AutoConfig": "own.OwnConfig", "AutoModel": "own.OwnModel"}
    )
    with pytest.raises(LearnError, match="Python code of its own") as caught:
        read(folder)
    assert "--allow-remote-code" in caught.value.remedy and not ran.exists()
    trust.allow(remote_code=True)
    assert type(read(folder).model).__name__ == "OwnModel" and ran.exists()


def test_a_file_in_place_of_a_folder(folder):
    with pytest.raises(LearnError, match="is a file") as caught:
        read(folder / "model.safetensors")
    assert f"--llm {folder}" in caught.value.remedy


@pytest.mark.parametrize("own", [True, False], ids=["a special token", "a word of the vocabulary"])
def test_special_tokens_in_a_text_are_text(llm_folder, tmp_path, own):
    from transformers import AutoTokenizer

    folder = shutil.copytree(llm_folder, tmp_path / "model")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if own:
        tokenizer.add_special_tokens({"eos_token": "~"})
    else:  # "|" is an ordinary character of the vocabulary that also serves as a special token
        tokenizer.add_special_tokens({"eos_token": "|"})
    tokenizer.save_pretrained(folder)
    word = "~" if own else "|"
    llm = read(folder)
    tokens = tokenise([f"tea{word} [PAD]soap", "tea  soap"], llm, CEXConfig(llm="unused")).tokens
    special = {llm.tokenizer.eos_token_id, llm.tokenizer.pad_token_id}
    assert special.isdisjoint(tokens[0]) and len(tokens[0]) > len("tea soap")
    assert np.isfinite(embed_texts([f"tea{word}"], llm, CEXConfig(llm="unused"))).all()


def test_a_hub_name_is_read_from_the_cache_and_its_commit_named(folder, tmp_path):
    """In a process of its own: where the cache is, is decided when the library is imported."""
    import os
    import subprocess
    import sys

    commit = "0" * 40
    place = tmp_path / "hub" / "models--some--model"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(commit)
    shutil.copytree(folder, place / "snapshots" / commit)
    script = (
        "from learn.cex.llm import load_llm; from learn.config import CEXConfig\n"
        "llm = load_llm(CEXConfig(llm='some/model', dtype='float32'), '.')\n"
        "print(llm.identity, llm.hidden_size)"
    )
    env = os.environ | {"HF_HUB_CACHE": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=300)
    assert done.stdout.split() == [f"some/model@{commit}", "32"], done.stderr
