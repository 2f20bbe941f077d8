"""What the project's own source says: its calls and its imports."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for folder in ("learn", "app") for path in (ROOT / folder).rglob("*.py"))


def calls():
    """(file, line, dotted name, keywords) of every call in the project."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                words = {word.arg: ast.unparse(word.value) for word in node.keywords}
                yield path.relative_to(ROOT).as_posix(), node.lineno, ast.unparse(node.func), words


def imported():
    """(file, module) of every import, inside functions too."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path.relative_to(ROOT).as_posix(), alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path.relative_to(ROOT).as_posix(), str(node.module)
