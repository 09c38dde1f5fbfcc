"""WordprocessingML as text: runs, paragraphs, fields, links. Built as strings and parsed once, which is fast."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from effektutv.i18n import printable

__all__ = ["NAMESPACES", "attribute", "bookmark", "field", "field_ends", "link", "paragraph", "run", "tab"]

#: What the root of a parsed piece declares.
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)


def attribute(text: str) -> str:
    """Return the text as a quoted attribute's value."""
    return quoteattr(printable(text))


def run(text: str, style: str = "") -> str:
    """Return a run of text; nothing for no text.

    Parameters
    ----------
    text : str
    style : str
        The id of a character style.
    """
    if not text:
        return ""
    properties = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r>'


def tab() -> str:
    """Return a run of one tab."""
    return "<w:r><w:tab/></w:r>"


def paragraph(content: str, style: str = "", properties: str = "") -> str:
    """Return a paragraph.

    Parameters
    ----------
    content : str
        Its runs.
    style : str
        The id of a paragraph style.
    properties : str
        Further properties, in the schema's order.
    """
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    held = f"<w:pPr>{styled}{properties}</w:pPr>" if styled or properties else ""
    return f"<w:p>{held}{content}</w:p>"


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field_ends(code: str) -> tuple[str, str]:
    """Return what stands before and after the result of a field, which may go over several paragraphs.

    Parameters
    ----------
    code : str
        E.g. ``"PAGE"``.
    """
    instruction = f'<w:r><w:instrText xml:space="preserve"> {escape(code)} </w:instrText></w:r>'
    return _mark("begin") + instruction + _mark("separate"), _mark("end")


def field(code: str, shown: str) -> str:
    """Return a field with the result that a reader sees before anything is updated."""
    begin, end = field_ends(code)
    return begin + run(shown) + end


def bookmark(name: str, number: int, content: str) -> str:
    """Return content that a link can point at.

    Parameters
    ----------
    name : str
        At most 40 letters and digits, unique.
    number : int
        Unique.
    content : str
    """
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{number}"/>'


def link(anchor: str, content: str) -> str:
    """Return a link to a bookmark.

    Parameters
    ----------
    anchor : str
        The bookmark's name.
    content : str
        Its runs.
    """
    return f'<w:hyperlink w:anchor="{anchor}" w:history="1">{content}</w:hyperlink>'
