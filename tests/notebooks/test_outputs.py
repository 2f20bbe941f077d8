"""What is stored of outputs, and when two runs count as saying the same."""

from __future__ import annotations

import base64
import io
import json
import shutil
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from notebooks.tools.compare import VARIES, differences, same_line
from notebooks.tools.execute import ROOT
from notebooks.tools.figures import BROWSERS, WIDTH, describe, open_painter
from notebooks.tools.outputs import FIGURE, WIDGET, clean, text_of

WORKSPACE = Path("/somewhere/ws")
KERNEL = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}


def cleaned(*outputs, tags=()):
    cell = new_code_cell("x", outputs=list(outputs), metadata={"execution": {"start": "now"}, "tags": list(tags)})
    cell.id = "cell-07"
    notebook = new_notebook(cells=[cell], metadata={**KERNEL, "language_info": {"name": "python", "version": "3.11"}})
    clean(notebook, WORKSPACE, painter=None)
    return notebook


def shown(**data):
    return new_output("display_data", data={kind.replace("__", "/"): value for kind, value in data.items()})


def printed(text, tags=()):
    return cleaned(new_output("stream", name="stdout", text=text), tags=tags)


def test_metadata_is_that_of_every_machine():
    notebook = cleaned()
    assert notebook.metadata == {
        "kernelspec": {**KERNEL["kernelspec"], "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    assert notebook.cells[0].execution_count == 1 and notebook.cells[0].metadata == {"tags": []}


def test_what_differs_from_run_to_run_is_left_out():
    bar = shown(text__html='<div><progress value="3"></progress> 3 of 7, 0:02 left</div>', text__plain="3 of 7")
    widget = new_output("display_data", data={WIDGET: {"model_id": "1f"}, "text/plain": "GridBox()"})
    warning = new_output("stream", name="stderr", text="slow")
    assert cleaned(bar, widget, warning).cells[0].outputs == []


def test_prints_are_one_output_however_they_arrive():
    parts = [
        new_output("stream", name=name, text=text)
        for name, text in (("stdout", "a\n"), ("stderr", "!"), ("stdout", "b\n"))
    ]
    assert [output.text for output in cleaned(*parts).cells[0].outputs] == ["a\nb\n"]


def test_folders_and_random_ids_are_called_the_same_everywhere():
    printed = new_output("stream", name="stdout", text=f"{WORKSPACE}/models {ROOT}/learn")
    html = '<style>#T_0a1b2_row0 {}</style><table id="T_0a1b2"><tr><td id="T_0a1b2_row0_col0">1</td></tr></table>'
    styled = shown(text__html=html, text__plain="<pandas.io.formats.style.Styler at 0x7f00>")
    first, second = cleaned(printed, styled).cells[0].outputs
    assert first.text == "workspace/models ./learn"
    assert second.data == {"text/html": html.replace("T_0a1b2", "T_cell-07")}


def test_tables_are_read_row_by_row_without_their_styles():
    html = (
        "<style>td {color: red}</style><table><tr><th>a &amp; b</th><td>1</td></tr><tr><td></td><td>2</td></tr></table>"
    )
    assert text_of(cleaned(shown(text__html=html)).cells[0]) == "a & b | 1\n | 2"


def test_a_figure_is_told_in_words():
    figure = go.Figure()
    figure.add_scatter(x=np.arange(4), y=np.array([0.5, np.nan, 2.25, 1.0]), name="one")
    figure.add_bar(x=["a", "b<br>c"], y=[3, 4])
    figure.add_scatter(x=[None], y=[None], name="in the legend only")
    expected = "figure\nscatter 'one': x 0 to 3 (4), y 0.5 to 2.25 (3)\nbar: x a … b c (2), y 3 to 4 (2)"
    assert describe(figure.to_plotly_json()) == expected
    packed = json.loads(figure.to_json())  # arrays as base64, as a kernel sends them
    assert "bdata" in packed["data"][0]["y"] and describe(packed) == expected
    output = cleaned(new_output("display_data", data={FIGURE: packed})).cells[0].outputs[0]
    assert output.data == {"text/plain": expected}


@pytest.mark.parametrize(
    ("stored", "fresh", "same"),
    [
        ("recall 0.1196 [0.115, 0.124]", "recall 0.1197 [0.115, 0.124]", True),
        ("recall 0.1196", "recall 0.1296", False),
        ("(a) 0.5", "(b) 0.5", False),
        ("Milk, 18 oz", "Milk, 12 oz", False),
        ("17,395 items", "17,396 items", True),
        ("17,395 items", "18,395 items", False),
        ("12 of 60", "13 of 60", False),
        ("-0.000", "0.001", True),
        ("+0.0085", "-0.0085", False),
        ("y .38 to 1e-07", "y .38 to 2e-07", True),
        ("87%", "88%", False),
        ("2016-12-26T00:00:00", "2016-12-26T00:00:00", True),
        ("2016-12-26", "2016-12-27", False),
    ],
)
def test_words_have_to_be_equal_and_numbers_near(stored, fresh, same):
    assert same_line(stored, fresh) is same


def test_differences_name_the_cell_and_both_texts():
    stored, fresh = (
        cleaned(new_output("stream", name="stdout", text=text)) for text in ("Milk\nTea\n", "Milk\nBeer\n")
    )
    assert differences(stored, stored) == []
    assert differences(stored, fresh) == ["cell-07: stored is 'Tea', now it is 'Beer'"]
    assert differences(stored, printed("Milk\n")) == ["cell-07: 2 lines are stored, there are 1 now"]


def test_of_cells_that_vary_only_the_lines_are_counted():
    stored, fresh = (
        cleaned(new_output("stream", name="stdout", text=text), tags=[VARIES])
        for text in ("Milk\nTea\n", "Rice\nBeer\n")
    )
    assert differences(stored, fresh) == []
    assert differences(stored, cleaned(new_output("stream", name="stdout", text="Milk\n"), tags=[VARIES])) != []


@pytest.mark.browser
@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no Chromium")
def test_pictures_show_the_figure_and_are_the_same_each_time():
    from PIL import Image

    figure = go.Figure(go.Scattergl(x=[0, 1], y=[0, 1], mode="markers", marker={"size": 40, "color": "#ff0000"}))
    figure.update_layout(height=300, template="none", paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)")
    with open_painter() as painter:
        first, second = (painter.png(figure.to_plotly_json()) for _ in range(2))
    assert first == second
    picture = Image.open(io.BytesIO(base64.b64decode(first)))
    assert picture.width / picture.height == pytest.approx(WIDTH / 300, rel=0.01)
    pixels = np.asarray(picture.convert("RGBA"))
    red = (pixels[..., 0] > 200) & (pixels[..., 1] < 60) & (pixels[..., 3] > 200)
    assert 1000 < red.sum() < 20_000 and pixels[0, 0, 3] == 0


@pytest.mark.parametrize(
    ("stored", "fresh", "same"),
    [
        (
            "scatter 'a': x 0 to 0.1844 (6), y 1 to 36 (6)",
            "scatter 'a': x 2.628e-05 to 0.1837 (6), y 1 to 36 (6)",
            True,
        ),
        ("scatter 'a': x 0 to 0.1844 (6), y 1 to 36 (6)", "scatter 'a': x 0.01 to 0.1844 (6), y 1 to 36 (6)", False),
        ("scatter 'a': x 0 to 0.1844 (6), y 1 to 36 (6)", "scatter 'a': x 0 to 0.2044 (6), y 1 to 36 (6)", False),
        ("scatter 'a': x 0 to 0.1844 (6), y 1 to 36 (6)", "scatter 'a': x 0 to 0.1844 (6), y 1 to 37 (6)", False),
        ("scatter 'a': x 0 to 0.1844 (6)", "scatter 'a': x 0 to 0.1844 (7)", False),
    ],
)
def test_the_ends_of_an_axis_are_near_by_its_length(stored, fresh, same):
    assert same_line(stored, fresh) == same
