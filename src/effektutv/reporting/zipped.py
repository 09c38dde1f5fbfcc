"""Office files are ZIP archives; the same parts give the same bytes, whenever and wherever they are written."""

from __future__ import annotations

import io
import zipfile

__all__ = ["rezipped"]

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
            # the system that made it is recorded by default, and the rights of a file that never was
            part.create_system, part.external_attr = 0, 0
            part.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name), compresslevel=6)
    return out.getvalue()
