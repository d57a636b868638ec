"""Both languages are complete: nothing is untranslated, copied or fuzzy, and no template has untranslated
text.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

SOURCE = Path(__file__).parents[2] / "src" / "leleka"
CATALOGUE = SOURCE / "locale" / "uk" / "LC_MESSAGES" / "django.po"
TEMPLATES = sorted((SOURCE / "web" / "templates").rglob("*.html"))
# The same in both languages, and checked.
SAME = {"CSV", "ActiveCampaign", "Leleka", "API"}
FAULTY = (
    "Електронна пошті",
    "Район",
    "Дозволи додавання/редагування",
    "Обробна промисловість",
    "Атрибути проекту",
    "Напрямки експорту",
)
_CALLS = {"gettext", "gettext_lazy", "_", "ngettext", "ngettext_lazy", "pgettext", "msg", "msgs"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_SAID = re.compile(r"""(?:n?gettext|_)\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_SPOKEN_ATTRIBUTES = {"aria-label", "placeholder", "title", "alt", "data-done"}
_NAMES = {"Leleka", "UTC", "YAML", "JSON", "CSV"}


def entries() -> list[polib.POEntry]:
    return list(polib.pofile(str(CATALOGUE)))


def test_every_entry_is_translated_and_none_is_doubtful() -> None:
    wrong = [one.msgid for one in entries() if one.fuzzy or not one.translated()]
    assert wrong == []


def test_no_translation_is_a_copy() -> None:
    copied = [one.msgid for one in entries() if one.msgid == one.msgstr and one.msgid not in SAME]
    assert copied == []


def test_no_label_that_is_known_to_be_faulty_is_used() -> None:
    """Of customer-insights' labels those marked as mistranslated."""
    said = [one.msgstr for one in entries()]
    assert [fault for fault in FAULTY if any(fault in text for text in said)] == []


def test_placeholders_survive_translation() -> None:
    holders = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{[^{}]*\}")
    for one in entries():
        expected = set(holders.findall(one.msgid)) | set(holders.findall(one.msgid_plural or ""))
        for text in [one.msgstr, *one.msgstr_plural.values()]:
            assert not text or set(holders.findall(text)) <= expected, one.msgid
            assert one.msgid_plural or set(holders.findall(text)) == expected, one.msgid


def test_plurals_have_the_three_forms_of_ukrainian() -> None:
    plural = [one for one in entries() if one.msgid_plural]
    assert all(len({*one.msgstr_plural}) >= 3 for one in plural)


def test_the_compiled_catalogue_is_current() -> None:
    compiled = {
        (one.msgid, one.msgstr, str(one.msgstr_plural))
        for one in polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    }
    assert compiled == {
        (one.msgid, one.msgstr, str(one.msgstr_plural)) for one in entries() if one.translated()
    }


def spoken_in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _CALLS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def spoken_in_template(path: Path) -> Iterator[str]:
    for found in _SAID.findall(templatize(path.read_text(encoding="utf-8"))):
        yield str(ast.literal_eval(found))


def test_the_catalogue_holds_what_is_said_and_no_more() -> None:
    rooms = [SOURCE / name for name in ("web", "services", "messages", "destinations", "connectors")]
    said = {text for room in rooms for path in room.rglob("*.py") for text in spoken_in_python(path)}
    said |= {text for path in TEMPLATES for text in spoken_in_template(path)}
    known = {one.msgid for one in entries()}
    assert (sorted(said - known), sorted(known - said)) == ([], [])


class Raw(HTMLParser):
    """Collects text, and attributes that are spoken, outside what is translated."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in {"code", "pre", "style", "script"}
        self.found += [value for name, value in attrs if name in _SPOKEN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in {"code", "pre", "style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.found.append(data)


def raw_text(path: Path) -> list[str]:
    pieces, translated = [], False
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        if token.token_type is TokenType.BLOCK:
            name = token.contents.split()[0]
            translated = name in {"blocktranslate", "blocktrans", "comment"} or (
                translated and not name.startswith("end")
            )
        elif token.token_type is TokenType.TEXT and not translated:
            pieces.append(token.contents)
    parser = Raw()
    parser.feed("".join(pieces))
    words = [word for text in parser.found for word in _WORD.findall(text)]
    return [word for word in words if word not in _NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_text_stands_raw_in_a_template(path: Path) -> None:
    assert raw_text(path) == []
