"""What the demo's people say about scores: which customer, on which day, what, and why. Days count from the anchor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Customers by their number, counted from 0. The first of each story is left as told; these come after them.
_STEADY, _GROWING, _OTHER, _LOYAL, _SILENT, _CALM = 24, 25, 26, 27, 28, 29


@dataclass(frozen=True, slots=True)
class Overriding:
    """Somebody sets a score from a day up to (not with) another; `ends` = it was ended before that."""

    number: int
    on: int
    until: int
    score: float
    reason: str
    ends: int | None = None


@dataclass(frozen=True, slots=True)
class Expecting:
    """Somebody expects a change: a metric says nothing from a day up to (not with) another."""

    number: int
    on: int
    until: int
    metric: str
    reason: str


@dataclass(frozen=True, slots=True)
class Objecting:
    """Somebody finds a score wrong; `settled` = the days after which a manager settles it so."""

    number: int
    on: int
    should_be: str
    reason: str
    component: str = ""
    settled: int | None = None
    verdict: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Placing:
    """Somebody puts a customer into a stage; `expires` = the day from which the rules go on, None = for good."""

    number: int
    on: int
    stage: str
    reason: str
    expires: int | None = None


OVERRIDINGS: Final = (
    Overriding(
        _SILENT, -110, -50, 58.0, "Their sponsor told me in confidence that the project is put on hold.", ends=-62
    ),
    Overriding(_STEADY, -100, -72, 40.0, "They want to leave over the price, says their head of purchasing."),
    Overriding(_OTHER, -12, 48, 55.0, "A new head of operations compares us with two others; no number shows it yet."),
)
EXPECTINGS: Final = (
    Expecting(_CALM, -70, -42, "usage_trend", "They move two offices into one; nobody works for some days."),
    Expecting(_STEADY, -18, 27, "usage_trend", "Their plant is refitted until next month, with half of the people."),
)
OBJECTINGS: Final = (
    Objecting(
        _LOYAL,
        -34,
        "yellow",
        "Two of the three plants still work with the old reports.",
        "usage",
        settled=5,
        verdict="score",
        why="Looked at it together: the third plant does the work of all three.",
    ),
    Objecting(
        _GROWING,
        -21,
        "yellow",
        "Much of the use comes from a trial that ends this quarter.",
        "usage",
        settled=7,
        verdict="person",
        why="The trial is half of the use. We look at the share of paid seats from now on.",
    ),
    Objecting(_CALM, -8, "yellow", "Nobody of their management came to the last three reviews.", "relationship"),
    Objecting(_LOYAL, -3, "red", "They asked for our terms of notice and for an export of everything."),
)
PLACINGS: Final = (
    Placing(_OTHER, -27, "onboarding", "A second site starts from zero; we guide it as a new one.", expires=33),
    Placing(_LOYAL, -16, "mature", "They have all that they want and roll nothing out any more."),
)
