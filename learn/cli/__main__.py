"""``python -m learn.cli``: the same as the command ``learn``."""

from learn.cli.commands import main

main()
