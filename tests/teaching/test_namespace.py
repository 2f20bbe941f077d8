"""`learn.teaching` as one namespace: every name is there, none hides a module, and importing it costs nothing."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

from learn import teaching


def test_every_name_leads_to_what_it_stands_for():
    for name in teaching.__all__:
        module, there = teaching._WHERE[name]
        assert getattr(teaching, name) is getattr(importlib.import_module(module), there), name
    assert dir(teaching) == teaching.__all__ == sorted(set(teaching.__all__))


def test_no_name_is_said_twice():
    groups = [*teaching._HERE.values(), *teaching._BELOW.values(), tuple(teaching._RENAMED)]
    names = [name for group in groups for name in group]
    assert len(names) == len(set(names)) == len(teaching.__all__)


def test_no_name_is_that_of_a_module():
    """Importing ``learn.teaching.NAME`` would replace the function NAME by the module."""
    modules = {module.name for module in pkgutil.iter_modules(teaching.__path__)}
    assert not modules & set(teaching.__all__)


def test_an_unknown_name_says_where_to_look():
    with pytest.raises(AttributeError, match=r"no attribute 'maps_figures'.*dir"):
        _ = teaching.maps_figures


def test_importing_it_imports_nothing_heavy():
    code = (
        "import sys; from learn import teaching; print([m for m in ('torch', 'pandas', 'plotly') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
