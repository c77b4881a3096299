"""The library is there after every migration, and what somebody edited stays as it was edited."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command

from playbooks.installing import install_library, library_alerts, library_playbooks
from playbooks.models import AlertRule, Playbook

pytestmark = pytest.mark.django_db


def test_a_migrated_database_has_the_whole_library() -> None:
    found = dict(Playbook.objects.values_list("key", "definition"))
    assert found == {entry["key"]: entry for entry in library_playbooks()}
    assert list(AlertRule.objects.values_list("key", flat=True)) == [entry["key"] for entry in library_alerts()]
    assert Playbook.objects.get(key="PB-1").title == Playbook.objects.get(key="PB-1").definition["title"]


def test_what_is_missing_comes_back_and_what_was_edited_stays() -> None:
    Playbook.objects.filter(key="PB-2").delete()
    Playbook.objects.filter(key="PB-1").update(title="Ours", definition={"ours": True}, is_active=False)
    AlertRule.objects.all().delete()
    install_library()
    ours = Playbook.objects.get(key="PB-1")
    assert (ours.title, ours.definition, ours.is_active) == ("Ours", {"ours": True}, False)
    assert Playbook.objects.filter(key="PB-2").exists()
    assert AlertRule.objects.count() == len(library_alerts())


def test_when_nothing_is_missing_it_only_looks(django_assert_num_queries: Any) -> None:
    keys = list(Playbook.objects.values_list("pk", "key"))
    with django_assert_num_queries(2):
        install_library()
    assert list(Playbook.objects.values_list("pk", "key")) == keys


def test_before_its_tables_are_there_it_does_nothing(django_assert_num_queries: Any) -> None:
    def get_model(app: str, name: str) -> None:
        raise LookupError(name)

    with django_assert_num_queries(0):
        install_library(apps=SimpleNamespace(get_model=get_model))


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_has_it_too() -> None:
    Playbook.objects.all().delete()
    call_command("flush", interactive=False, verbosity=0)
    assert Playbook.objects.count() == len(library_playbooks())
