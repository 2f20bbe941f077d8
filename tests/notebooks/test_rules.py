"""What every notebook keeps to: it is readable as a diff, holds no code of its own, and checks what it claims."""

from __future__ import annotations

import ast
import re

import nbformat

from tests.notebooks.conftest import NOTEBOOKS

ABSOLUTE = re.compile(r"(?<![\w.~:/>-])/(?:home|root|tmp|usr|var|opt|mnt|work|Users)/|\b[A-Za-z]:\\\\|file://")
OWN_CODE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
FIRST = 'PRESET = "tiny"  # "demo": '


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def statements(notebook):
    """Every node of every code cell; a magic or a shell command is a SyntaxError here, and that is meant."""
    return [node for cell in code_cells(notebook) for node in ast.walk(ast.parse(cell.source))]


def is_constant(test):
    return not any(isinstance(node, ast.Name) for node in ast.walk(test))


def test_there_are_some_and_they_are_numbered():
    numbers = [int(path.name.split("_")[0]) for path in NOTEBOOKS]
    assert numbers and numbers == sorted(set(numbers))


def test_it_is_valid_with_stable_cell_ids(notebook):
    nbformat.validate(notebook)
    assert notebook.nbformat == 4
    ids = [cell.id for cell in notebook.cells]
    assert ids == [f"cell-{place:02d}" for place in range(1, len(ids) + 1)]


def test_outputs_are_stripped(notebook):
    for cell in code_cells(notebook):
        assert cell.outputs == [] and cell.execution_count is None and not cell.metadata, cell.id
    assert notebook.metadata.kernelspec.name == "python3"


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
        sibling = [other.name for other in NOTEBOOKS if other.name[0] == target[0]]
        assert sibling in ([], [target]), f"{path.name} links to {target}, the notebook is called {sibling}"
