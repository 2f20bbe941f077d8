"""The look outside the app: readable on light and on dark pages."""

import plotly.graph_objects as go
import plotly.io as pio
import pytest

from learn.teaching.template import NAME, TEXT_COLOUR, use_template


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_texts_stand_out_from_the_page(page):
    light, dark = sorted([luminance(page), luminance(TEXT_COLOUR)], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4


def test_figures_that_follow_paint_no_background():
    before = pio.templates.default
    try:
        use_template()
        assert pio.templates.default == NAME
        layout = go.Figure().layout.template.layout
        assert layout.paper_bgcolor.endswith(" 0)") and layout.plot_bgcolor.endswith(" 0)")
    finally:
        pio.templates.default = before
