"""Metrics that tell of the same behaviour, so that an editor sees when it counts in two components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scoring.engine.card import Version
from scoring.scorecards.describing import metric_label

FAMILIES: Final[Mapping[str, frozenset[str]]] = {
    "Which features are used": frozenset(
        {"feature_adoption_rate", "features_used", "core_feature_days_rate", "core_days_28", "core_days_change"}
    ),
    "How many people use it": frozenset({"active_users_vs_expected", "active_user_rate", "seat_utilisation"}),
    "How often people come": frozenset(
        {"active_days", "days_since_login", "logins_per_user_week", "login_trend", "logins_wow"}
    ),
    "How long people stay": frozenset({"session_minutes_avg", "minutes_per_user_week", "actions_per_session"}),
    "How many tickets there are": frozenset({"tickets_opened", "open_tickets", "ticket_trend", "oldest_open_days"}),
    "How severe the tickets are": frozenset(
        {"critical_open", "critical_ticket_days", "severe_ticket_share", "severe_tickets_30", "severe_rise"}
    ),
    "How punctually they pay": frozenset({"payment_failures", "days_past_due", "on_time_rate"}),
    "What they say in surveys": frozenset({"nps", "csat"}),
    "In which tone they speak": frozenset({"ticket_sentiment", "ticket_sentiment_30", "negative_interactions_30"}),
    "Whether leaders are in touch": frozenset({"sponsor_contact_days", "exec_login_days", "strategic_share"}),
    "Whether they answer": frozenset({"response_rate", "unanswered_21", "email_open_rate"}),
    "What they have reached": frozenset({"goal_attainment", "kpi_progress", "roi_attainment"}),
    "How large they are": frozenset({"size_class", "employees_sqrt", "annual_revenue"}),
}


@dataclass(frozen=True, slots=True)
class Shared:
    """A behaviour that counts in several components: their labels, and the metrics that carry it into them."""

    behaviour: str
    components: tuple[str, ...]
    metrics: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        """The metrics as pages call them."""
        return [metric_label(metric) for metric in self.metrics]


def shared_behaviours(version: Version) -> list[Shared]:
    """Each family whose metrics stand in two components or more; the same metric twice is refused elsewhere (X8)."""
    found = []
    for behaviour, family in FAMILIES.items():
        homes = {c.label: [m.metric for m in c.measures if m.metric in family] for c in version.components}
        there = {label: metrics for label, metrics in homes.items() if metrics}
        if len(there) > 1:
            found.append(Shared(behaviour, tuple(there), tuple(one for some in there.values() for one in some)))
    return found
