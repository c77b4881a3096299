"""Territory 56088: the counts of document 000, and the score that follows from them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from accounts.models import Asset, Customer
from healthsite.demo.stories import TERRITORY
from scoring.models import Purpose, Run, ScoreRecord
from scoring.packing import unpack
from tests.healthsite.demo.telling import LAST, make

pytestmark = pytest.mark.django_db


def units() -> list[Asset]:
    return list(Asset.objects.filter(customer__external_id="56088").select_related("product"))


@pytest.fixture
def _territory() -> None:
    make(TERRITORY + 1)


@pytest.mark.usefixtures("_territory")
def test_it_has_63_units_in_the_four_areas_of_the_document() -> None:
    assert Customer.objects.get(external_id="56088").name == "Territory 56088"
    assert sum(unit.quantity for unit in units()) == 63
    assert Counter(unit.product.business_area for unit in units()) == {
        "WLAN HW": 37,
        "Server Storage & Inf": 17,
        "x86 Premium and Scale-up Rack": 7,
        "C-Class Units & Enclosures": 2,
    }


@pytest.mark.usefixtures("_territory")
def test_its_units_are_supported_as_the_document_counts_them() -> None:
    assert Counter(unit.support_status for unit in units()) == {
        "active": 33,
        "expired_uncovered": 20,
        "expired_flex": 6,
        "expired_fixed": 4,
    }
    assert all((unit.support_ends_on > LAST) == (unit.support_status == "active") for unit in units())


@pytest.mark.usefixtures("_territory")
def test_27_units_ended_from_2009_to_2019_and_36_have_no_end_announced() -> None:
    years = [unit.end_of_life_on.year for unit in units()]
    assert sum(2009 <= year <= 2019 for year in years) == 27
    assert years.count(2099) == 36


@pytest.mark.usefixtures("_territory")
def test_the_36_aruba_units_without_an_end_are_the_current_technology() -> None:
    # Document 000 does not say which are current; presets, Territory 56088, assumes it. The 37th WLAN unit has ended.
    current = [unit for unit in units() if unit.product.technology == "current"]
    assert {unit.product.name for unit in current} == {"Aruba AP-325", "Aruba AP-335"}
    assert len(current) == 36
    assert {unit.end_of_life_on for unit in current} == {date(2099, 12, 31)}
    assert {unit.product.technology for unit in units()} == {"current", "legacy"}


@pytest.mark.usefixtures("_territory")
@time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC))
def test_the_preset_install_base_scores_it_58_7302_with_a_support_coverage_of_52_38() -> None:
    call_command("score", "--date", str(LAST), "--scorecard", "install-base", stdout=StringIO(), stderr=StringIO())
    run = Run.objects.get(purpose=Purpose.TRIAL, scorecard="install-base")
    record = ScoreRecord.objects.select_related("version").get(run=run, customer__external_id="56088")
    coverage = unpack(record.inputs, record.version.engine).raw["support_coverage"]
    assert coverage == pytest.approx(100 * 33 / 63)
    assert round(coverage, 2) == 52.38
    assert record.score == pytest.approx(58.7302, abs=5e-5)
