"""The command line: each command says what it did, where it wrote it, and what to type next.

Commands import what they need when they run: `learn --help` answers at once, without pandas, torch or rich.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable

import typer

from learn.cli import changing, data, explore, rivals, sharing, training, tuning
from learn.errors import LearnError
from learn.printable import never_fails_to_print, printable
from learn.threads import wait_passively

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # panels would cost more time than all the rest of --help
    help="LEARN Explorer: from a table of items and a table of interactions to recommendations that read text.",
)
_COMMANDS: dict[str, Callable[..., None]] = {
    "prepare": data.prepare,
    "extract": training.extract,
    "train": training.train,
    "tune": tuning.tune,
    "references": rivals.references,
    "blend": rivals.blend,
    "evaluate": training.evaluate,
    "recommend": explore.recommend,
    "map": explore.map_command,
    "atlas": explore.atlas,
    "runs": data.runs,
    "forget": data.forget,
    "import-run": data.import_run_command,
    "update": changing.update,
    "export": sharing.export,
    "demo": training.demo,
    "benchmark": training.benchmark,
    "rank": explore.rank,
    "app": explore.open_app,
}
for _name, _command in _COMMANDS.items():
    _whole = " ".join((_command.__doc__ or "").split())  # given as it is: what is derived from it is cut off
    app.command(_name, short_help=_whole)(_command)
app.add_typer(changing.items, name="items", short_help="Add items to a dataset, or take them out of the lists.")


def main() -> None:
    """The console script: a user's mistake ends in a message and exit code 2, never in a traceback."""
    wait_passively()
    never_fails_to_print()
    warnings.formatwarning = _warning
    try:
        app()
    except LearnError as error:
        print(f"Error: {printable(error)}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        raise SystemExit(130) from None


def _warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """A warning as commands say it: what it is about may be somebody else's words."""
    return f"{category.__name__}: {printable(message)}\n"
