"""Other people's words come out of Streamlit's Markdown as they went in."""

import pytest

from app.shared.text import plain, short
from benchmarks.in_browser import settled
from tests.app.test_browser import READY, browser, page, pytestmark, served  # noqa: F401  (fixtures)

browser_only, pytestmark = pytestmark, []

WORDS = (
    "www.example.com is a title",
    "see http://example.com/a?b=c and HTTPS://EXAMPLE.COM",
    "(www.example.com)",
    "mail me@example.com or <me@example.com>",
    "a -- b -> c <- d >= e <= f ~= g <-> h",
    ":cat: :material_home: :streamlit: :red[x] :material/home:",
    "- no list",
    "1. no list",
    "=== ---",
    "# no heading",
    "*a* _b_ `c` ~~d~~ [e](f) ![g](h) $i$ $$j$$",
    "&lt;b&gt; &amp; AT&T <b>bold</b> \\ back",
    "    no code",
)


@pytest.mark.parametrize("text", WORDS)
def test_no_mark_is_left_to_be_read(text):
    written = plain(text)
    for sign in ("www.", "http:", "https:", "@e", " -- ", " -> "):
        assert sign not in written.lower()


def test_commands_stay_commands():
    assert plain("Type `learn map a_b` for *x*", commands=True) == "Type `learn map a_b` for \\*x\\*"
    assert plain("a ` b", commands=True) == "a \\` b" == plain("a ` b")


def test_a_value_of_the_url_is_named_on_one_short_line():
    assert short("a\nb\x00c") == "a b c"
    assert short("x" * 99) == "x" * 59 + "…"


class TestInABrowser:
    pytestmark = browser_only

    def test_every_word_is_shown_as_it_is_written(self, page, tmp_path):  # noqa: F811
        script = tmp_path / "words.py"
        script.write_text(
            "import streamlit as st\n"
            "from app.shared.text import plain\n"
            f"for word in {WORDS!r}:\n"
            "    st.markdown(plain(word))\n"
            "    st.caption(plain(word))\n"
            "    st.subheader(plain(word), anchor=False)\n"
            "    st.metric(plain(word), 1)\n"
            "    st.checkbox(plain(word), key=word)\n"
            "    st.warning(plain(word))\n"
        )
        with served(tmp_path, script) as address:
            page.goto(address)
            page.wait_for_selector(READY)
            page.locator("[data-testid=stAlert]").nth(len(WORDS) - 1).wait_for()
            settled(page)
            assert page.locator("[data-testid=stMain] a, [data-testid=stMain] img").count() == 0
            assert page.locator("[data-testid=stMain] [role=img], [data-testid=stMain] code").count() == 0
            for kind in ("stMarkdown", "stCaptionContainer", "stHeading", "stMetricLabel", "stCheckbox", "stAlert"):
                shown = page.locator(f"[data-testid={kind}]").all_text_contents()
                found = list(dict.fromkeys(" ".join(text.split()) for text in shown))
                assert found == [" ".join(word.split()) for word in WORDS], kind
