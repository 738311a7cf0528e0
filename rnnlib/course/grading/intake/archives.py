"""What students packed: a ZIP archive, unpacked in memory, within limits.

Nothing is written anywhere, so no name in an archive can lead out of a folder; names that try to
are left out all the same, because whoever takes the files may write them.
"""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from pathlib import PurePosixPath

from rnnlib.course.grading.intake.tidy import Unreadable
from rnnlib.course.grading.limits import ARCHIVE_BYTES, FOLDER_DEPTH, FOLDER_ENTRIES, MiB

LEFT_BEHIND = (".ipynb_checkpoints", "__MACOSX", "__pycache__")
"""Folders that programs leave behind, with copies of notebooks in them."""

ORDINARY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How archives are packed; of anything else `zipfile` unpacks all at once, however much it is."""

_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


def unzip(data: bytes, name: str, *, limit: int = ARCHIVE_BYTES) -> dict[PurePosixPath, bytes]:
    """The regular files of a ZIP archive, by their paths in it.

    Parameters
    ----------
    data : bytes
    name : str
        What sentences call it.
    limit : int
        Bytes of all files together, whatever the archive says about itself.

    Returns
    -------
    dict
        Without links, without what programs leave behind, without paths that lead out of it.

    Raises
    ------
    Unreadable
        When it is no archive that can be read, is locked with a password, or holds too much.
    """
    files: dict[PurePosixPath, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > FOLDER_ENTRIES:
                raise Unreadable(f"{name} holds more than {FOLDER_ENTRIES:,} files: look at it.")
            for entry in entries:
                path = inside(entry.filename)
                if path is None or entry.is_dir() or _is_special(entry):
                    continue
                if entry.flag_bits & 1:
                    raise Unreadable(f"{name} is locked with a password: ask for it without one.")
                if entry.compress_type not in ORDINARY:
                    raise Unreadable(f"{name} is no ordinary ZIP archive: ask for one.")
                with archive.open(entry) as stream:
                    content = stream.read(limit + 1)  # the size that it states may be a lie
                limit -= len(content)
                if limit < 0:
                    raise Unreadable(
                        f"{name} holds more than {ARCHIVE_BYTES / MiB:g} MB: look at it by hand."
                    )
                files[path] = content
    except (*_BROKEN, NotImplementedError, RuntimeError):
        raise Unreadable(
            f"{name} is a ZIP archive that cannot be read: ask for it again."
        ) from None
    return files


def inside(name: str) -> PurePosixPath | None:
    """A path in an archive, if it stays below the archive's root and is somebody's own file."""
    path = PurePosixPath(name.replace("\\", "/"))
    parts = path.parts
    if not parts or path.is_absolute() or ".." in parts or "\0" in name:
        return None
    if parts[0][1:2] == ":":  # a drive of Windows'; names of an exchange hold the time
        return None
    if len(parts) > FOLDER_DEPTH + 1 or any(part in LEFT_BEHIND for part in parts):
        return None
    if any(len(part.encode("utf-8", "surrogatepass")) > 255 for part in parts):
        return None
    return None if parts[-1].startswith("._") else path


def _is_special(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a link, a pipe or the like, as archives from Unix can say."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return bool(kind) and kind != stat.S_IFREG
