"""Every regular expression of the project takes time in proportion to the text: nobody can stop it with a long one."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LENGTH = 20_000
SECONDS = 240
"""A quadratic expression takes this long for one text of `LENGTH`; all of them together take a few seconds."""
METHODS = ("match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split")
OF_PANDAS = ("extract", "extractall", "contains", "replace", "match", "fullmatch", "findall", "split")


MADE = {
    "learn/data/categories.py",  # split at a sign
    "learn/data/reading/known_files.py",  # cells of the first lines
    "learn/data/reading/rules.py",  # possessive: what was taken is never given back
    "learn/data/reading/separated.py",
    "learn/data/reading/json_records.py",
    "learn/data/published.py",  # names of the project's own
    "learn/data/time_text.py",
    "learn/data/reading/languages.py",
}
"""Files whose expressions are made as they run, and tried by their own tests on large files."""


def patterns():
    """(place, pattern, flags, methods) of every call that takes a literal regular expression."""
    for path in sorted(path for folder in ("learn", "app") for path in (ROOT / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        named = {node.targets[0].id: node.value for node in tree.body
                 if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}  # fmt: skip
        compiled = {id(value): name for name, value in named.items()}
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            of_re = getattr(node.func.value, "id", "") == "re" and node.func.attr in (*METHODS, "compile")
            of_pandas = getattr(node.func.value, "attr", "") == "str" and node.func.attr in OF_PANDAS
            if not of_re and (not of_pandas or any(word.arg == "regex" for word in node.keywords)):
                continue
            place, first = path.relative_to(ROOT).as_posix(), node.args[0]
            if node.func.attr == "compile" and id(node) in compiled:
                module = importlib.import_module(place.removesuffix(".py").replace("/", "."))
                there = getattr(module, compiled[id(node)])
                methods = set(re.findall(rf"\b{compiled[id(node)]}\.([a-z]+)\(", text)) & set(METHODS)
                yield (
                    f"{place}:{node.lineno}",
                    _text(there.pattern),
                    int(there.flags & ~re.UNICODE),
                    sorted(methods or {"search"}),
                )
                continue
            if isinstance(first, ast.Name) and first.id in named:
                first = named[first.id]
            if not isinstance(first, ast.Constant):
                assert place in MADE, f"{place}:{node.lineno} makes its expression as it runs"
                continue
            flags = sum(getattr(re, flag) for flag in ("VERBOSE", "IGNORECASE", "MULTILINE")
                        if f"re.{flag}" in ast.unparse(node))  # fmt: skip
            methods = [node.func.attr] if node.func.attr in METHODS else ["search"]
            yield f"{place}:{node.lineno}", _text(first.value), int(flags), methods


def _text(pattern):
    return pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern


def hostile(pattern):
    """Long texts that the expression nearly matches: of its own characters, and of what people type."""
    own = sorted({sign for sign in pattern if sign.isprintable() and sign not in "\\^$|*+?"})
    units = {
        " ",
        "\t",
        "\n",
        "0",
        "1,",
        "1,111",
        "a",
        "A'a",
        "(",
        "[",
        "<",
        "<a ",
        ":",
        ":a",
        "&",
        "'",
        "'',",
        '"',
        ".",
    }
    units |= {"from ", "$ ", "/", "-", "e1", "www.", "https://", "\u200c", "\x1b", "=", "_", "\ud800", "é"}
    units |= {*own, *(f"{sign} " for sign in own), *(f"{sign}{sign}," for sign in own)}
    for unit in sorted(units):
        text = unit * (LENGTH // len(unit))
        yield from (text, f"{text}!", f"[{text}", f"1{text}x", f"'a'{text}x")


def run_all(found):
    for place, pattern, flags, methods in found:
        compiled = re.compile(pattern, flags)
        for text in hostile(pattern):
            for method in methods:
                more = (lambda match: "",) if method in ("sub", "subn") else ()
                answer = getattr(compiled, method)(*more, text)
                if method == "finditer":
                    assert sum(1 for _ in answer) >= 0
        print(place, flush=True)


def in_time(found, seconds):
    """The places of those that finished within ``seconds``."""
    code = f"from tests.test_regular_expressions import run_all; run_all({found!r})"
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=seconds, cwd=ROOT)
    except subprocess.TimeoutExpired as error:
        return (error.stdout or b"").decode().splitlines()
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
def test_every_expression_is_linear():
    found = list(patterns())
    places = [place for place, *_ in found]
    files = {place.partition(":")[0] for place in places}
    assert {"learn/data/recbole.py", "learn/data/amazon.py", "learn/data/cells.py", "app/shared/text.py"} <= files
    assert len(places) >= 25
    assert in_time(found, SECONDS) == places


def test_one_that_is_not_would_be_seen():
    assert in_time([("good", "a", 0, ["search"]), ("bad", r"(?:\s*\[?\s*)*x", 0, ["match"])], 6) == ["good"]
