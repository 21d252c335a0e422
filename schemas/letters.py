"""Letters and signs that are other than they seem: lost, garbled, invisible, or put in by a word processor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import pandas as pd
from pyarrow import array as arrow_array
from pyarrow import large_string
from pyarrow.compute import match_substring_regex

from provkit.rules import Consequence, rule

__all__ = [
    "CANVAS_BLANKS",
    "INVISIBLE",
    "TYPOGRAPHIC",
    "control_character",
    "decimals_in_id",
    "describe_invisible",
    "describe_typographic",
    "encoding_lost",
    "garbled",
    "invisible_character_in_id",
    "letters_garbled",
    "matching",
    "mended",
    "nul_character",
    "trimmed",
    "typed",
    "typographic_sign_in_id",
]

CANVAS_BLANKS = "\0\t\n\v\f\r "
"""What Canvas trims at both ends of a value; the receiving server trims nothing."""

# The characters below look like nothing or like a plain blank: controls, no-break and other odd blanks, joiners and marks of direction.
_CONTROLS = "\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_ODD_BLANKS = "\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufeff\uffa0\ufff9-\ufffb"
INVISIBLE = f"[\t\n\r{_CONTROLS}{_ODD_BLANKS}]"
"""A pattern for one character that nobody sees."""


def matching(values: pd.Series[str], pattern: str) -> pd.Series[bool]:
    """In which values a pattern is found, whatever their case; in one go, where pandas would look once for each of many words.

    Args:
        values: The values.
        pattern: In RE2's language.
    """
    found: Any = match_substring_regex(arrow_array(values, large_string(), from_pandas=True), pattern, ignore_case=True)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=values.index, dtype=bool)


TYPOGRAPHIC: Mapping[str, str] = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
}
"""Quotation marks, apostrophes, hyphens and dashes that no key types but that programs put in, each with the sign of the keyboard."""

_TYPOGRAPHIC = f"[{''.join(TYPOGRAPHIC)}]"
_MAYBE_GARBLED = r"[^\x00-\x7f]{2}|Ã "
"""A letter that was garbled has become two signs beyond ASCII or more; the second of a small a with grave is a blank."""


def trimmed(values: pd.Series[str]) -> pd.Series[str]:
    """The values as Canvas trims them."""
    return values.str.strip(CANVAS_BLANKS)


def describe_invisible(value: str, among: str | None = None) -> str:
    """The first character of a value that nobody sees, by its Unicode name or number.

    Args:
        value: The value.
        among: The characters in question, as the inside of a pattern's brackets; all invisible ones by default.
    """
    found = re.search(INVISIBLE if among is None else f"[{among}]", value.strip(CANVAS_BLANKS))
    if found is None:
        return ""
    number = f"U+{ord(found[0]):04X}"
    name = unicodedata.name(found[0], "")
    return f"{name.lower()}, {number}" if name else number


def describe_typographic(value: str) -> str:
    """The first sign of a value that programs put in for one of the keyboard, by its Unicode name and the sign; "" where there is none.

    Args:
        value: The value.
    """
    found = re.search(_TYPOGRAPHIC, value)
    return f"{unicodedata.name(found[0]).lower()}, U+{ord(found[0]):04X}" if found else ""


def typed(value: str) -> str:
    """A text with the signs of the keyboard in place of those that programs put in.

    Args:
        value: The text.
    """
    return "".join(TYPOGRAPHIC.get(sign, sign) for sign in value)


def mended(value: str) -> str:
    """A text whose letters were read in a wrong encoding, as it was probably written; any other text as it is.

    Args:
        value: The text.
    """
    if "\ufffd" in value or re.search(_MAYBE_GARBLED, value) is None:
        return value
    from ftfy import fix_encoding  # knows which signs stand side by side in no language; takes a tenth of a second to come in

    return fix_encoding(value)


def garbled(values: pd.Series[str]) -> pd.Series[bool]:
    """Which values `mended` would write otherwise.

    Args:
        values: The values.
    """
    maybe = values[values.str.contains(_MAYBE_GARBLED)]
    wrong = pd.Series([mended(value) != value for value in maybe.tolist()], index=maybe.index, dtype=bool)
    return wrong.reindex(values.index, fill_value=False)


@rule(
    "PK262",
    Consequence.ALTERED,
    "{value!r} has lost letters: it holds the sign that stands for a letter in a wrong encoding.",
    odd_only=True,
)
def encoding_lost(values: pd.Series[str]) -> pd.Series[bool]:
    r"""A value holds letters that were written in another encoding than UTF-8.

    What happens: the service reads every file as UTF-8 and puts a replacement sign for each letter that it cannot read, so that José
    arrives in Canvas with a black diamond. Neither the service nor Canvas says anything.
    Remedy: save the file as UTF-8 ("CSV UTF-8" in Excel), or let provkit build make it. If the sign stands in your own file, type the
    letter again.
    Evidence: server source, service/FileParsingUtil (the reader's default of UTF-8)

    ## Example
    ```bytes users.csv
    b"user_id,login_id,first_name,last_name,email,status\n"
    b"jose@example.org,jose@example.org,Jos\xe9,Ortiz,jose@example.org,active\n"
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    jose@example.org,jose@example.org,José,Ortiz,jose@example.org,active
    ```
    """
    return values.str.contains("\ufffd", regex=False)


@rule("PK263", Consequence.REJECTED, "{column} holds a NUL character.", odd_only=True)
def nul_character(values: pd.Series[str]) -> pd.Series[bool]:
    r"""A value holds the character NUL.

    What happens: Canvas refuses a user with it. In the other files it breaks off the whole batch of rows in which it stands, with
    "Error while importing CSV": rows after it may be lost too.
    Remedy: find where the file comes from; such characters are left by faulty exports and by files in UTF-16. Type the value again.
    Evidence: Canvas source, lib/sis/csv/user_importer.rb; for the other files inferred from the database's refusal

    ## Example
    ```bytes sections.csv
    b"section_id,course_id,name,status\nYOGA-01,YOGA,Mon\x00day,active\n"
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    """
    return trimmed(values).str.contains("\0", regex=False)


@rule(
    "PK264",
    Consequence.ALTERED,
    "{value!r} holds a character that nobody sees ({what}), so it is another id than it seems.",
    says=lambda value: {"what": describe_invisible(value)},
    odd_only=True,
)
def invisible_character_in_id(values: pd.Series[str]) -> pd.Series[bool]:
    r"""An id holds a character that cannot be seen, such as a no-break space.

    What happens: neither the service nor Canvas trims such characters. The id differs from the one that it looks like, so that a
    second course or section comes into being, or a reference finds nothing.
    Remedy: type the id again by hand instead of pasting it. Blanks and tabs at either end do no harm in Canvas.
    Evidence: Canvas source, lib/sis/csv/csv_base_importer.rb (trims ASCII white space and NUL only)

    ## Example
    ```bytes sections.csv
    b"section_id,course_id,name,status\nYOGA-01\xc2\xa0,YOGA,Monday,active\n"
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    """
    return trimmed(values).str.contains(INVISIBLE) & ~garbled(values)


@rule(
    "PK265",
    Consequence.ALTERED,
    "{column} holds a control character ({what}).",
    says=lambda value: {"what": describe_invisible(value, _CONTROLS)},
    odd_only=True,
)
def control_character(values: pd.Series[str]) -> pd.Series[bool]:
    r"""A name holds a control character.

    What happens: Canvas stores it, and pages and lists show nothing or a box in its place. Often it is what is left of a curly
    apostrophe or a dash in a wrong encoding.
    Remedy: type the name again.
    Evidence: Canvas source, lib/sis/csv/csv_base_importer.rb (trims both ends only)

    ## Example
    ```bytes sections.csv
    b"section_id,course_id,name,status\nYOGA-01,YOGA,Beginner\xc2\x92s class,active\n"
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Beginner's class,active
    ```
    """
    return trimmed(values).str.contains(f"[{_CONTROLS}]") & ~garbled(values)


@rule(
    "PK266",
    Consequence.ALTERED,
    "{value!r} looks garbled; {meant!r} may be meant.",
    quotes=lambda value: {"meant": mended(value)},
    odd_only=True,
)
def letters_garbled(values: pd.Series[str]) -> pd.Series[bool]:
    """A value holds letters that were read in a wrong encoding, such as Ã© where é was written.

    What happens: the value arrives as it stands, garbled letters and all; in Canvas everybody sees it so. It comes of a file in UTF-8
    that some program opened as if it were in another encoding, and saved again.
    Remedy: type the letters again, or go back to the file as it was before. In Excel open CSV files through Data > From Text/CSV, with
    the encoding UTF-8. provkit changes nothing here: the text that it shows is a guess.
    Evidence: server source, service/FileParsingUtil; the guess is that of the library ftfy

    ## Example
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    jose@example.org,jose@example.org,JosÃ©,Ortiz,jose@example.org,active
    ```
    ## Use instead
    ```csv users.csv
    user_id,login_id,first_name,last_name,email,status
    jose@example.org,jose@example.org,José,Ortiz,jose@example.org,active
    ```
    """
    return garbled(values)


@rule(
    "PK267",
    Consequence.ALTERED,
    "{value!r} holds a sign that the keyboard does not have ({what}); {meant!r} is another id.",
    says=lambda value: {"what": describe_typographic(value)},
    quotes=lambda value: {"meant": typed(value)},
    odd_only=True,
)
def typographic_sign_in_id(values: pd.Series[str]) -> pd.Series[bool]:
    """An id holds a curly quotation mark, a dash, or a hyphen other than that of the keyboard.

    What happens: ids are compared sign by sign. Word processors and spreadsheets put such signs in by themselves, and whoever types the
    id with the plain sign, here or in Canvas, names something else: a second course comes into being, or a reference finds nothing.
    Remedy: type the id again with the plain sign. Leave it if the id stands in Canvas just so.
    Evidence: Canvas source, lib/sis/course_importer.rb, section_importer.rb, enrollment_importer.rb (ids are compared as they are)

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA–01,YOGA,Monday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    YOGA-01,YOGA,Monday,active
    ```
    """
    return values.str.contains(_TYPOGRAPHIC) & ~garbled(values)


@rule(
    "PK269",
    Consequence.ALTERED,
    "{value!r} looks like a number that a program has given decimals; {meant!r} is another id.",
    quotes=lambda value: {"meant": value.strip(CANVAS_BLANKS).partition(".")[0]},
)
def decimals_in_id(values: pd.Series[str]) -> pd.Series[bool]:
    """An id is a whole number with a decimal point and zeros behind it.

    What happens: ids are compared sign by sign, so 4567.0 is not 4567. Spreadsheets and scripts keep numbers with decimals as soon as one
    cell of the column is empty, and write them so.
    Remedy: write the number without the point; keep columns of ids as text. Leave it if the id stands in Canvas just so.
    Evidence: Canvas source, lib/sis/course_importer.rb, section_importer.rb, enrollment_importer.rb (ids are compared as they are)

    ## Example
    ```csv sections.csv
    section_id,course_id,name,status
    4567.0,YOGA,Monday,active
    ```
    ## Use instead
    ```csv sections.csv
    section_id,course_id,name,status
    4567,YOGA,Monday,active
    ```
    """
    return trimmed(values).str.fullmatch(r"[0-9]+\.0+")
