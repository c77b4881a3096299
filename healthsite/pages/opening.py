"""The first words about an account, made of its live numbers, and how sure they are."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from accounts.models import Customer
from accounts.wording import counted, listed
from healthsite.pages import words
from healthsite.pages.lacking import Gap
from healthsite.pages.moving import Move
from scoring.engine.display import shown
from scoring.engine.version import Version
from scoring.explaining import Explained

MOST_NAMED = 3


def opening(customer: Customer, explained: Explained, move: Move | None, gaps: list[Gap], today: date) -> str:
    """The account in a few clauses: where it stands, what moved it, what is at stake, what is not known."""
    stored, version = explained.stored, explained.version.engine
    if stored.score is None:
        lead = f"{customer.name} has no score: {stored.get_outcome_display().lower()}."
    else:
        lead = f"{customer.name} stands at {shown(stored.score)} ({version.bands[stored.band].label}){_moved(move)}."
    return " ".join(filter(None, [lead, _stake(customer, explained, today), _unknown(gaps, version)]))


def _moved(move: Move | None) -> str:
    if move is None:
        return ""
    if not move.total:
        return f", unchanged since {move.since:%-d %B}"
    towards = [cause for cause in move.causes if cause.printed * move.total > 0]
    because = f", above all {_lowered(towards[0].text)}" if towards else ""
    return f", {'up' if move.total > 0 else 'down'} {abs(move.total)} since {move.since:%-d %B}{because}"


def _lowered(text: str) -> str:
    """The first letter small, unless the word is an abbreviation such as NPS."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _stake(customer: Customer, explained: Explained, today: date) -> str:
    arr = getattr(explained.stored, "arr", None)
    if customer.renewal_on is None or customer.renewal_on < today:
        return ""
    worth = words.money(arr, settings.REPORTING_CURRENCY) if arr is not None else "The contract"
    return f"{worth} {'renews' if arr is None else 'of ARR renews'} {words.until(customer.renewal_on, today)}."


def _unknown(gaps: list[Gap], version: Version) -> str:
    total = len(version.measures)
    if not gaps:
        return f"All {total} measures have data."
    named = listed([gap.label for gap in gaps], MOST_NAMED)
    return f"{len(gaps)} of {counted(total, 'measure')} {'has' if len(gaps) == 1 else 'have'} no data: {named}."


def untestable_caps(explained: Explained) -> list[str]:
    """The caps whose condition names something that is not known; the range counts both answers (presets 0.8)."""
    caps = zip(explained.version.engine.caps, explained.scored.caps_untestable[0], strict=True)
    return [cap.label for cap, untestable in caps if untestable]
