"""What the Word and the Excel file share: their languages, and the same bytes in every run."""

from __future__ import annotations

import io
import zipfile

__all__ = ["LOCALES", "rezipped"]

#: The language that a file says it is in.
LOCALES = {"sv": "sv-SE", "en": "en-GB"}

_EPOCH = (1980, 1, 1, 0, 0, 0)


def rezipped(archive: bytes) -> bytes:
    """Return the archive with its parts in the same order, dated 1980 and by nobody; pictures are stored as they are.

    Parameters
    ----------
    archive : bytes
        A ZIP archive.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, date_time=_EPOCH)
            part.create_system = 0  # else the system that wrote it is recorded
            part.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name), compresslevel=6)
    return out.getvalue()
