"""The README's pictures, taken from the app on the prebuilt demo: python benchmarks/pictures.py

assets/*.png of the pages, and assets/atlas.gif: items travel from the LLM's view to tower (b)'s, and one is looked at.
"""

from __future__ import annotations

import argparse
import io
import tempfile

from in_browser import READY, ROOT, launched, served
from PIL import Image
from playwright.sync_api import Browser, Page

SIZE = {"width": 1280, "height": 800}
PAGES = {
    "atlas": ("atlas?item=201704", ".maps[data-painted]"),
    "recommendations": ("recommendations?user=567", ".lists"),
    "cold_start": ("cold_start?what=new", ".maps[data-painted]"),
    "why": ("why?user=567", ".js-plotly-plot >> nth=1"),
}
FRAMES, MOVING_WIDTH, COLOURS = 14, 860, 64


def still(browser: Browser, address: str, name: str) -> None:
    """assets/NAME.png of one page, once all of it is there."""
    page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
    where, last = PAGES[name]
    page.goto(f"{address}/{where}")
    page.wait_for_selector(last, timeout=600_000)
    page.wait_for_selector(READY, timeout=600_000)
    page.wait_for_timeout(3000)
    page.screenshot(path=ROOT / "assets" / f"{name}.png")
    page.context.close()
    print(f"assets/{name}.png", flush=True)


def shrunk(page: Page) -> Image.Image:
    """What the page shows now, small."""
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return image.resize((MOVING_WIDTH, round(image.height * MOVING_WIDTH / image.width)), Image.Resampling.LANCZOS)


def moving(browser: Browser, address: str) -> None:
    """assets/atlas.gif."""
    page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
    page.clock.install()
    page.goto(f"{address}/atlas")
    page.wait_for_selector(".maps[data-painted]", timeout=600_000)
    page.wait_for_selector(READY)
    page.wait_for_timeout(2000)
    frames, lasts = [shrunk(page)], [1600]
    page.clock.pause_at(page.evaluate("Date.now()") + 500)  # a picture takes longer than a frame: its time stands still
    page.locator(".morph").click()
    for _ in range(FRAMES):
        page.clock.run_for(1600 // FRAMES)
        frames.append(shrunk(page))
        lasts.append(110)
    page.clock.resume()
    page.wait_for_timeout(1000)
    frames.append(shrunk(page))
    lasts.append(1800)
    page.locator(".movedRow button").nth(3).click()
    page.wait_for_timeout(1500)
    frames.append(shrunk(page))
    lasts.append(3000)
    small = [frame.quantize(COLOURS, dither=Image.Dither.NONE) for frame in frames]
    small[0].save(
        ROOT / "assets" / "atlas.gif", save_all=True, append_images=small[1:], duration=lasts, loop=0, optimize=True
    )
    print(f"assets/atlas.gif: {(ROOT / 'assets' / 'atlas.gif').stat().st_size / 1e6:.1f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"Of {', '.join(PAGES)}, moving; default: all.")
    names = parser.parse_args().names or [*PAGES, "moving"]
    with tempfile.TemporaryDirectory() as workspace, served(workspace) as address, launched() as browser:
        for name in names:
            if name == "moving":
                moving(browser, address)
            else:
                still(browser, address, name)


if __name__ == "__main__":
    main()
