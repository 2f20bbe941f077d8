"""Files that are whole or absent: everything is written under a temporary name, then renamed.

A crash, a full disk or a pulled power cord leaves the old thing or the new one, never half of one and never neither.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from learn.checksums import replacing, verify, write_checksums
from learn.errors import LearnError
from learn.exchange import exchange, fsync_folder, fsync_tree, make_folder
from learn.locks import sweep_locks, writing
from learn.partial import remove, retired_beside, sweep_partial, temporary_beside

T = TypeVar("T")
J = TypeVar("J")
_KINDS: dict[type, str] = {dict: "an object", list: "a list", type(None): "null"}
_READ_TIMES = 5


def write_error(path: Path, error: OSError) -> LearnError:
    """What is said where the file system refused to write ``path``: why, and what would help."""
    reason = error.strerror or str(error)
    remedy = "Choose a folder that you may write to with --workspace (or LEARN_WORKSPACE)."
    if error.errno in (errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY):
        remedy = f"Move what stands at {path} away, then type the same learn command again."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy = "Free some space, or choose another disk with --workspace (or LEARN_WORKSPACE), and run it again."
    return LearnError(f"Cannot write {path}: {reason}.", remedy)


@contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """Yields a temporary path beside ``path``; what was written there replaces ``path`` when the block succeeds.

    Raises:
        LearnError: the file system refused (disk full, read-only, ...); ``path`` is then as it was before.
    """
    path = Path(path)
    temporary = temporary_beside(path)
    try:
        make_folder(path.parent)
        yield temporary
        with open(temporary, "rb") as handle:
            os.fsync(handle.fileno())
        with replacing(path):
            os.replace(temporary, path)
        fsync_folder(path.parent)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        # What keeps the temporary file from being removed kept it from being made, and is already reported.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path | str) -> Iterator[Path]:
    """Like `atomic_path` for a whole folder: the new folder, with its checksums, replaces ``path`` at the end.

    One process at a time (`learn.locks.writing`); what dead ones left beside ``path`` goes.
    """
    path = Path(path)
    with writing(path):
        temporary = temporary_beside(path)
        try:
            sweep_partial(path.parent, nameless=False)
            sweep_locks(path.parent)
            temporary.mkdir()
            yield temporary
            write_checksums(temporary)
            fsync_tree(temporary)
            _replace_folder(temporary, path)
            fsync_folder(path.parent)
        except OSError as error:
            raise write_error(path, error) from error
        finally:
            remove(temporary)  # the new one where something failed, else the old one, which may be a link


def _replace_folder(new: Path, path: Path) -> None:
    """``new`` in the place of ``path``; what stood there is under the name of ``new`` then, or gone."""
    if not path.exists():
        os.replace(new, path)
    elif not exchange(new, path):
        retired = retired_beside(path)  # killed from here on, `learn.partial.restore_retired` brings it back
        os.replace(path, retired)
        try:
            os.replace(new, path)
        except OSError:
            os.replace(retired, path)
            raise
        remove(retired)


def read_unchanged(folder: Path, read: Callable[[], T]) -> T:
    """What ``read`` returns of the files in ``folder``, all of one version: read again where it was replaced meanwhile.

    Raises:
        LearnError: as ``read``; or it was replaced every time.
    """
    for _ in range(_READ_TIMES):
        before = _which(folder)
        try:
            found = read()
        except LearnError:
            if _which(folder) == before:
                raise
        else:
            if _which(folder) == before:
                return found
    raise LearnError(f"{folder} is replaced again and again.", "Wait until it is written, and run this again.")


def _which(folder: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        about = folder.stat()
        return about.st_ino, about.st_ctime_ns
    return None


def write_json(path: Path | str, value: Any) -> None:
    """Writes ``value`` as indented JSON (UTF-8), atomically."""
    with atomic_path(path) as temporary:
        text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
        # Half of a pair of UTF-16 is no text that UTF-8 knows; written as an escape it comes back as it was.
        text = re.sub(r"[\ud800-\udfff]", lambda half: f"\\u{ord(half.group()):04x}", text)
        temporary.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path | str, remedy: str, holds: type[J] = object) -> J:  # type: ignore[assignment]
    """Reads a JSON file that this project wrote.

    Args:
        path: the file.
        remedy: the command that rebuilds it.
        holds: dict or list, what stands at its top; object: anything.

    Raises:
        LearnError: absent, not JSON, something else than ``holds``, or not what was written.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        verify(path, remedy)
        found = json.loads(text)
    except FileNotFoundError:
        raise LearnError(f"{path} does not exist.", remedy) from None
    except OSError as error:
        raise LearnError(f"{path} cannot be read: {error.strerror}.", remedy) from None
    except (ValueError, RecursionError) as error:
        raise LearnError(f"{path} is damaged: {error}.", remedy) from None
    if not isinstance(found, holds):
        raise LearnError(
            f"{path} is damaged: it holds {_KINDS.get(type(found), 'a value')}, not {_KINDS[holds]}.", remedy
        )
    return found
