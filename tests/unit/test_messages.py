"""Message files: no key without a use, no use without a key, both languages with the same placeholders."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from effektutv.i18n import LANGUAGES, Catalogue

SOURCE = Path(__file__).resolve().parents[2] / "src" / "effektutv"
MESSAGES = SOURCE / "i18n" / "messages"
FILES = sorted(path.stem for path in (MESSAGES / "sv").glob("*.toml"))


@cache
def code() -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))]


def said() -> tuple[set[str], list[re.Pattern[str]]]:
    """Every literal of the code, and every text with gaps as a pattern; templates call words by literals too."""
    literals, patterns = set(), set()
    for tree in code():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(p.value) if isinstance(p, ast.Constant) else r"[\w.]+" for p in node.values]
                # a text that is all gaps would match any key
                if re.search(r"[a-z]{2}", "".join(p for p in parts if p != r"[\w.]+")):
                    patterns.add("".join(parts))
    for path in SOURCE.rglob("*.html*"):
        literals |= set(re.findall(r"[\"'](\w+)[\"']", path.read_text(encoding="utf-8")))
    return literals, [re.compile(p) for p in sorted(patterns)]


def longest(words: str) -> str:
    """The longest fixed part of words with gaps."""
    return max(re.split(r"\{\w+\}|[;“”\"']", words), key=len)


def test_every_file_is_there_in_both_languages():
    assert sorted(path.stem for path in (MESSAGES / "en").glob("*.toml")) == FILES
    assert len(FILES) > 10


@pytest.mark.parametrize("file", FILES)
def test_keys_and_placeholders_are_the_same_in_both_languages(file):
    # reading refuses a key that lacks a language, and placeholders that differ
    assert len(Catalogue.read(file)) > 5
    texts = [(MESSAGES / lang / f"{file}.toml").read_text(encoding="utf-8") for lang in LANGUAGES]
    keys = [re.findall(r"^(\S+) = ", text, re.MULTILINE) for text in texts]
    assert keys[0] == keys[1]


def test_no_key_is_without_a_use():
    literals, patterns = said()
    # a side and what lies on it (wording/chance.py)
    literals |= {f"{side}_{kind}" for side in ("lower", "higher") for kind in ("share", "mean", "time")}
    unused = [
        f"{file}: {key}"
        # default labels of figures are looked up by the keys that a table holds
        for file in sorted({*FILES} - {"figures"})
        for key, words in Catalogue.read(file).items()
        if key not in literals
        and not any(p.fullmatch(key) for p in patterns)
        # a check's rule and advice are looked up by their English words
        and not (key.startswith(("rule_", "advice_")) and longest(words["en"]) in " ".join(literals))
    ]
    assert unused == []


def test_no_use_is_without_a_key():
    known = set(Catalogue.read(*(f for f in FILES if f not in ("figures", "shared"))))
    asked = {
        node.args[0].value
        for tree in code()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        and ast.unparse(node.func) in ("w", "words", "ctx.words", "self.words")
    }  # fmt: skip
    assert len(asked) > 300
    assert sorted(asked - known) == []
