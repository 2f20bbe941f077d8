"""What every notebook keeps to: it reads well where code is browsed, holds no code of its own, checks its claims."""

from __future__ import annotations

import ast
import base64
import json
import re

import nbformat

from notebooks.tools.execute import PATHS, ROOT
from notebooks.tools.outputs import FIGURE, WIDGET, text_of
from notebooks.tools.refresh import MOST_BYTES

ABSOLUTE = re.compile(r"(?<![\w.~:/>-])/(?:home|root|tmp|usr|var|opt|mnt|work|Users)/|\b[A-Za-z]:\\\\|file://")
OWN_CODE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
OTHERS = {"IPython.display", "dataclasses", "numpy", "pandas", "plotly.graph_objects", "torch"}
FIRST = 'PRESET = "tiny"  # "demo": '


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def statements(notebook):
    """Every node of every code cell; a magic or a shell command is a SyntaxError here, and that is meant."""
    return [node for cell in code_cells(notebook) for node in ast.walk(ast.parse(cell.source))]


def is_constant(test):
    return not any(isinstance(node, ast.Name) for node in ast.walk(test))


def test_there_are_some_and_they_are_numbered():
    numbers = [int(path.name.split("_")[0]) for path in PATHS]
    assert numbers and numbers == sorted(set(numbers))


def test_it_is_valid_with_stable_cell_ids(notebook):
    nbformat.validate(notebook)
    assert notebook.nbformat == 4
    ids = [cell.id for cell in notebook.cells]
    assert ids == [f"cell-{place:02d}" for place in range(1, len(ids) + 1)]


def imports(notebook):
    return [node for node in statements(notebook) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_it_imports_from_learn_and_its_lessons_alone(notebook):
    """Beside the standard library and what tables and pictures are made of."""
    names = [node.module for node in imports(notebook) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in imports(notebook) if isinstance(node, ast.Import) for alias in node.names]
    assert set(names) <= {"learn", "learn.teaching", *OTHERS}
    assert {name.partition(".")[0] for name in names} >= {"learn"}


def test_it_has_six_lines_of_imports_at_the_most(notebook):
    assert sum(node.end_lineno - node.lineno + 1 for node in imports(notebook)) <= 6


def test_its_outputs_are_those_of_one_run_from_top_to_bottom(notebook):
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in cells:
        assert set(cell.metadata) <= {"tags"} and set(cell.metadata.get("tags", [])) <= {"varies"}, cell.id
        assert not [output for output in cell.outputs if output.output_type == "error"], cell.id


def test_every_cell_that_shows_something_has_its_output(notebook):
    """A cell that ends in a bare expression, or prints; not live widgets, which no file can hold, nor a made folder."""
    for cell in code_cells(notebook):
        last = ast.parse(cell.source).body[-1]
        shows = isinstance(last, ast.Expr) and not re.search(r"\.widget$|\.mkdir\(", ast.unparse(last))
        if shows or "print(" in cell.source:
            assert text_of(cell).strip(), f"{cell.id} has no output. Type: make notebooks-refresh"


def test_its_figures_are_pictures(notebook):
    pictures = [
        output.data for cell in code_cells(notebook) for output in cell.outputs if "image/png" in output.get("data", {})
    ]
    assert len(pictures) >= 2
    for data in pictures:
        assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
        assert data["text/plain"].startswith("figure\n"), "a picture has its figure in words beside it"
    kinds = {kind for cell in code_cells(notebook) for output in cell.outputs for kind in output.get("data", {})}
    assert not kinds & {FIGURE, WIDGET}, "scripts are not run where code is browsed"


def test_it_is_a_megabyte_at_the_most(path):
    assert path.stat().st_size <= MOST_BYTES <= 1_000_000


def test_its_outputs_hold_nothing_that_differs_from_run_to_run(notebook):
    for cell in code_cells(notebook):
        stored = json.dumps(
            [{**output, "data": {**output.get("data", {}), "image/png": ""}} for output in cell.outputs]
        )
        assert not ABSOLUTE.search(stored), cell.id
        assert not re.search(r" at 0x[0-9a-f]+|\bT_[0-9a-f]{5}[_\"]|<progress|\d/s, \d+:\d\d left", stored), cell.id
        assert "stderr" not in [output.get("name") for output in cell.outputs], cell.id


def test_it_starts_with_a_title_and_the_preset(notebook):
    assert notebook.cells[0].cell_type == "markdown" and notebook.cells[0].source.startswith("# ")
    assert code_cells(notebook)[0].source.startswith(FIRST)
    assert "minute" in code_cells(notebook)[0].source, "the first cell says how long demo takes"


def test_cells_hold_no_code_of_their_own(notebook):
    own = [
        f"line {node.lineno}: {ast.unparse(node)[:60]}" for node in statements(notebook) if isinstance(node, OWN_CODE)
    ]
    assert own == []


def test_it_names_no_absolute_path_and_nothing_outside_the_repository(notebook):
    for cell in notebook.cells:
        assert not ABSOLUTE.search(cell.source), cell.id
        assert "../shared" not in cell.source, cell.id


def test_the_files_that_it_names_are_there(notebook):
    for cell in notebook.cells:
        for name in re.findall(r"`((?:learn|docs|app)/[\w./-]*)`", cell.source):
            assert (ROOT / name).exists(), f"{cell.id} names {name}"


def test_its_claims_can_fail_and_say_what_did_not_hold(notebook):
    claims = [node for node in statements(notebook) if isinstance(node, ast.Assert)]
    assert claims
    for claim in claims:
        assert not is_constant(claim.test), ast.unparse(claim)
        assert claim.msg is not None, ast.unparse(claim)


def test_it_ends_with_where_to_go_next(notebook):
    assert notebook.cells[-1].cell_type == "markdown"
    assert notebook.cells[-1].source.lower().startswith("## where to go next")


def test_its_links_to_other_notebooks_lead_somewhere(path, notebook):
    planned = re.compile(r"^[1-8]_[a-z_]+\.ipynb$")
    for target in re.findall(r"\]\(([^)#:]+\.ipynb)\)", "\n".join(cell.source for cell in notebook.cells)):
        assert planned.match(target), target
        sibling = [other.name for other in PATHS if other.name[0] == target[0]]
        assert sibling in ([], [target]), f"{path.name} links to {target}, the notebook is called {sibling}"
