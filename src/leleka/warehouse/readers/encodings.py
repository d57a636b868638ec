"""The encoding of a text file: as declared, as its byte order mark says, or UTF-8; what is not so is refused, with the
encoding in which it can be read.
"""

import codecs
import re
import shutil
from pathlib import Path
from typing import Final

from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput

_BLOCK: Final = 1 << 20
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF16_HIGH: Final = frozenset({0, 4})
_UTF8: Final = frozenset({"utf-8", "ascii"})
_LONGEST: Final = 8_000_000  # characters of a line that are looked at
_LOOKED_AT: Final = 64_000  # bytes, for a guess
# Names as people write them, by Python's. Few: the more there are, the more often a wrong one seems likely.
_CYRILLIC: Final = {"cp1251": "windows-1251", "koi8_u": "koi8-u", "cp866": "cp866"}
_LATIN: Final = {"cp1252": "windows-1252", "cp1250": "windows-1250", "cp1254": "windows-1254"}
_FEWEST: Final = 4  # letters that are not UTF-8: one may be anything
_SYMBOL_IN_A_WORD: Final = re.compile(
    r"(?<=[^\W\d_])[^\w\s.,;:'\"()/|&+@’-]|[^\w\s.,;:'\"()/|&+@’„“«-](?=[^\W\d_])"
)


def encoding_of(path: Path, spec: SourceSpec) -> str | None:
    """Return the encoding of a file, None where nothing is said and it is UTF-8."""
    if spec.encoding is None:
        with path.open("rb") as file:
            return "utf-16" if file.read(2) in _UTF16 else None
    try:
        "".encode(spec.encoding)  # also refuses anything that is not a text encoding
        return codecs.lookup(spec.encoding).name
    except (LookupError, ValueError) as error:
        raise InvalidInput("ENCODING_UNKNOWN", where=spec.name, encoding=spec.encoding) from error


def as_utf8(name: str, path: Path, encoding: str, aside: Path) -> Path:
    """Return the file itself where its encoding is UTF-8, else rewrite it into ``aside``."""
    if encoding.removesuffix("-sig") in _UTF8:
        return path
    if _is_utf8_by_mistake(path):
        raise InvalidInput("FILE_ENCODING.declared", where=name, encoding=encoding.upper(), guess="utf-8")
    target = aside / "utf8.csv"
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            shutil.copyfileobj(source, out, _BLOCK)
    except UnicodeError as error:
        raise encoding_fault(name, path, encoding) from error
    return target


def encoding_fault(name: str, path: Path, encoding: str) -> InvalidInput:
    """Build the error for bytes that are not text in the encoding: their line, and the encoding that would do."""
    line, bytes_of_it = _first_bad_line(path, encoding)
    where, shown = f"{name}, line {line}", encoding.upper()
    guess = _guess(path, bytes_of_it)
    if guess is None:
        return InvalidInput("FILE_ENCODING", where=where, encoding=shown)
    return InvalidInput("FILE_ENCODING.guess", where=where, encoding=shown, guess=guess)


def utf16_without_a_mark(head: bytes) -> str | None:
    """Return the encoding of text of which every other byte is one of few: Latin letters have 0 there, Cyrillic 4."""
    for encoding, high, low in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if (
            high
            and sum(byte in _UTF16_HIGH for byte in high) > 0.9 * len(high)
            and 0 in high
            and 0 not in low
        ):
            return encoding
    return None


def _first_bad_line(path: Path, encoding: str) -> tuple[int, bytes]:
    errors, sign = ("surrogateescape", None) if encoding == "utf-8" else ("replace", "\ufffd")
    line, text = 1, ""
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        for number, read in enumerate(iter(lambda: file.readline(_LONGEST), ""), 1):
            line, text = number, read
            if (sign in text) if sign else any("\udc80" <= character <= "\udcff" for character in text):
                break
    return line, text.encode("utf-8", "surrogateescape") if sign is None else b""


def _guess(path: Path, bad: bytes) -> str | None:
    """Return the encoding in which the whole file can be read, and reads like a language."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - heavy, and only such a file needs it

    if _reads(path, "utf-8"):
        return "utf-8"
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
    sample = head if not head.isascii() else bad[:_LOOKED_AT]
    letters = [sign for sign in sample.decode("utf-8", "replace") if not sign.isascii()]
    wrong = letters.count("\ufffd")
    if wrong < _FEWEST or wrong < len(letters) / 2:  # too few to tell, or lines in two encodings
        return None
    match = from_bytes(sample, cp_isolation=[*_CYRILLIC, *_LATIN], threshold=0.5).best()
    if match and match.encoding in _CYRILLIC and _reads(path, match.encoding):
        return _CYRILLIC[match.encoding]
    readable = [one for one in _LATIN if _reads(path, one)]
    best = min(readable, key=lambda one: _symbols_in_words(sample, one), default=None)
    return _LATIN[best] if best else None


def _symbols_in_words(sample: bytes, encoding: str) -> int:
    """Return how often a sign stands where a letter should: in a Latin text, of the wrong alphabet."""
    return len(_SYMBOL_IN_A_WORD.findall(sample.decode(encoding, "replace")))


def _reads(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(_BLOCK):
                pass
    except UnicodeError:
        return False
    return True


def _is_utf8_by_mistake(path: Path) -> bool:
    """Return whether text with letters outside ASCII is UTF-8, as bytes of another encoding are only by a miracle."""
    with path.open("rb") as file:
        head = file.read(_BLOCK)
    if head.isascii() or head.startswith(_UTF16):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # its end may be half a character
    except UnicodeDecodeError:
        return False
    return True
