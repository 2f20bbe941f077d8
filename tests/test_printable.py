"""Other people's words are shown by a terminal, a bar and a log, and never obeyed."""

import ast
import io
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from learn.cli import commands, terminal
from learn.errors import LearnError
from learn.printable import printable
from learn.progress import BarProgress, LineProgress

ESCAPES = "\x1b]52;c;cm0gLXJm\x07\x1b[2J\x9b1A\r\x08\x00"
TURNS = "\u202e\u2066\u200f\u2028\ud800\ufeff\U000e0041"
HARMLESS = "[bold]Käse[/] :cat: 日本 नमस्ते \u200d👩\u200d🌾\u200c [link=file:///x]\ta\nb"


class Terminal(io.StringIO):
    def isatty(self):
        return True


class StubRun:
    """What `print_runs` reads."""

    def __init__(self, label):
        self.info = self
        self.name, self.label, self.trainable_parameters, self.train_seconds = "r", label, 1, 1.0
        self.content_key = ""


def is_obeyed(text):
    return any(character in "\x1b\x07\x9b\r\x08\x00" + TURNS for character in text)


def test_what_a_terminal_obeys_is_written_out_and_all_else_stays():
    assert printable(HARMLESS) == HARMLESS
    assert printable("a\x1b[31mb\x9b\u202e\ud800\U000e0041") == "a\\x1b[31mb\\x9b\\u202e\\ud800\\U000e0041"
    assert not is_obeyed(printable(ESCAPES + TURNS))


@pytest.mark.parametrize("words", [ESCAPES, TURNS, "[red]shop[/red] [/nothing] [link=http://x]y[/link] :cat:"])
def test_a_line_a_table_and_a_bar_show_words_as_they_are(words, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    terminal.say(words)
    terminal.print_runs([("shop", StubRun(words))])
    for progress in (BarProgress, LineProgress):
        stream = Terminal()
        with progress(stream).task(words, 1, "items") as handle:
            handle.update(1, loss=words)
        shown = stream.getvalue()
        assert printable(words) in shown
        if progress is LineProgress:
            assert not is_obeyed(shown)
        else:  # the bar moves the cursor itself
            assert not any(sign in shown for sign in ("\x1b]52", "\x1b[2J\x9b", "\x1b]8", "\u202e", "🐱"))
    out = capsys.readouterr().out
    assert out.count(printable(words)) == 2 and not is_obeyed(out)


def test_errors_and_warnings_of_the_command_show_words_as_they_are(capsys, monkeypatch):
    def fails():
        raise LearnError(f"There is no {ESCAPES}{TURNS}.", "Type [bold]learn[/bold].")

    monkeypatch.setattr(commands, "app", fails)
    monkeypatch.setattr(warnings, "formatwarning", warnings.formatwarning)  # put back afterwards
    monkeypatch.setattr(commands, "never_fails_to_print", lambda: None)
    with pytest.raises(SystemExit) as ended:
        commands.main()
    said = capsys.readouterr().err
    assert ended.value.code == 2 and not is_obeyed(said)
    assert printable(ESCAPES + TURNS) in said and "[bold]learn[/bold]" in said
    assert warnings.formatwarning(f"of {ESCAPES}", UserWarning, "f.py", 1) == f"UserWarning: of {printable(ESCAPES)}\n"


def test_what_the_encoding_lacks_is_written_out_instead_of_a_traceback(tmp_path):
    command = [sys.executable, "-m", "learn.cli", "recommend", "日本", "--user", "–", "--workspace", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, env={"PYTHONIOENCODING": "ascii", "PATH": ""}, timeout=120)
    assert done.returncode == 2 and b"\\u65e5\\u672c" in done.stderr and b"Traceback" not in done.stderr


def test_tables_are_only_printed_where_markup_is_off():
    """`Console()` reads brackets as commands wherever it is made anew."""
    wrong = []
    for path in (Path(__file__).resolve().parents[1] / "learn").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Console", "TextColumn"):
                options = {word.arg: getattr(word.value, "value", None) for word in node.keywords}
                wrong += [] if options.get("markup") is False else [f"{path.name}:{node.lineno}"]
    assert wrong == []
