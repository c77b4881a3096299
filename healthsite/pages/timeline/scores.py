"""Score events as lines of a timeline, with their causes in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from accounts.models import Customer
from accounts.timeline import Entry, Look, Tone, last_moment
from healthsite.pages import words
from healthsite.pages.moving import Move, move
from scoring.explaining import Explained
from scoring.timeline import ScoreEvent, explained_nights, score_events

MOST_SEARCHED: Final = 200  # events whose causes are read for a text


def score_entries(customer: Customer, look: Look) -> list[Entry]:
    """Changes of band, falls and other scorecards. Three queries."""
    if not look.wants("score"):
        return []
    events = score_events(look)[: MOST_SEARCHED if look.text else look.most]
    nights = [night for event in events for night in (event.before, event.after)]
    explained = explained_nights(customer.pk, nights)
    return look.newest(_entry(customer, event, explained) for event in events)


def _entry(customer: Customer, event: ScoreEvent, explained: Mapping[int, Explained]) -> Entry:
    before, after = explained[event.before.run], explained[event.after.run]
    at, key = last_moment(event.after.on), ("score", event.place)
    address = f"{customer.get_absolute_url()}?as_of={event.after.on}"
    if event.kind == "version":
        return Entry(at, "score", "Scorecard", f"Scored by {after.version} from here on", key, address=address)
    moved = move(before, after)
    if event.kind == "fall":
        title = f"Down {abs(moved.total)} points in a week, to {moved.after}{_above_all(moved)}"
        return Entry(at, "score", "Score fell", title, key, "", _causes(moved), "bad", address)
    bands = after.version.engine.bands
    was, now = bands[event.before.band], bands[event.after.band]
    title = f"{was.label} to {now.label} at {moved.after}, was {moved.before}{_above_all(moved)}"
    tone: Tone = "good" if event.after.band > event.before.band else "bad"
    return Entry(at, "score", "Band changed", title, key, "", _causes(moved), tone, address)


def _above_all(moved: Move) -> str:
    """The largest cause that moved the score the way it went."""
    towards = [cause for cause in moved.causes if cause.printed * moved.total > 0]
    return f": {towards[0].text}" if towards else ""


def _causes(moved: Move) -> tuple[str, ...]:
    return tuple(f"{cause.text} ({words.signed(cause.printed)})" for cause in moved.causes)
