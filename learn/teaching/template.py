"""One look for figures outside the app, on a light page as on a dark one: nothing is painted white or black."""

from __future__ import annotations

import plotly.graph_objects as go
import plotly.io as pio

from learn.explore.colours import CATEGORY_COLOURS, DIVERGING, SCALE

NAME = "learn"
TEXT_COLOUR = "#797d83"
"""As far from white as from the near-black of dark pages: a contrast of 4.1 or more to either."""
GRID_COLOUR = "rgba(128, 132, 140, 0.25)"
TRANSPARENT = "rgba(0, 0, 0, 0)"


def use_template() -> None:
    """Makes figures that are created from now on wear the template."""
    axis = {"gridcolor": GRID_COLOUR, "linecolor": GRID_COLOUR, "zerolinecolor": GRID_COLOUR, "automargin": True}
    pio.templates[NAME] = go.layout.Template(
        layout={
            "paper_bgcolor": TRANSPARENT,
            "plot_bgcolor": TRANSPARENT,
            "font": {"color": TEXT_COLOUR, "size": 13},
            "colorway": list(CATEGORY_COLOURS),
            "colorscale": {"sequential": SCALE, "diverging": DIVERGING},
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 8, "r": 12, "t": 32, "b": 8},
        }
    )
    pio.templates.default = NAME
