"""Read a tagged PDF back: its structure tree as nested elements with the text that a screen reader would say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pikepdf


@dataclass
class Element:
    kind: str
    attributes: dict = field(default_factory=dict)
    children: list = field(default_factory=list)
    own: str = ""

    @property
    def text(self):
        return self.own + "".join(c.text for c in self.children)

    def find(self, *kinds):
        """Every element of these kinds, in reading order."""
        found = [self] if self.kind in kinds else []
        return found + [e for c in self.children for e in c.find(*kinds)]


def first_difference(one, other):
    """Say in which object two files first differ, both of them kept; empty where their bytes are the same."""
    if one.read_bytes() == other.read_bytes():
        return ""
    with pikepdf.open(one) as a, pikepdf.open(other) as b:
        for x, y in zip(a.objects, b.objects, strict=False):
            same = x.unparse() == y.unparse()
            if isinstance(x, pikepdf.Stream) and isinstance(y, pikepdf.Stream):
                same = same and x.read_bytes() == y.read_bytes()
            if not same:
                return f"{one} and {other} differ in object {x.objgen}, of type {getattr(x, 'Type', type(x).__name__)}"
    return f"{one} and {other} differ outside their common objects"


def _unicode_map(font):
    """Character codes to text, from the font's ToUnicode."""
    out = {}
    text = font.ToUnicode.read_bytes().decode("ascii")

    def chars(digits):
        return bytes.fromhex(digits).decode("utf-16-be")

    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, to in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            out[int(code, 16)] = chars(to)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for low, high, to in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            for i in range(int(low, 16), int(high, 16) + 1):
                out[i] = chr(ord(chars(to)) + i - int(low, 16))
    return out


class Pages:
    """The marked content of every page: text by its number, and what is an artifact."""

    def __init__(self, pdf):
        self.marked, self.artifacts, self.numbers = [], [], {}
        self._maps = {}
        for page in pdf.pages:
            self.numbers[page.obj.objgen] = len(self.marked)
            marked, artifacts = self._read(page)
            self.marked.append(marked)
            self.artifacts.append(artifacts)

    def _read(self, page):
        fonts = page.resources.get("/Font", {})
        marked, artifacts, stack, current = {}, [], [], None
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in ("BDC", "BMC"):
                tag, properties = str(operands[0]), operands[1] if len(operands) > 1 else {}
                if isinstance(properties, pikepdf.Name):
                    properties = page.resources.Properties[properties]
                number = int(properties["/MCID"]) if "/MCID" in properties else None
                stack.append((tag, number, str(properties["/ActualText"]) if "/ActualText" in properties else None))
                if stack[-1][2] is not None:
                    self._say(marked, artifacts, stack, stack[-1][2])
            elif name == "EMC":
                stack.pop()
            elif name == "Tf":
                font = fonts[operands[0]]
                if font.objgen not in self._maps:
                    self._maps[font.objgen] = _unicode_map(font)
                current = self._maps[font.objgen]
            elif name in ("Tj", "TJ") and not any(said is not None for _, _, said in stack):
                parts = operands[0] if name == "TJ" else [operands[0]]
                codes = b"".join(bytes(p) for p in parts if isinstance(p, pikepdf.String))
                text = "".join(current[int.from_bytes(codes[i : i + 2])] for i in range(0, len(codes), 2))
                self._say(marked, artifacts, stack, text)
        return marked, artifacts

    @staticmethod
    def _say(marked, artifacts, stack, text):
        number = next((n for _, n, _ in reversed(stack) if n is not None), None)
        if number is None:
            artifacts.append(text)
        else:
            marked[number] = marked.get(number, "") + text


def _attributes(element):
    out = {}
    given = element.get("/A", [])
    for part in given if isinstance(given, pikepdf.Array) else [given]:
        for key in part:
            if key != "/O":
                value = part[key]
                out[key] = [str(v) for v in value] if isinstance(value, pikepdf.Array) else str(value)
    for key in ("/Alt", "/ID", "/T"):
        if key in element:
            out[key] = str(element[key])
    return out


def read(path):
    """The document element of a file, every element with its kind, attributes and text."""
    with pikepdf.open(path) as pdf:
        pages = Pages(pdf)

        def build(element, page):
            page = pages.numbers[element.Pg.objgen] if "/Pg" in element else page
            out = Element(str(element.S)[1:], _attributes(element))
            kids = element.get("/K", [])
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                    out.children.append(build(kid, page))
                    continue
                if isinstance(kid, pikepdf.Dictionary):
                    if "/MCID" not in kid:
                        continue
                    at = pages.numbers[kid.Pg.objgen] if "/Pg" in kid else page
                    number = int(kid.MCID)
                else:
                    at, number = page, int(kid)
                # pieces of text in their order, also between other elements
                out.children.append(Element("text", own=pages.marked[at].get(number, "")))
            return out

        root = pdf.Root.StructTreeRoot
        return build(root.K[0], 0), pages
