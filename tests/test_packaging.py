"""The list of dependencies is pyproject.toml; what is installed is resolved from it, and the wheel stands alone."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOR_NVIDIA = ("nvidia", "cuda", "triton")
PYTHONS = ("3.11.9", "3.12.9", "3.13.9")


ENGINES = "scale"
"""The extra of what the main job never installs."""


def declared():
    extras = [texts for extra, texts in PROJECT["optional-dependencies"].items() if extra != ENGINES]
    return [Requirement(text) for texts in (PROJECT["dependencies"], *extras) for text in texts]


def resolved(name):
    """The pins of a requirements file, without the hashes' lines."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    texts = [line.removesuffix("\\").strip() for line in lines if line and not line.startswith(("#", " "))]
    return [Requirement(text) for text in texts]


def pin(requirement):
    (only,) = requirement.specifier
    assert only.operator == "==" and not only.version.endswith("*"), requirement
    return only.version


@pytest.mark.parametrize("python", PYTHONS)
def test_the_pins_satisfy_the_declared_dependencies(python):
    system = {"sys_platform": "linux", "python_full_version": python, "python_version": python.rpartition(".")[0]}
    pins = {
        canonicalize_name(one.name): pin(one)
        for one in resolved("requirements.txt")
        if one.marker is None or one.marker.evaluate(system)
    }
    for requirement in declared():
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement
    assert pins["torch"] == "2.13.0"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements.lock"])
def test_engines_for_large_catalogues_are_not_installed(name):
    engines = {Requirement(text).name for text in PROJECT["optional-dependencies"][ENGINES]}
    assert engines and not engines & {one.name for one in resolved(name)}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements.lock"])
def test_nothing_is_for_a_graphics_card(name):
    names = [canonicalize_name(one.name) for one in resolved(name)]
    assert len(names) > 100 and not [one for one in names if one.startswith(FOR_NVIDIA)]


def test_the_lock_has_the_same_pins_each_with_a_hash():
    pins = [[(one.name, pin(one)) for one in resolved(name)] for name in ("requirements.lock", "requirements.txt")]
    assert list(dict.fromkeys(pins[0])) == list(dict.fromkeys(pins[1]))
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = [block for block in text.replace("\\\n", "").splitlines() if block and not block.startswith("#")]
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements.lock", "pyproject.toml", "Makefile"])
def test_no_registry_is_named(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
