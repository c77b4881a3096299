"""From the text of a cell to a value: one function per type; a cell that does not fit raises `Bad`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from accounts.ingestion.formats import Format, Parser
from accounts.ingestion.problems import CONTROL, Bad, shown

BOOLEANS = {
    **dict.fromkeys(("true", "yes", "t", "1"), True),
    **dict.fromkeys(("false", "no", "f", "0"), False),
}
CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def text(longest: int, forbidden: re.Pattern[str] = CONTROL) -> Parser:
    """A text of at most so many characters, composed (NFC) so that equal names are equal."""

    def parse(cell: str, _format: Format) -> str:
        if found := forbidden.search(cell):
            raise Bad("control_character", f"the text holds the control character U+{ord(found[0]):04X}")
        composed = cell if cell.isascii() else unicodedata.normalize("NFC", cell)
        if len(composed) > longest:
            raise Bad("too_long", f"the text has {len(composed)} characters; at most {longest} fit")
        return composed

    return parse


def email(longest: int) -> Parser:
    """An e-mail address in lower case, so that one person is one user."""
    plain = text(longest)

    def parse(cell: str, format: Format) -> str:
        address = str(plain(cell, format)).lower()
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
            raise Bad("not_an_email", f"“{shown(cell)}” is not an e-mail address")
        return address

    return parse


def choice(accepted: Sequence[str], variants: Mapping[str, str]) -> Parser:
    """One of a fixed set of words; case, blanks, hyphens and known spelling variants are folded first."""

    def parse(cell: str, _format: Format) -> str:
        word = re.sub(r"[\s\-]+", "_", cell.strip().lower())
        word = variants.get(word, word)
        if word not in accepted:
            raise Bad("unknown_value", f"“{shown(cell)}” is none of {', '.join(accepted)}")
        return word

    return parse


def words(each: Parser) -> Parser:
    """Several values separated by `;`, each once, in their order."""

    def parse(cell: str, format: Format) -> list[Any]:
        parts = (part.strip() for part in cell.split(";"))
        return list(dict.fromkeys(each(part, format) for part in parts if part))

    return parse


def boolean(cell: str, _format: Format) -> bool:
    """Yes or no."""
    try:
        return BOOLEANS[cell.lower()]
    except KeyError:
        raise Bad("not_a_boolean", f"“{shown(cell)}” is none of true, false, yes, no, t, f, 1, 0") from None


def currency(cell: str, _format: Format) -> str:
    """A currency code of three letters."""
    if not re.fullmatch(r"[A-Za-z]{3}", cell):
        raise Bad("unknown_value", f"“{shown(cell)}” is not a currency code of three letters such as EUR")
    return cell.upper()


def time_zone(cell: str, _format: Format) -> str:
    """The name of a time zone that this machine knows."""
    if cell not in _zones():
        raise Bad("unknown_value", f"“{shown(cell)}” is not a time zone such as Europe/Oslo")
    return cell


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
