"""Changing what was written, as somebody with an editor does, where a test is not about the checksums."""

from __future__ import annotations

from pathlib import Path

from learn.checksums import NAME


def forget_checksums(folder: Path) -> None:
    """Makes ``folder`` one of an older version, which states no checksums."""
    (folder / NAME).unlink(missing_ok=True)
