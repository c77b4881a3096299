"""The `[source]` table of a mapping: how the source writes, how often it delivers, for which kinds it is complete."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from accounts.business_days import site_zone
from accounts.ingestion.formats import Format
from accounts.ingestion.rules import RuleError
from accounts.kinds import KINDS
from accounts.models import Source

DEFAULT_NAME = "import"


@dataclass(frozen=True)
class SourceOptions:
    """What a mapping says of its source; None and empty mean that it says nothing."""

    name: str = DEFAULT_NAME
    date_order: Literal["YMD", "DMY", "MDY"] = "YMD"
    time_zone: str = ""
    decimal: str = "."
    delimiter: str = ","
    encoding: str = ""
    missing: tuple[str, ...] = ()
    covers: tuple[str, ...] | None = None
    rhythm_days: int | None = None
    expected_lag_days: int | None = None

    def format(self, source: Source | None, now: datetime) -> Format:
        """How cells are read: in the mapping's zone, else the one known for the source, else the site's."""
        zone = self.time_zone or (source.time_zone if source else "")
        own = ZoneInfo(zone) if zone else site_zone()
        return Format(now, own, self.date_order, self.decimal, frozenset(self.missing))


def options_from(written: Mapping[str, Any]) -> SourceOptions:
    """The checked options; raises RuleError with the key at fault."""
    for key, value in written.items():
        if key not in CHECKS:
            raise RuleError(f"“{key}” is no option of [source]; options are {', '.join(CHECKS)}", key)
        accepts, wanted = CHECKS[key]
        if not accepts(value):
            raise RuleError(f"{key} must be {wanted}", key)
    said: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in written.items()}
    return SourceOptions(**said)


def settle_source(options: SourceOptions) -> Source:
    """The source's row, made when new, with what the mapping says of it."""
    source, _made = Source.objects.get_or_create(name=options.name)
    said = {
        "time_zone": options.time_zone or None,
        "covers": None if options.covers is None else list(options.covers),
        "rhythm_days": options.rhythm_days,
        "expected_lag_days": options.expected_lag_days,
    }
    news = {field: value for field, value in said.items() if value not in (None, getattr(source, field))}
    if news:
        Source.objects.filter(pk=source.pk).update(**news)
        source.refresh_from_db()
    return source


def _is_encoding(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(codecs.lookup(value)._is_text_encoding)
    except LookupError:
        return False


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_days(value: Any, least: int) -> bool:
    return type(value) is int and least <= value <= 3650


CHECKS: dict[str, tuple[Any, str]] = {
    "name": (lambda value: isinstance(value, str) and 0 < len(value) <= 64, "a text of at most 64 characters"),
    "date_order": (lambda value: value in ("YMD", "DMY", "MDY"), "YMD, DMY or MDY"),
    "time_zone": (lambda value: value in available_timezones(), "a time zone such as Europe/Oslo"),
    "decimal": (lambda value: value in (".", ","), "“.” or “,”"),
    "delimiter": (lambda value: isinstance(value, str) and len(value) == 1 and value not in '"\r\n', "one character"),
    "encoding": (_is_encoding, "an encoding such as utf-8, utf-16 or cp1252"),
    "missing": (_is_texts, "a list of texts"),
    "covers": (lambda value: _is_texts(value) and set(value) <= set(KINDS), f"a list of {', '.join(KINDS)}"),
    "rhythm_days": (lambda value: _is_days(value, 1), "a number of days, 1 or more"),
    "expected_lag_days": (lambda value: _is_days(value, 0), "a number of days, 0 or more"),
}
