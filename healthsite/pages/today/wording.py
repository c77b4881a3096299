"""Greetings and alerts in short clauses; pure functions."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from accounts.business_days import site_zone
from accounts.wording import counted
from playbooks.models import Episode
from scoring.engine.display import shown
from scoring.models import ScorecardVersion

SAID: Final = {
    "A4": "a milestone is overdue",
    "A5": "engagement is falling",
    "A6": "use is unusually low",
    "A7": "became a churn risk",
    "A8": "became an emergency",
}
ENOUGH = 3  # early warnings that alone are a decline (I19); with fewer it is measures that fell


def lowered(text: str) -> str:
    """The first letter small, unless the word is an abbreviation such as QBR."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def greeting(now: datetime) -> str:
    """Good morning before noon in the site's zone, and so on."""
    hour = now.astimezone(site_zone()).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def alert_clause(alert: Episode, version: ScorecardVersion | None) -> str:
    """What an alert says, from the numbers kept with it (library 1, A1 to A9)."""
    rule, _, component = alert.rule.partition(":")
    facts = alert.facts
    if rule == "A1" and {"from", "to"} <= facts.keys():
        return f"fell from {shown(facts['from'])} to {shown(facts['to'])} within a week"
    if rule == "A2":
        return f"{component_label(component, version)} fell into red{_at(facts.get('points'))}"
    if rule == "A3":
        count = facts.get("count", 0)
        return f"declines in several ways at once{f': {count} early warnings' if count >= ENOUGH else ''}"
    if rule == "A9" and "renewal_silent_days" in facts:
        return f"the open renewal has been silent for {counted(int(facts['renewal_silent_days']), 'day')}"
    return SAID.get(rule) or f"alert {rule} since {alert.opened_on:%-d %B}"


def component_label(key: str, version: ScorecardVersion | None) -> str:
    """What the customer's scorecard calls a component; its key in words where it has none of that name."""
    labels = {one.key: one.label for one in version.engine.components} if version else {}
    return labels.get(key) or key.replace("_", " ")


def _at(points: float | None) -> str:
    return "" if points is None else f", at {shown(points)}"
