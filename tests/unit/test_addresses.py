"""The rule of commons-validator 1.10.1; what each case gives was seen by running that release on Java 25."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from provkit.addresses import is_valid, valid_mask

VALID = {
    "plain": "ana.ruiz@example.org",
    "upper case and a hyphen": "ANA@MAIL-1.EXAMPLE.ORG",
    "apostrophe": "o'neil@example.org",
    "plus, slash and equals": "a+b/c=d@example.org",
    "quoted and empty": '""@example.org',
    "quoted with a space": '"a b"@example.org',
    "quoted with a quote behind a backslash": '"a\\"b"@example.org',
    "backslash before an at": "a\\@b@example.org",
    "IPv4 in brackets": "a@[1.2.3.4]",
    "IPv6 in brackets": "a@[::1]",
    "IPv6 with zone and prefix": "a@[fe80::1%eth0/64]",
    "IPv6 that ends in IPv4": "a@[::ffff:1.2.3.4]",
    "full-width digits in IPv6": "a@[::\uff11\uff21]",
    "a sign in IPv6": "a@[::+1]",
    "local part of 64": "a" * 64 + "@example.org",
    "domain of 253": f"ana@{'.'.join(['a' * 49] * 5)}.org",
    "other letters": "é.ü@münchen.de",
    "domain of other letters": "a@例え.jp",
    "top-level domain of other letters": "a@пример.рф",
    "top-level domain as punycode": "a@b.xn--p1ai",
    "ideographic full stops": "a@b\u3002example\uff0eorg",
    "ideographic full stop at the end": "a@example.org\u3002",
    "soft hyphen in the domain": "a@exam\u00adple.org",
    "byte order mark": "\ufeffana@example.org",
    "replacement character": "an\ufffd@example.org",
    "curly apostrophe": "o\u2019neil@example.org",
}


@pytest.mark.parametrize("address", VALID.values(), ids=VALID.keys())
def test_takes(address):
    assert is_valid(address)
    assert valid_mask([address]) == [True]


INVALID = {
    "nothing": "",
    "missing": None,
    "no at": "example.org",
    "nothing before the at": "@example.org",
    "nothing behind the at": "a@",
    "space before": " ana@example.org",
    "space behind": "ana@example.org ",
    "no-break space behind": "ana@example.org\u00a0",
    "line end behind": "ana@example.org\n",
    "host without a dot": "ana@localhost",
    "unknown top-level domain": "ana@example.con",
    "local top-level domain": "ana@example.local",
    "test top-level domain": "ana@example.test",
    "dot at the end": "ana@example.org.",
    "dot before the at": "ana.@example.org",
    "two dots": "an..a@example.org",
    "bare IP address": "ana@1.2.3.4",
    "IP address with a leading zero": "ana@[01.2.3.4]",
    "IP address beyond 255": "ana@[1.2.3.256]",
    "IPv6 with its name": "ana@[IPv6:::1]",
    "IPv6 with two gaps": "ana@[1::2::3]",
    "IPv6 of nine groups": "ana@[1:2:3:4:5:6:7:8:9]",
    "IPv6 with a prefix beyond 128": "ana@[::1/129]",
    "IPv6 below zero": "ana@[::-1]",
    "underscore in the domain": "ana@my_host.org",
    "hyphen at a label's end": "ana@host-.org",
    "label of 64": f"ana@{'a' * 64}.org",
    "domain of 254": f"ana@{'.'.join(['a' * 49] * 5)}.info",
    "display name": "Ana <ana@example.org>",
    "local part of 65": "a" * 65 + "@example.org",
    "local part of 33 characters in 66 units": "\U0001f600" * 33 + "@example.org",
    "next line in the local part": "a\u0085b@example.org",
    "empty label between ideographic full stops": "a@b\u3002\u3002org",
    "character that Unicode 3.2 does not know": "a@\u0221.org",
    "directions mixed in a label": "a@\u05d0b.org",
    "punycode with other letters": "a@xn--\u00e9.org",
}


@pytest.mark.parametrize("address", INVALID.values(), ids=INVALID.keys())
def test_refuses(address):
    assert not is_valid(address)
    assert valid_mask([address]) == [False]


def test_the_last_at_that_leaves_a_domain_parts_the_address():
    assert not is_valid("a@b@example.org")
    assert is_valid('"a@b"@example.org')
    assert not is_valid("a@example.org@")


def test_halves_of_a_surrogate_pair_side_by_side_are_one_character():
    assert is_valid("\ud83d\ude00" * 32 + "@example.org")
    assert is_valid("a@\ud800\u00ad\udc00.org")


def test_the_mask_keeps_the_order_of_mixed_values():
    values = ["ana@example.org", "ana@example.con", None, "ana@münchen.de", " ana@example.org", "x" * 65 + "@example.org"]
    assert valid_mask(iter(values)) == [True, False, False, True, False, False]


def test_hostile_addresses_take_linear_time():
    start = time.perf_counter()
    for address in (
        "@" * 1_000_000 + " ",
        "a@" * 500_000 + "\n",
        "a@" + "é." * 500_000 + "org",
        "a@[" + ":" * 1_000_000 + "]",
        '"' * 1_000_000,
    ):
        assert not is_valid(address)
    assert time.perf_counter() - start < 10


def test_importing_loads_no_heavy_library():
    code = "import sys, provkit.addresses; print([m for m in ('pandas', 'pyarrow', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
