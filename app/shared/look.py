"""What Streamlit's theme cannot say of the look: one style sheet, the same on every page."""

from __future__ import annotations

import streamlit as st

WIDE = "wide_"
"""Keys of containers that begin so hold a picture that needs room: a narrow window scrolls it, and squeezes nothing."""

TIGHT = "tight_"
"""Keys of containers that begin so hold a row of controls: in a narrow window two side by side, below the first."""

LEVEL = "level_"
"""Keys of containers that begin so hold a row in which a choice of segments is as high as the button beside it."""

STRIP = "strip_"
"""Keys of containers that begin so hold a folded line right above what it belongs to: no higher than the line needs."""

_STYLE = """
[data-testid=stMain] h1 { font-size: 2rem; padding: 0; }
/* The wide layout's margins would leave little of a narrow window. */
@media (max-width: 1000px) { [data-testid=stMainBlockContainer] { padding-inline: 1.5rem; } }
@media (max-width: 500px) { [data-testid=stMainBlockContainer] { padding-inline: .8rem; } }
/* A chosen segment is hard to read on a dark ground. */
@media (prefers-color-scheme: dark) { [data-testid=stButtonGroup] [data-selected=true] p { color: #9cc4f5; } }
/* A figure's words: Streamlit's grey has a contrast of 3.7 on white. Those in coloured cells keep their two colours. */
.js-plotly-plot [class$=tick] text, .js-plotly-plot text:is([class$=xtitle], [class$=ytitle], [class^=x][class$=title],
[class^=y][class$=title]),
.js-plotly-plot .annotation-text:not([style*="rgb(255, 255, 255)"], [style*="rgb(18, 22, 29)"])
{ fill: currentColor !important; fill-opacity: .82 !important; }
/* The greys of what LEARN is compared with would sink into a dark ground. */
@media (prefers-color-scheme: dark) {
  [class*="st-key-benchmarks_"] :is(.scatterlayer, .barlayer, .legend .layers) { filter: brightness(1.4); }
}
[class*="st-key-level_"] [data-testid=stButtonGroup] button { min-height: 2.5rem; }
[class*="st-key-strip_"] [data-testid=stExpander] summary { min-height: 0; padding-block: .2rem; }
[class*="st-key-strip_"] [data-testid=stExpander] summary p { font-size: 13.5px; }
@media (min-width: 700px) {
  [class*="st-key-strip_"] summary :is(div, span, p) { min-width: 0; }
  [class*="st-key-strip_"] summary p { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
}
code { color: inherit !important; }
/* A caption is grey already: a link's blue would be too faint in it. */
[data-testid=stCaptionContainer] a { color: inherit !important; }
@media (max-width: 640px) {
  [class*="st-key-tight_"] [data-testid=stColumn] { min-width: calc(50% - 1rem); flex: 1 1 calc(50% - 1rem); }
  [class*="st-key-tight_"] [data-testid=stColumn]:first-child { min-width: 100%; }
}
@media (max-width: 700px) {
  [class*="st-key-wide_"] { overflow-x: auto; }
  [class*="st-key-wide_"] > * { min-width: 640px; }
}
"""


def put_on() -> None:
    """Adds the style sheet to the page that is drawn."""
    st.html(f"<style>{_STYLE}</style>")
