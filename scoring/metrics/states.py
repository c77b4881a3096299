"""Which columns of each kind of state metrics read, so that all of them share one reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

READ_TOGETHER: Final[Mapping[str, Sequence[str]]] = {
    "customers": (
        *("arr", "annual_revenue", "currency", "size", "employees", "customer_since", "country", "renewal_on"),
        *("expected_active_users", "industry", "region", "territory", "support_level", "growth_potential"),
        "is_reference",
    ),
    "contacts": ("email", "department", "roles", "since", "left_on", "last_login_at"),
    "subscriptions": (
        *("plan", "plan_rank", "status", "kind", "started_on", "ended_on", "cancel_requested_on", "trial_ends_on"),
        *("mrr", "currency", "seats", "committed_units", "auto_renew", "is_trial", "renews_on", "notice_days"),
    ),
    "opportunities": (
        *("kind", "stage", "amount", "probability", "currency", "opened_on", "expected_close_on", "closed_on", "won"),
    ),
    "goals": ("kind", "baseline", "target", "actual", "started_on", "due_on", "achieved_on"),
    "assets": (
        *("product", "quantity", "status", "purchased_on", "installed_on", "support_status", "support_ends_on"),
        "end_of_life_on",
    ),
}
