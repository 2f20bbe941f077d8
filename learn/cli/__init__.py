"""The command `learn`: `learn.cli.commands` is where it begins, one file holds each theme."""
