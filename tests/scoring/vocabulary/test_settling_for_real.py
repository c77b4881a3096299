"""A stage from facts of goals and opportunities, through nights that are really scored."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import Customer, Goal, Opportunity
from scoring.models import Stay
from scoring.past.rescoring import score_day
from scoring.vocabulary.placing import codes
from scoring.vocabulary.stays import stage_on
from scoring.vocabulary.stepping import GROWTH, ONBOARDING, RENEWAL
from tests.cast import make_customer, make_row
from tests.scoring.builders import D, support_scorecard
from tests.scoring.vocabulary.staging import stays

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


def onboarding(customer: Customer, done: int) -> Goal:
    return make_row(Goal, customer, name="Go live", kind="onboarding_step", started_on=ago(60), achieved_on=ago(done))


def test_a_customer_leaves_onboarding_with_its_last_step_and_comes_into_renewal() -> None:
    support_scorecard()
    acme = make_customer(since=ago(60), size="small", renewal_on=D + timedelta(days=90))
    onboarding(acme, done=2)
    for day in (3, 2, 1, 0):
        score_day(ago(day))
    assert stays(acme) == [(ONBOARDING, ago(60), ago(2)), (GROWTH, ago(2), ago(0)), (RENEWAL, ago(0), None)]


def test_a_renewal_won_leads_back_to_growth() -> None:
    support_scorecard()
    acme = make_customer(since=ago(300), renewal_on=D + timedelta(days=20))
    won: dict[str, Any] = {"kind": "renewal", "opened_on": ago(50), "closed_on": ago(1), "won": True}
    make_row(Opportunity, acme, **won)
    for day in (2, 1, 0):
        score_day(ago(day))
    assert stays(acme) == [(RENEWAL, ago(2), ago(1)), (GROWTH, ago(1), None)]


def test_rules_read_the_stage_of_a_date() -> None:
    support_scorecard()
    acme, prospect = make_customer(since=ago(20)), make_customer(since=None)
    onboarding(acme, done=-5)
    score_day(D)
    ids = np.array([acme.pk, prospect.pk])
    found = stage_on(ids, D)
    assert found[0] == codes("stage", np.array([ONBOARDING]))[0]
    assert np.isnan(found[1])
    assert np.isnan(stage_on(ids, ago(21))).all()


@pytest.mark.parametrize("key", ["", "component-default"])
def test_only_an_official_night_moves_anybody(key: str) -> None:
    """A restatement or a trial says what would have been; who is where stays as it was."""
    support_scorecard()
    acme = make_customer(since=ago(60))
    score_day(ago(1))
    before = stays(acme)
    onboarding(acme, done=0)
    Stay.objects.all().delete()
    assert score_day(ago(1), key).purpose == ("trial" if key else "restated")
    assert before
    assert stays(acme) == []
