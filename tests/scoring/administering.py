"""What the tests of the admin's scorecard pages share: where the pages are, and what their forms would send."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from scoring.models import ScorecardVersion

PLACES = {
    "first": "components[0].weight",
    "second": "components[1].weight",
    "csat": "components[0].measures[0].weight",
}
ADDRESS = "/admin/scoring/scorecardversion/"


def fields(client: Client, draft: ScorecardVersion, **changes: Any) -> dict[str, Any]:
    """What the draft's form would send, with some fields changed."""
    form = client.get(f"{ADDRESS}{draft.pk}/change/").context["form"]
    return {name: form[name].value() for name in form.fields} | changes


def change(client: Client, draft: ScorecardVersion, **changes: Any) -> Any:
    places = {
        "first": "components[0].weight",
        "second": "components[1].weight",
        "csat": "components[0].measures[0].weight",
    }
    sent = {places.get(name, name): value for name, value in changes.items()}
    return client.post(f"{ADDRESS}{draft.pk}/change/", fields(client, draft, **sent))


def act(client: Client, version: ScorecardVersion, what: str, **data: Any) -> Any:
    return client.post(f"{ADDRESS}{version.pk}/{what}/", data)


def text(response: Any) -> str:
    """The page with its white space made even."""
    return re.sub(r"[ \n]+", " ", response.content.decode())
