"""The encodings of text files: those that a file proves, one that the user names, and the two code pages that may be guessed.

Only Windows-1252 and Mac Roman are ever guessed, and only where every word in them could be one of a Western language. Everything else
is refused: that a file reads well in a code page of another part of Europe is said, and for the user to decide.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from provkit.errors import ConfigError, SourceError

__all__ = ["Decoded", "codec_of", "decode"]

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_GUESSED = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman"}
"""Where nothing tells them apart, the code page of Windows is the likelier; it comes first."""

_WESTERN = (
    *("àâæçéèêëîïôœùûüÿ", "áéíóúüñ", "áâãàçéêíóôõúü", "äöüßéë", "åäöæøéüáó", "àèéìíòóùú", "àçèéíïòóúü", "ëïéèöü", "šžäöõü"),
)
"""The letters beyond ASCII of French, Spanish, Portuguese, German, the Nordic languages, Italian, Catalan, Dutch and Estonian."""
_ICELANDIC, _NOT_TURKISH = "áðéíóúýþæö", "áéíóúæ"
"""The letters of Icelandic; its own stand where Windows-1254 has the Turkish ones, so that a word must have one of the others too."""
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "windows-1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýžľĺŕäô", "áéíóöőúüű", "čćđšž", "ăâîşţșț"),
    "windows-1251": ("CYRILLIC",),
    "windows-1252": (_ICELANDIC,),
    "windows-1253": ("GREEK",),
    "windows-1254": ("çğıiöşüâîû", "çğıi̇öşü"),
    "windows-1255": ("HEBREW",),
    "windows-1256": ("ARABIC",),
    "shift_jis": ("CJK", "HIRAGANA", "KATAKANA"),
}
"""Encodings that are offered where a file reads well in them: the letters of a language each, or the names of scripts."""

_IMPOSSIBLE = re.compile("ñ(?![aeiouáéíóúü])|œ(?![uicdst])|iæ$")
"""What no word of a Western language has: these are Polish, or Croatian, in the wrong code page."""

_SAMPLE = 20_000
"""How many letters that are not ASCII are looked at to tell one code page from another."""
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*")


@dataclass(frozen=True)
class Decoded:
    """A file's text.

    Attributes:
        text: What it says.
        encoding: What it was read as, in the user's words.
        guessed: True where nothing in the file proves the encoding.
        marked: True where UTF-8 begins with a byte order mark, which it needs not.
    """

    text: str
    encoding: str
    guessed: bool = False
    marked: bool = False


def codec_of(name: str) -> str:
    """The codec that a name means.

    Args:
        name: Such as "windows-1250", "Mac Roman" or "ISO-8859-2".

    Raises:
        ConfigError: There is none, or it is no encoding of text.
    """
    try:
        found = codecs.lookup(name.strip().replace(" ", "_")).name
        "a".encode(found)
    except (LookupError, UnicodeError):  # a codec that makes bytes of bytes is a LookupError too
        raise ConfigError(
            f"There is no encoding {name!r}.", remedy=f"Name one such as {', '.join(_OTHERS)}, mac_roman or iso-8859-2."
        ) from None
    return found


def decode(content: bytes, name: str, said: str | None = None) -> Decoded:
    """Find a text file's encoding: a byte order mark, UTF-8, UTF-16 by its pattern of NULs, what the user said, else a careful guess.

    Args:
        content: The file's bytes.
        name: Its name, for messages.
        said: The encoding of files that do not prove another one.

    Raises:
        SourceError: It is no text, or nobody can tell in which encoding.
        ConfigError: There is no such encoding as was said.
    """
    for mark, codec in _BOMS:
        if content.startswith(mark):
            try:
                return Decoded(content.decode(codec), codec.removesuffix("-sig").upper(), marked=codec == "utf-8-sig")
            except UnicodeDecodeError:
                raise _no_text(name) from None
    if b"\0" in content:
        codec = "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            raise _no_text(name) from None
        if content.count(0) * 4 < len(content) or "\0" in text:
            raise _no_text(name)
        return Decoded(text, "UTF-16")
    named = None if said is None else codec_of(said)
    try:
        return Decoded(content.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        pass
    if said is not None and named is not None:
        try:
            return Decoded(content.decode(named), said)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise SourceError(f"{name} is not {said}: line {line} has bytes that mean nothing there.", remedy=_SAVE) from None
    return _guessed(content, name)


def _guessed(content: bytes, name: str) -> Decoded:
    candidates = []
    for codec in _GUESSED:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        candidates.append((_oddities(text), sum(not _western(word) for word in _words(text)), codec, text))
    if not candidates:
        raise _no_text(name) if _binary(content) else _unclear(content, name)
    odd, strange, codec, text = min(candidates, key=lambda candidate: candidate[:2])
    if _binary(content):
        raise _no_text(name)
    if odd or strange:
        raise _unclear(content, name)
    return Decoded(text, _GUESSED[codec], guessed=True)


def _binary(content: bytes) -> bool:
    return any(byte < 32 and byte not in (9, 10, 12, 13, 26) for byte in set(content[: 1 << 16]))


def _words(text: str) -> set[str]:
    """Its words that have a letter beyond ASCII, in small letters."""
    return {match[0].lower() for match in islice(_WORD.finditer(text), _SAMPLE)}


def _western(word: str) -> bool:
    """Whether a word could be one of a Western language."""
    foreign = set(_FOREIGN.findall(word))
    several = len(word) > 1 and 2 * len(_FOREIGN.findall(word)) > len(word)
    icelandic = foreign <= set(_ICELANDIC) and bool(foreign & set(_NOT_TURKISH))
    known = icelandic or any(foreign <= set(alphabet) for alphabet in _WESTERN)
    return known and not several and not _IMPOSSIBLE.search(word)


def _reads_well(text: str, languages: tuple[str, ...]) -> bool:
    """Whether every word with a letter beyond ASCII could be one of the languages or scripts given."""
    words = _words(text)
    if any(not letter.isalpha() and not letter.isspace() and letter not in "’‘“”„–—…«»" for letter in set(_FOREIGN.findall(text))):
        return False
    if languages[0].isupper():
        return all(unicodedata.name(letter, "").startswith(languages) for word in words for letter in _FOREIGN.findall(word))
    return all(any(set(_FOREIGN.findall(word)) <= set(alphabet) for alphabet in languages) for word in words)


def _oddities(text: str) -> int:
    """How often a capital stands inside a word, or a sign touches a letter: what a wrong code page makes of accented letters."""
    odd = 0
    for match in islice(_FOREIGN.finditer(text), _SAMPLE):
        letter, before, after = match[0], text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
        if letter.isalpha():
            odd += letter.isupper() and (before.islower() or (before.isalpha() and after.islower()))
        elif letter == "’":
            odd += not before.isalpha()
        elif letter == "°":
            odd += (before.isalpha() and before not in "nN") or after.isalpha()  # N° is the number in French and Italian
        elif letter in "‘“":
            odd += before.isalpha()
        elif not letter.isspace():
            odd += before.isalpha() and after.isalpha() if letter in "–—”…" else before.isalpha() or after.isalpha()
    return odd


_SAVE = "In Excel choose Save As, type 'CSV UTF-8 (Comma delimited)', and use that file."


def _no_text(name: str) -> SourceError:
    return SourceError(f"{name} is not a text file, or its encoding cannot be told.", remedy=_SAVE)


def _unclear(content: bytes, name: str) -> SourceError:
    """What is said where a guess could garble names."""
    fits = []
    for encoding, languages in _OTHERS.items():
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _reads_well(text, languages):
            fits.append((encoding, next(iter(_WORD.findall(text)), "")))
    could = f" It could be {' or '.join(f'{encoding} ({example!r})' for encoding, example in fits)}." if fits else ""
    example = fits[0][0] if fits else "windows-1250"
    return SourceError(
        f"{name} is not UTF-8, and its encoding cannot be told: a guess would garble names.{could}",
        remedy=f"{_SAVE} Or say what it is, for example: --encoding {example}",
    )
