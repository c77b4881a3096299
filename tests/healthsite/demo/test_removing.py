"""Removing the demo leaves no trace of it, and nothing else changed."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import models
from django.utils import timezone

from accounts.models import Customer, ExchangeRate, Interaction, Product, User
from healthsite.demo import history
from healthsite.demo.history import score_history
from healthsite.demo.removing import remove
from scoring.models import Objection, Override, Proposal, Scorecard, ScorecardVersion, Settlement, Stay
from scoring.scorecards.drafting import make_draft, propose
from scoring.scorecards.publishing import newest_version
from tests.cast import make_customer, make_row, make_source, make_user
from tests.digest import digest_of
from tests.healthsite.demo.telling import make, silently

pytestmark = pytest.mark.django_db


def filled_tables() -> list[type[models.Model]]:
    ours = (model for room in ("accounts", "scoring", "playbooks") for model in apps.get_app_config(room).get_models())
    return [model for model in ours if model._default_manager.exists()]


def test_no_row_of_the_demo_is_left() -> None:
    before = filled_tables()  # the library of playbooks is there in any case
    make(24)
    remove(say=silently)
    assert filled_tables() == before


def test_of_all_that_was_lived_only_published_scorecards_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 9)
    before = filled_tables()
    score_history(make(30, days=120), say=silently)
    assert {Override, Objection, Settlement, Stay} <= set(filled_tables())
    remove(say=silently)
    assert set(filled_tables()) == {*before, Scorecard, ScorecardVersion}
    assert set(ScorecardVersion.objects.values_list("status", "use")) == {("published", "live"), ("published", "idle")}
    assert not LogEntry.objects.exists()


def test_what_a_demo_person_proposed_goes_and_what_somebody_else_drafted_stays() -> None:
    make(1)
    ada, version = User.objects.filter(role="admin").earliest("pk"), newest_version("framework-002")
    kept = make_draft(version=version, by=make_user("Own", "admin"))
    propose(version=kept, note="Try it", by=ada)
    make_draft(version=version, by=ada)
    remove(say=silently)
    assert list(ScorecardVersion.objects.filter(status="draft")) == [kept]
    assert not Proposal.objects.exists()


def test_what_visitors_added_goes_too() -> None:
    make(1)
    make_row(Interaction, Customer.objects.get(), source=make_source("pages"), kind="note", at=timezone.now())
    remove(say=silently)
    assert not Interaction.objects.exists()


def test_scorecards_stay_even_those_published_by_a_demo_person() -> None:
    before = filled_tables()
    make(1)
    published = {
        "status": "published",
        "published_at": timezone.now(),
        "published_by": User.objects.filter(role="admin").earliest("pk"),
    }
    scorecard = Scorecard.objects.create(key="own", title="Own")
    ScorecardVersion.objects.create(scorecard=scorecard, number=1, definition={}, digest="0", **published)
    remove(say=silently)
    assert ScorecardVersion.objects.get().published_by is None
    assert set(filled_tables()) == {*before, Scorecard, ScorecardVersion}


def test_own_customers_people_products_and_rates_stay() -> None:
    make_row(Interaction, make_customer("Own"), kind="note", at=timezone.now())
    Product.objects.create(sku="OWN-1", name="Own")
    before = digest_of(Customer, Interaction, Product, User)
    make(2)
    remove(say=silently)
    assert digest_of(Customer, Interaction, Product, User) == before
    assert ExchangeRate.objects.exists()


def test_removing_nothing_says_so() -> None:
    said: list[str] = []
    remove(say=said.append)
    assert said == ["There is no demo workspace here."]
