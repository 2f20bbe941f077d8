"""What of a cell's outputs is stored, so that it reads well as a file and is the same whenever nothing changed.

Left out, because it differs from run to run or from machine to machine: what is written to stderr, progress bars and
their times, live widgets, addresses of objects, random ids of tables, and the folder that the notebook ran in.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from notebooks.tools.execute import ROOT
from notebooks.tools.figures import Painter, describe

FIGURE, WIDGET = "application/vnd.plotly.v1+json", "application/vnd.jupyter.widget-view+json"
_STYLER_ID = re.compile(r"\bT_[0-9a-f]{5}(?=[_ \"])")
_OBJECT = re.compile(r"^<.*>$", re.DOTALL)


def clean(notebook: NotebookNode, workspace: Path, painter: Painter | None) -> None:
    """Leaves in an executed ``notebook`` what is stored.

    Args:
        workspace: where it ran; called ``workspace`` in what is stored.
        painter: draws the figures; None: they are described only.
    """
    notebook.metadata = NotebookNode(kernelspec=notebook.metadata.kernelspec, language_info={"name": "python"})
    notebook.metadata.kernelspec.display_name = "Python 3"
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        cell.metadata = NotebookNode({name: cell.metadata[name] for name in ("tags",) if name in cell.metadata})
        stored = [_clean_one(output, cell.id, workspace, painter) for output in cell.outputs]
        cell.outputs = _joined([output for output in stored if output is not None])
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Prints that follow each other are one: where a kernel parts them depends on how fast it is."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if joined and output.output_type == joined[-1].output_type == "stream":
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _clean_one(output: NotebookNode, cell_id: str, workspace: Path, painter: Painter | None) -> NotebookNode | None:
    if output.output_type == "stream":
        if output.name != "stdout":
            return None
        return new_output("stream", name="stdout", text=_without_folders(output.text, workspace))
    data = dict(output.data)
    if WIDGET in data or "<progress" in data.get("text/html", ""):
        return None
    if FIGURE in data:
        figure = data[FIGURE]
        data = {"text/plain": describe(figure)}
        if painter is not None:
            data["image/png"] = painter.png(figure)
    if "text/html" in data:
        data["text/html"] = _STYLER_ID.sub(f"T_{cell_id}", data["text/html"])
    if _OBJECT.match(data.get("text/plain", "")) and len(data) > 1:
        del data["text/plain"]
    data = {kind: _without_folders(text, workspace) for kind, text in data.items()}
    return new_output(output.output_type, data=data, metadata={})


def _without_folders(text: str, workspace: Path) -> str:
    return text.replace(str(workspace), "workspace").replace(str(ROOT), ".")


def text_of(cell: NotebookNode) -> str:
    """What the stored outputs of ``cell`` say: prints, sentences, tables (a row a line), figures in words."""
    return "\n".join(_text_of_one(output) for output in cell.outputs)


def _text_of_one(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return str(output.text)
    for kind in ("text/html", "text/markdown", "text/plain"):
        if kind in output.data:
            text = output.data[kind]
            return _Table.read(text) if kind == "text/html" else text
    return ""


class _Table(HTMLParser):
    """Cells of HTML tables as text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = [[]]
        self.hidden = False

    @classmethod
    def read(cls, text: str) -> str:
        """One line per row, cells parted by `` | ``."""
        parser = cls()
        parser.feed(text)
        return "\n".join(" | ".join(line) for line in parser.lines if any(line))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        """A row begins a line, a cell begins a text; styles are not read."""
        if tag == "tr":
            self.lines.append([])
        elif tag in ("td", "th"):
            self.lines[-1].append("")
        self.hidden = tag == "style"

    def handle_data(self, data: str) -> None:
        """Adds to the cell's text."""
        if not self.hidden and data.strip():
            if not self.lines[-1]:
                self.lines[-1].append("")
            self.lines[-1][-1] += data.strip()

    def handle_endtag(self, tag: str) -> None:
        """What follows a style is read again."""
        self.hidden = self.hidden and tag != "style"
