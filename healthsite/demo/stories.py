"""What happens to a demo customer, as a few curves and dates; one generator per kind turns them into rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

# Straight lines between (days from the anchor, level), flat outside.
Curve = tuple[tuple[int, float], ...]

STATES: Final = frozenset({"assignments", "contacts", "subscriptions", "goals", "opportunities"})
FACTS: Final = frozenset({"feature_usage", "tickets", "interactions", "surveys", "pulses", "invoices"})
FED: Final = ("usage", "feature_usage")  # what a feed measures, not people write
MOST: Final = STATES | FACTS | {"usage", "goal_readings", "expectations", "churn_events"}


@dataclass(frozen=True, slots=True)
class Story:
    """The life of one customer. Days count from the anchor, each customer's own events up to `spread` days earlier."""

    key: str
    use: Curve = ((0, 0.68),)  # share of the seats active on a working day
    mood: Curve = ((0, 0.38),)  # -1 angry, 1 delighted
    reply: Curve = ((0, 0.66),)  # share of messages answered and meetings held
    pace: Curve = ((0, 0.88),)  # progress towards goals against plan
    tickets: Curve = ((0, 1.0),)  # a month
    severe: float = 0.2  # share of tickets that are high or critical
    late: Curve = ((0, -4.0),)  # days from due date to payment
    swing: float = 0.0  # share of usage that comes and goes with the year
    starts: int | None = None  # became a customer; None: years ago
    ends: int | None = None  # left
    returns: int | None = None  # came back after having left; nothing is told of the time between
    champion_leaves: int | None = None
    upgrades: int | None = None
    changes_csm: int | None = None
    renewal_moves: int | None = None
    renews: int | None = None  # the day of the year's renewal; None: a year after it became a customer
    telemetry: bool = False  # its usage comes from the second feed, the one that fell silent
    delivered_late: tuple[int, int] | None = None  # usage of these days became known on the last of them
    spread: int = 40
    currency: str = ""
    family: Literal["", "parent", "child"] = ""
    is_prospect: bool = False
    external_id: str = ""  # of the one customer that has a name of its own in the source
    name: str = ""
    kinds: frozenset[str] = MOST


STORIES: Final = {
    story.key: story
    for story in (
        Story("steady"),
        Story(
            "growing", use=((-300, 0.5), (0, 0.9)), mood=((0, 0.65),), reply=((0, 0.9),), pace=((0, 1.1),), upgrades=-70
        ),
        Story(
            "silent",
            use=((-170, 0.75), (-20, 0.12)),
            mood=((-170, 0.4), (-20, -0.1)),
            reply=((-190, 0.7), (-40, 0.12)),
            pace=((-170, 0.85), (0, 0.4)),
        ),
        Story(
            "lost_champion",
            use=((-50, 0.72), (0, 0.2)),
            mood=((-50, 0.4), (-10, -0.2)),
            reply=((-50, 0.7), (-25, 0.15)),
            pace=((-50, 0.85), (0, 0.55)),
            champion_leaves=-50,
            renewal_moves=-40,
            spread=30,
        ),
        Story(
            "payment_trouble",
            use=((-160, 0.65), (0, 0.3)),
            mood=((-160, 0.3), (-60, -0.3)),
            reply=((-160, 0.6), (-60, 0.3)),
            pace=((-160, 0.85), (0, 0.55)),
            late=((-160, -2), (-60, 45), (0, 80)),
        ),
        Story(
            "angry_support",
            use=((-100, 0.7), (0, 0.35)),
            mood=((-100, 0.35), (-55, -0.8)),
            reply=((-100, 0.7), (-30, 0.25)),
            pace=((-100, 0.85), (0, 0.55)),
            tickets=((-100, 1.2), (-55, 4.5)),
            severe=0.45,
        ),
        Story("onboarding", use=((-60, 0.1), (-5, 0.6), (60, 0.8)), starts=-60, spread=0),
        Story(
            "recovered",
            use=((-110, 0.8), (-80, 0.25), (-65, 0.25), (-25, 0.85)),
            mood=((-110, 0.5), (-80, -0.6), (-65, -0.5), (-25, 0.65)),
            reply=((-110, 0.85), (-80, 0.15), (-65, 0.25), (-25, 0.9)),
            pace=((-110, 0.95), (-70, 0.5), (-20, 1.0)),
            changes_csm=-75,
            spread=0,
        ),
        Story(
            "churned",
            use=((-230, 0.7), (-60, 0.08)),
            mood=((-230, 0.2), (-60, -0.5)),
            reply=((-230, 0.6), (-60, 0.15)),
            pace=((-230, 0.8), (-60, 0.4)),
            late=((-230, -2), (-60, 12)),
            ends=-30,
            spread=120,
        ),
        Story("seasonal", swing=0.45, spread=0),
        Story("parent", family="parent"),
        Story("child", use=((0, 0.55),), mood=((0, 0.1),), reply=((0, 0.5),), pace=((0, 0.75),), family="child"),
        Story("foreign_dollar", currency="USD"),
        Story("foreign_pound", currency="GBP", mood=((0, 0.2),), pace=((0, 0.8),)),
        Story("renewal_soon", use=((-90, 0.7), (0, 0.6)), mood=((-90, 0.35), (0, 0.15)), renews=30, spread=12),
        Story(
            "reactivated",
            use=((-150, 0.65), (-85, 0.15), (-30, 0.3), (0, 0.75)),
            mood=((-150, 0.2), (-85, -0.4), (-30, 0.5)),
            reply=((-150, 0.6), (-85, 0.2), (-30, 0.8)),
            ends=-80,
            returns=-30,
            spread=8,
        ),
        Story("feed_outage", use=((0, 0.75),), mood=((0, 0.5),), reply=((0, 0.8),), telemetry=True),
        Story("late_data", delivered_late=(-24, -15), spread=0),
        Story("handed_over", changes_csm=-12, spread=8),
        Story("thin", kinds=frozenset({"assignments", "subscriptions"})),
        Story(
            "prospect",
            reply=((0, 0.5),),
            starts=-70,
            is_prospect=True,
            kinds=frozenset({"assignments", "contacts", "interactions", "opportunities"}),
        ),
        Story("install_base", kinds=MOST | {"assets"}),
        Story(
            "territory",
            mood=((0, 0.1),),
            reply=((0, 0.55),),
            external_id="56088",
            name="Territory 56088",
            kinds=STATES - {"goals"} | {"interactions", "surveys", "invoices", "assets"},
        ),
    )
}

# Who comes after whom, again and again: every story once, then more of the frequent ones.
CAST: Final = (
    *("steady", "growing", "silent", "lost_champion", "payment_trouble", "angry_support", "onboarding", "recovered"),
    *("churned", "seasonal", "thin", "prospect", "install_base", "parent", "child", "child"),
    *("foreign_dollar", "foreign_pound", "renewal_soon", "reactivated", "feed_outage", "late_data", "handed_over"),
    *("steady", "steady", "growing", "steady", "steady", "silent", "steady", "onboarding"),
    *("steady", "growing", "steady", "angry_support", "steady", "foreign_dollar", "steady", "churned", "steady"),
    *("lost_champion", "steady", "growing", "steady", "payment_trouble", "steady", "recovered", "feed_outage"),
)
TERRITORY: Final = 23  # the number of the one customer that is not of the cast
SILENCE: Final = (-11, 30)  # days from the anchor on which the second feed says nothing, both included


def is_of(story: str, external_id: str) -> bool:
    """Whether the customer with this external id lives that story."""
    return external_id.startswith("D") and story_of(int(external_id[1:]) - 1).key == story


def story_of(number: int) -> Story:
    """The story of the customer with this number, counted from 0."""
    return STORIES["territory" if number == TERRITORY else CAST[number % len(CAST)]]
