"""A plotly figure as a picture for pages without scripts, and in words that can be compared."""

from __future__ import annotations

import base64
import html
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

WIDTH = 900
"""In CSS pixels, about the width of a page on which code is browsed."""
SCALE = 1.5
COLOURS = 96
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

_DRAW = """async ([figure, width, scale]) => {
    const height = figure.layout.height || 450;
    const options = {format: "png", width: width, height: height, scale: scale};
    return await Plotly.toImage({data: figure.data, layout: figure.layout}, options);
}"""


class Painter:
    """Draws figures in a browser that is already open."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def png(self, figure: dict[str, Any]) -> str:
        """Base64 of a PNG of ``figure`` (plotly's JSON) with few colours and the page's own background."""
        from PIL import Image

        address: str = self.page.evaluate(_DRAW, [figure, WIDTH, SCALE])
        drawn = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGBA")
        packed = io.BytesIO()
        drawn.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(packed, "PNG", optimize=True)
        return base64.b64encode(packed.getvalue()).decode("ascii")


@contextmanager
def open_painter() -> Iterator[Painter]:
    """A browser with plotly.js in it, without a network.

    Raises:
        SystemExit: no Chromium is installed.
    """
    from playwright.sync_api import sync_playwright
    from plotly.offline import get_plotlyjs

    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit("Pictures are drawn by Chromium, which is not installed. Type: apt-get install chromium")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--enable-unsafe-swiftshader", "--force-color-profile=srgb"]
        )
        page = opened.new_page(viewport={"width": WIDTH, "height": 900})
        page.set_content(f"<html><body style='font-family: sans-serif'><script>{get_plotlyjs()}</script></body></html>")
        yield Painter(page)
        opened.close()


def describe(figure: dict[str, Any]) -> str:
    """What ``figure`` shows, a line a trace: its kind and name, how many points, and between which values."""
    lines = []
    for trace in figure["data"]:
        parts = [extent for axis in "xyz" if (extent := _extent(axis, trace.get(axis)))]
        name = trace.get("name")
        lines.append(f"{trace['type']}{f' {name!r}' if name else ''}: {', '.join(parts) or 'nothing'}")
    words = ["figure", *(line for line in lines if not line.endswith(": nothing"))]
    return html.unescape("\n".join(words))


def _extent(axis: str, values: Any) -> str:
    """``x 1 to 20 (20)`` for numbers, ``y a … z (4)`` for texts, "" where there are none."""
    numbers = _numbers(values)
    if numbers is not None:
        numbers = numbers[np.isfinite(numbers)]
        if not numbers.size:
            return ""
        return f"{axis} {numbers.min():.4g} to {numbers.max():.4g} ({numbers.size:,})"
    texts = [str(value) for value in values if value is not None] if isinstance(values, list) else []
    if not texts:
        return ""
    ends = texts[0] if len(texts) == 1 else f"{texts[0]} … {texts[-1]}"
    return f"{axis} {ends} ({len(texts):,})".replace("<br>", " ")


def _numbers(values: Any) -> np.ndarray | None:
    """The numbers of a trace's axis, however plotly writes them; None where they are no numbers."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"]).astype(float)
    try:
        return np.asarray(values, dtype=float).ravel() if isinstance(values, list) else None
    except (TypeError, ValueError):
        return None
