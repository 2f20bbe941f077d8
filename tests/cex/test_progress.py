from __future__ import annotations

import io

import learn.progress
from learn.progress import make_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(progress) -> None:
    with progress.task("Reading", total=200, unit="tokens") as handle:
        handle.update(50, loss=1.25)
        handle.update(150)


def test_a_log_gets_plain_lines_at_the_start_now_and_then_and_at_the_end(monkeypatch):
    stream = io.StringIO()
    run(make_progress(stream=stream))
    lines = stream.getvalue().splitlines()
    assert lines[0] == "Reading: 0 of 200 tokens"
    assert len(lines) == 2 and lines[1].startswith("Reading: 200 of 200 tokens, ") and lines[1].endswith("loss 1.25")
    assert "\x1b" not in stream.getvalue()
    monkeypatch.setattr(learn.progress, "SECONDS_BETWEEN_LINES", 0.0)
    stream = io.StringIO()
    run(make_progress(stream=stream))
    assert len(stream.getvalue().splitlines()) == 4


def test_a_terminal_gets_a_bar():
    stream = Terminal()
    run(make_progress(stream=stream))
    assert "100%" in stream.getvalue() and "tokens/s" in stream.getvalue() and "loss 1.25" in stream.getvalue()


def test_silent_says_nothing(capsys):
    run(make_progress(silent=True))
    assert capsys.readouterr() == ("", "")


def test_a_notebook_gets_a_bar_that_is_drawn_anew_in_its_place(monkeypatch):
    drawn = []

    class Shown:
        def update(self, page):
            drawn.append(page._repr_html_())

    def display(page, display_id):
        drawn.append(page._repr_html_())
        return Shown()

    monkeypatch.setattr(learn.progress, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    run(make_progress())
    assert len(drawn) == 2
    assert 'value="0" max="200"' in drawn[0] and 'value="200" max="200"' in drawn[-1]
    assert "0:00 left, loss 1.25" in drawn[-1]


def test_outside_a_notebook_a_test_gets_lines():
    assert not isinstance(make_progress(), learn.progress.NotebookProgress)
