"""Sizes, and what import-linter (`make lint`) cannot see: the floors are its contracts in pyproject.toml."""

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for folder in ("learn", "app") for path in (ROOT / folder).rglob("*.py"))
OTHERS = sorted(
    path for folder in ("learn", "app") for kind in ("js", "css") for path in (ROOT / folder).rglob(f"*.{kind}")
)
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 60
POSIX_ONLY = {"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}


def name(path):
    return path.relative_to(ROOT).as_posix()


def functions(tree):
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_file_is_too_long():
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*SOURCES, *OTHERS]}
    assert {file: count for file, count in lines.items() if count > MOST_LINES} == {}


def test_no_function_is_too_long():
    long = {}
    for path in SOURCES:
        for node in functions(ast.parse(path.read_text(encoding="utf-8"))):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if (count := node.end_lineno - first + 1) > MOST_LINES_OF_A_FUNCTION:
                long[f"{name(path)}:{node.name}"] = count
    assert long == {}


def bare_expressions(tree):
    """Lines of a module's own statements that Streamlit's magic would put on the page: all but the docstring, and calls
    of what draws."""
    return [
        node.lineno
        for node in tree.body[ast.get_docstring(tree) is not None :]
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)
    ]


def test_a_page_holds_no_expression_that_streamlit_would_show():
    assert bare_expressions(ast.parse('"""What."""\nX = 1\n"""About X."""\ndraw()')) == [3]
    scripts = [*sorted((ROOT / "app" / "views").glob("*.py")), ROOT / "app" / "main.py"]
    found = {name(path): bare_expressions(ast.parse(path.read_text(encoding="utf-8"))) for path in scripts}
    assert {script: lines for script, lines in found.items() if lines} == {}
    config = tomllib.loads((ROOT / "app" / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["runner"]["magicEnabled"] is False


def imported_at_once(tree):
    """Names of the modules that are imported when the file is: not those inside functions."""
    todo = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            todo += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]


def test_nothing_that_only_posix_has_is_imported():
    imports = {name(path): set(imported_at_once(ast.parse(path.read_text(encoding="utf-8")))) for path in SOURCES}
    assert {file: modules & POSIX_ONLY for file, modules in imports.items() if modules & POSIX_ONLY} == {}


def test_nothing_inside_the_library_imports_its_front_door():
    """`import learn` is for those outside: from within it would be a way round the floors."""
    wrong = []
    for path in SOURCES:
        if path.parts[len(ROOT.parts)] != "learn":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import) and any(alias.name == "learn" for alias in node.names):
                wrong.append(f"{name(path)}:{node.lineno}")
            if isinstance(node, ast.ImportFrom) and (node.module, node.level) == ("learn", 0):
                inside = ROOT / "learn"
                modules = [
                    (inside / alias.name).is_dir() or (inside / f"{alias.name}.py").is_file() for alias in node.names
                ]
                wrong += [] if all(modules) else [f"{name(path)}:{node.lineno}"]
    # The lessons stand outside, as notebooks do.
    assert [place for place in wrong if not place.startswith("learn/teaching/")] == []
