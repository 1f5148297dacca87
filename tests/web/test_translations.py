"""The Persian catalogue is whole: every marked text is there, and reads as Persian."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "fikoadmin" / "translations" / "fa" / "LC_MESSAGES" / "messages.po"
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None, "P_": None, "lazy_pgettext": ((1, "c"), 2), "p": ((1, "c"), 2)}
# What is refused, with the place of its text among the arguments.
REFUSALS = {"Problem": 0, "NotFound": 0, "Conflict": 0, "Forbidden": 0, "Invalid": 1, "wrong": 1}
SHARED = ("services", "models", "matching", "documents", "engine")
PLACEHOLDER = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as text:
        return read_po(text, locale="fa")


def entries(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def marked_texts() -> set[tuple[str | None, str]]:
    found = set()
    for folder, method in (("fikoadmin", "python"), ("templates", "jinja2")):
        pattern = "**.py" if method == "python" else "**.html"
        for _, _, text, _, context in extract_from_dir(
            ROOT / folder, [(pattern, method)], {}, KEYWORDS, strip_comment_tags=True
        ):
            found.add((context, text if isinstance(text, str) else text[0]))
    return found


def test_every_marked_text_is_in_the_catalogue(catalogue: Catalog) -> None:
    known = {(m.context, m.id if isinstance(m.id, str) else m.id[0]) for m in entries(catalogue)}
    assert sorted(text for _, text in marked_texts() - known) == []
    assert sorted(text for _, text in known - marked_texts()) == []


def test_every_text_has_persian_and_none_is_a_guess(catalogue: Catalog) -> None:
    assert [m.id for m in entries(catalogue) if m.fuzzy or not all(translations(m))] == []


def test_placeholders_are_the_same_in_both_languages(catalogue: Catalog) -> None:
    def of(text: str) -> set[str]:
        return set(PLACEHOLDER.findall(text))

    expected = [(m, of(m.id if isinstance(m.id, str) else m.id[1])) for m in entries(catalogue)]
    assert [m.id for m, names in expected if any(of(t) != names for t in translations(m))] == []


def test_no_ascii_digit_and_no_arabic_letter_stands_in_persian_prose(catalogue: Catalog) -> None:
    prose = {t: PLACEHOLDER.sub("", t) for m in entries(catalogue) for t in translations(m)}
    assert [text for text, rest in prose.items() if re.search(r"[0-9٠-٩يىك]", rest)] == []


def unmarked(tree: ast.AST) -> Iterator[str]:
    """The texts of refusals that stand bare where they are raised."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in REFUSALS:
            yield from (ast.unparse(call) for text in call.args[REFUSALS[call.func.id] :][:1] if bare(text))


def bare(text: ast.expr) -> bool:
    return isinstance(text, ast.JoinedStr | ast.Constant) and " " in ast.unparse(text)


def test_every_refusal_of_the_shared_code_is_marked() -> None:
    files = [path for folder in SHARED for path in (ROOT / "fikoadmin" / folder).rglob("*.py")]
    found = {path.name: list(unmarked(ast.parse(path.read_text()))) for path in files}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_a_bare_refusal_would_be_found() -> None:
    assert list(unmarked(ast.parse('raise Invalid("name", f"has {length} characters")')))
    assert list(unmarked(ast.parse('raise NotFound("there is none")')))
