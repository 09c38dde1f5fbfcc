"""What the Word and the Excel file share: their languages, text that XML can hold, and the same bytes in every run."""

from __future__ import annotations

import io
import re
import zipfile

__all__ = ["LOCALES", "clean", "rezipped"]

#: The language that a file says it is in.
LOCALES = {"sv": "sv-SE", "en": "en-GB"}
# what XML 1.0 cannot hold (its production 2, Char), and the controls and carriage returns that it may but a reader cannot see
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_EPOCH = (1980, 1, 1, 0, 0, 0)


def clean(text: str) -> str:
    """Return the text with U+FFFD for each control and each character that XML cannot hold, so that it is seen to be there.

    A tab and a line feed become a space: neither means anything inside a cell or a sentence.

    Parameters
    ----------
    text : str
    """
    return _ILLEGAL.sub("\ufffd", text).replace("\t", " ").replace("\n", " ")


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
