"""The rule by which the receiving server takes an e-mail address: that of commons-validator 1.10.1, as `EmailValidator.getInstance()` has it.

Source: apache/commons-validator at `rel/commons-validator-1.10.1` (`EmailValidator`, `DomainValidator`, `InetAddressValidator`) and
`java.net.IDN` of Java 25, whose names go through nameprep of Unicode 3.2. The rule is the server's, not that of any RFC: it takes
`""@example.org` and a curly apostrophe, and refuses a host without a dot. Two things in it are Java's own: what counts as white space
in a pattern (six ASCII characters), and lengths in UTF-16 units.
"""

from __future__ import annotations

import re
import stringprep
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from provkit._tlds import TLDS

if TYPE_CHECKING:
    import numpy as np
    from pyarrow import Array

__all__ = ["is_valid", "valid_mask", "valid_values"]

_ATOM = r"A-Za-z0-9_+\-"
_PLAIN = re.compile(rf"[{_ATOM}]++(?:\.[{_ATOM}]++)*+@[A-Za-z0-9]++(?:[.-][A-Za-z0-9]++)*+")
"""Addresses of which only what follows the last dot is in question; for those of at most `_PLAIN_LENGTH` no length limit can bite."""
_PLAIN_LENGTH = 64

_PLAINLY_VALID = (
    rf"^[{_ATOM}]+(?:\.[{_ATOM}]+)*@(?:[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*\.)+"
    r"(?:com|edu|org|net|gov|us|info|io|ca|uk|de|fr|mx|br|in|cn|kr|jp)\z"
)
"""In RE2's language, for columns of a million: what matches and is no longer than `_PLAIN_LENGTH` bytes is valid; the rest is not
known."""
_AT_ONCE = 1 << 16
"""How many addresses of a column are looked at by one thread at a time."""

_LINE_ENDS = r"\n\r\x85\u2028\u2029"  # what a dot in a Java pattern does not match
_SPACES = r" \t\n\x0b\f\r"  # what \s in a Java pattern matches
_LINE_END = re.compile(f"[{_LINE_ENDS}]")
_SPACE = re.compile(f"[{_SPACES}]")
_LITERAL = re.compile(rf"\[([^{_LINE_ENDS}]*)\]")

_LOCAL_LENGTH = 64
_BARE = rf"(?:\\[^{_LINE_ENDS}]|[^{_SPACES}\x00-\x1f\x7f()<>@,;:\\\".\[\]])+"
_QUOTED = r'"(?:[^"]*\\")*[^"]*"'  # a quote inside must follow a backslash, whatever stands before that
_LOCAL = re.compile(rf"(?:{_BARE}|{_QUOTED})(?:\.(?:{_BARE}|{_QUOTED}))*")

_DOMAIN_LENGTH = 253
_LABEL_LENGTH = 63
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+([A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)\.?")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")

_SHORT_NUMBER = re.compile(r"[0-9]{1,3}")
_ZONE = re.compile(rf"[^{_SPACES}/%]+")
_OCTET = 255
_PREFIX_BITS = 128
_GROUPS = 8
_GROUP_DIGITS = 4


def is_valid(address: str | None) -> bool:
    """Whether the server takes an address for a guest's.

    Args:
        address: The address as it stands in the file, nothing trimmed; None where there is none.

    Returns:
        What `EmailValidator.getInstance().isValid` returns.
    """
    if address is None or address.endswith("."):
        return False
    address = _joined(address)
    # The pattern is ^(.+)@(\S+)$: the last @ that has no line end before it and something behind it. Some line ends are no spaces.
    line_end = _LINE_END.search(address)
    at = address.rfind("@", 1, min(len(address) - 1, line_end.start() if line_end else len(address)))
    return at > 0 and _SPACE.search(address, at) is None and _is_local(address[:at]) and _is_domain(address[at + 1 :])


def valid_mask(values: Iterable[str | None]) -> list[bool]:
    """`is_valid` of each value; quick where most are plainly fine.

    Args:
        values: Addresses, best the distinct ones.

    Returns:
        One truth value per address, in order.
    """
    plain, tlds, limit = _PLAIN.fullmatch, TLDS, _PLAIN_LENGTH
    return [
        value.rpartition(".")[2].lower() in tlds if value is not None and len(value) <= limit and plain(value) else is_valid(value)
        for value in values
    ]


def valid_values(values: Array[Any]) -> np.ndarray:
    """`is_valid` of each value of an Arrow array; null is not valid.

    Args:
        values: Strings, best the distinct ones.

    Returns:
        One truth value per address, in order.
    """
    import os
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    pieces = [values.slice(start, _AT_ONCE) for start in range(0, len(values), _AT_ONCE)]
    if len(pieces) < 2:
        masks = list(map(_valid_piece, pieces))
    else:
        with ThreadPoolExecutor(os.cpu_count()) as workers:
            masks = list(workers.map(_valid_piece, pieces))
    return np.concatenate(masks) if masks else np.zeros(0, bool)


def _valid_piece(values: Any) -> np.ndarray:
    import numpy as np
    import pyarrow.compute

    pc: Any = pyarrow.compute  # its stubs know no mixture of arrays and scalars
    plain = pc.and_(pc.match_substring_regex(values, _PLAINLY_VALID), pc.less_equal(pc.binary_length(values), _PLAIN_LENGTH))
    mask = pc.fill_null(plain, False).to_numpy(zero_copy_only=False).astype(bool)  # noqa: FBT003 - Arrow's own signature
    odd = np.flatnonzero(~mask)
    mask[odd] = valid_mask(values.take(odd).to_pylist())
    found: np.ndarray = mask
    return found


def _joined(text: str) -> str:
    """The text with surrogate halves that stand side by side made one character, as Java reads them."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text


def _is_local(local: str) -> bool:
    """The part before the last `@` that leaves a domain behind it."""
    units = len(local) + sum(character > "\uffff" for character in local)
    return units <= _LOCAL_LENGTH and _LOCAL.fullmatch(local) is not None


def _is_domain(domain: str) -> bool:
    """A name with a known top-level domain, or an IP address in square brackets."""
    literal = _LITERAL.fullmatch(domain)
    if literal is not None:
        return _is_ipv4(literal[1]) or _is_ipv6(literal[1])
    if not domain.isascii():
        named = _to_ascii(domain)
        if named is None:
            return False
        domain = named
    if len(domain) > _DOMAIN_LENGTH:
        return False
    match = _DOMAIN.fullmatch(domain)
    return match is not None and match[1].lower() in TLDS


def _to_ascii(domain: str) -> str | None:
    """`IDN.toASCII` of a domain with other than ASCII characters; None where it refuses.

    A refused domain is afterwards matched as it is, and other than ASCII characters never match. One that must come out longer than
    any domain may be is refused here.
    """
    labels = _DOTS.split(domain)
    if not labels[-1]:
        labels.pop()  # a last dot, of whatever sort, is kept
        tail = "."
    else:
        tail = ""
    if 2 * len(labels) - 1 > _DOMAIN_LENGTH:
        return None
    names = []
    for label in labels:
        name = label if label.isascii() else _label_to_ascii(label)
        if not name or len(name) > _LABEL_LENGTH:
            return None
        names.append(name)
    return ".".join(names) + tail


def _label_to_ascii(label: str) -> str | None:
    """One label by RFC 3490, without the rules for host names; None where it is refused."""
    name = _nameprep(label)
    if name is None or len(name) > _LABEL_LENGTH:
        return None
    if name.isascii():
        return name
    if name[:4].lower() == "xn--":
        return None
    return "xn--" + name.encode("punycode").decode("ascii").lower()


def _nameprep(label: str) -> str | None:
    """RFC 3491 as Java applies it; None where a character is not assigned in Unicode 3.2, prohibited, or of mixed direction."""
    if any(stringprep.in_table_a1(character) for character in label):
        return None
    mapped = "".join(stringprep.map_table_b2(character) for character in label if not stringprep.in_table_b1(character))
    name = unicodedata.ucd_3_2_0.normalize("NFKC", _joined(mapped))
    if any(prohibited(character) for character in name for prohibited in _PROHIBITED):
        return None
    directions = [unicodedata.bidirectional(character) for character in name]  # today's, as Java's; the rest is Unicode 3.2
    right = [direction in {"R", "AL"} for direction in directions]
    if any(right) and ("L" in directions or not (right[0] and right[-1])):
        return None
    return name


_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def _is_ipv4(text: str) -> bool:
    """Four numbers up to 255 without leading zeros."""
    parts = text.split(".")
    return len(parts) == 4 and all(
        _SHORT_NUMBER.fullmatch(part) is not None and int(part) <= _OCTET and not (len(part) > 1 and part.startswith("0"))
        for part in parts
    )


def _is_ipv6(text: str) -> bool:
    """An IPv6 address, with a prefix length and a zone if there are any."""
    address, slash, prefix = text.partition("/")
    if slash and not (_SHORT_NUMBER.fullmatch(prefix) is not None and int(prefix) <= _PREFIX_BITS):
        return False
    address, percent, zone = address.partition("%")
    if percent and _ZONE.fullmatch(zone) is None:
        return False
    short = "::" in address
    if short and address.find("::") != address.rfind("::"):
        return False
    if (address.startswith(":") and not address.startswith("::")) or (address.endswith(":") and not address.endswith("::")):
        return False
    return _are_groups(_java_split(address), short=short, ends_short=address.endswith("::"), starts_short=address.startswith("::"))


def _java_split(address: str) -> list[str]:
    """`String.split(":")`: empty strings at the end are left out; a text without a colon is returned as it is."""
    if ":" not in address:
        return [address]
    groups = address.split(":")
    while groups and not groups[-1]:
        groups.pop()
    return groups


def _are_groups(groups: list[str], *, short: bool, starts_short: bool, ends_short: bool) -> bool:
    """Whether the groups of an IPv6 address are well formed and of the right number."""
    if ends_short:
        groups = [*groups, ""]
    elif starts_short:
        groups = groups[1:]
    if len(groups) > _GROUPS:
        return False
    count = 0
    blank_before = False
    for index, group in enumerate(groups):
        blank = not group.strip("".join(map(chr, range(33))))
        if blank:
            if blank_before:
                return False
            count += 1
        elif index == len(groups) - 1 and "." in group:
            if not _is_ipv4(group):
                return False
            count += 2
        elif not _is_hex_group(group):
            return False
        else:
            count += 1
        blank_before = blank
    return count == _GROUPS or (short and count < _GROUPS)


def _is_hex_group(group: str) -> bool:
    """Up to four characters that `Integer.parseInt` reads as a number from 0 to ffff: digits of any script, a sign too."""
    units = len(group) + sum(character > "\uffff" for character in group)
    if units > _GROUP_DIGITS:
        return False
    negative = group.startswith("-")
    digits = group[1:] if group[0] in "+-" else group
    values = [_hex_digit(character) for character in digits]
    return bool(values) and None not in values and not (negative and any(values))


def _hex_digit(character: str) -> int | None:
    """`Character.digit(character, 16)`: digits of every script, and Latin letters, the full-width ones too."""
    if character > "\uffff":
        return None  # Java looks at the halves of a surrogate pair one by one
    decimal = unicodedata.decimal(character, None)
    if decimal is not None:
        return decimal
    plain = chr(ord(character) - 0xFEE0) if "\uff21" <= character <= "\uff5a" else character
    return int(plain, 16) if plain in "abcdefABCDEF" else None
