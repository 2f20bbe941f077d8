"""What the URL may carry: every value is used or named, and nothing that it carries ends a page."""

import pytest
from streamlit.testing.v1 import AppTest

from app.shared import url
from tests.app.conftest import texts

PAGES = (
    "overview",
    "recommendations",
    "atlas",
    "cold_start",
    "new_user",
    "why",
    "compare",
    "ranking",
    "benchmarks",
    "bring",
)
KEYS = sorted({value for name, value in vars(url).items() if name.isupper() and name[0] != "_"})
HOSTILE = ("", "<script>window.hacked=1</script>", "\x00", "9" * 400, "nan", "-1", "[x](javascript:alert(1))")


def boxes():
    """A page with one box of each kind."""
    import streamlit as st

    from app.shared import theme, url

    def draw():
        st.session_state.got = {
            "k": url.linked(st.selectbox, "Length", ["10", "20"], "k", "10"),
            "colour": url.linked(
                st.selectbox, "Colour", [str(n) for n in range(9)], "colour", "3", format_func="c{}".format
            ),
            "user": url.linked_or_none(st.selectbox, "User", ["a", "b"], "user", "b", index=None),
            "free": url.linked_or_none(st.selectbox, "Free", ["a"], "free", "a", index=None, accept_new_options=True),
            "runs": url.linked_many("Runs", ["a", "b", "c"], "runs", ["a", "b"], max_selections=2),
            "new": url.linked_toggle(st.toggle, "Only new", "new", True),
            "title": url.linked_text(st.text_input, "Title", "title", max_chars=5),
            "price": url.linked_number(st.number_input, "Price", "price"),
        }

    theme.guarded(draw)


def opened(**query):
    page = AppTest.from_function(boxes)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def test_without_a_query_the_defaults_are_shown_and_nothing_is_named():
    page = opened()
    assert page.session_state.got == {
        "k": "10",
        "colour": "3",
        "user": "b",
        "free": "a",
        "runs": ["a", "b"],
        "new": True,
        "title": "",
        "price": None,
    }
    assert not page.warning


@pytest.mark.parametrize(
    ("key", "value", "got", "words"),
    [
        ("k", "20", "20", None),
        ("k", "7", "10", "**k=7** is not among 10, 20: 10 is shown."),
        ("k", "", "10", "**k** has no value: 10 is shown."),
        ("colour", "foo", "3", "**colour=foo** is not among the 9 here: c3 is shown."),
        ("user", "", None, None),
        ("user", "z", "b", "**user=z** is not among a, b: b is shown."),
        ("free", "z", "z", None),
        ("runs", ["c", "a"], ["c", "a"], None),
        ("runs", "", [], None),
        ("runs", ["c", "z"], ["c"], "**runs=z** is not among a, b, c: left out."),
        ("runs", ["y", "z"], ["a", "b"], "**runs=y**, **runs=z** is not among a, b, c: a, b are shown."),
        ("runs", ["a", "b", "c"], ["a", "b"], "**runs=c** is one too many: the first 2 are shown."),
        ("new", "false", False, None),
        ("new", "", True, "**new** has no value: “Only new” is on."),
        ("new", "maybe", True, "**new=maybe** is neither true nor false: “Only new” is on."),
        ("title", "abcdefgh", "abcde", "**Title** has 8 characters: the first 5 are read."),
        ("price", "2.5", 2.5, None),
        ("price", "", None, None),
        ("price", "abc", None, "**price=abc** is not a number: left out."),
        ("price", "-1", None, "**price=\\-1** is not a number from 0 to 1,000,000,000,000: left out."),
        ("price", "1234567.89", 1234567.89, None),
        ("price", "9" * 300, None, f"**price={'9' * 59}…** is not a number from 0 to 1,000,000,000,000: left out."),
        ("price", "inf", None, "**price=inf** is not a number from 0 to 1,000,000,000,000: left out."),
    ],
)
def test_a_value_is_used_or_named(key, value, got, words):
    page = opened(**{key: value})
    assert page.session_state.got[key] == got
    assert [box.value for box in page.warning] == ([words] if words else [])


def test_all_that_is_refused_is_named_in_one_box_above_the_page():
    page = opened(k="7", colour="<b>", runs="z")
    assert len(page.warning) == 1
    assert page.warning[0].value.split("  \n") == [
        "**k=7** is not among 10, 20: 10 is shown.",
        "**colour=\\<b\\>** is not among the 9 here: c3 is shown.",
        "**runs=z** is not among a, b, c: a, b are shown.",
    ]


def test_a_text_that_is_too_long_is_cut_and_said_to_be():
    page = opened()
    page.text_input(key="title_choice").input("x" * 12).run()
    assert page.session_state.got["title"] == "xxxxx" == page.text_input(key="title_choice").value
    assert page.warning[0].value == "**Title** has 12 characters: the first 5 are read."
    page.text_input(key="title_choice").input("abc").run()
    assert page.session_state.got["title"] == "abc" and not page.warning


def test_what_another_page_left_behind_is_forgotten():
    def pages():
        import streamlit as st

        from app.shared import url

        url.enter(st.session_state.get("go", "one"))
        url.linked(st.selectbox, "Length", ["10", "20"], "k", "20")

    page = AppTest.from_function(pages).run()
    page.selectbox(key="k_choice").select("10").run()
    assert page.selectbox(key="k_choice").value == "10"
    page.session_state.go = "two"
    page.query_params.clear()
    page.run()
    assert page.selectbox(key="k_choice").value == "20"


@pytest.mark.parametrize("name", PAGES)
def test_nothing_in_the_url_ends_a_page(open_page, trained_workspace, name):
    for value in HOSTILE:
        page = open_page(name, **dict.fromkeys(KEYS, value))
        assert not page.exception, (value, page.exception)
        assert "Traceback" not in texts(page)
        if name not in ("ranking", "benchmarks") or page.selectbox:
            assert page.warning, value
