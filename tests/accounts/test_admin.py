"""What an admin changes by hand goes the way everything else goes: dated, logged, and never around the rules."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from accounts.models import Assignment, Change, Customer, User
from tests.cast import give, make_customer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> User:
    ada = make_user("Ada", "admin")
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    return ada


def test_a_new_owner_closes_the_one_before(client: Client, ada: User) -> None:
    customer, bob, charlie = make_customer(), make_user("Bob"), make_user("Charlie")
    before = give(customer, bob, from_on=date(2025, 1, 1))
    form = {"customer": customer.pk, "user": charlie.pk, "role": "csm", "from_on": "2025-09-01"}
    assert client.post("/admin/accounts/assignment/add/", form).status_code == 302
    before.refresh_from_db()
    assert before.until_on == date(2025, 9, 1)
    assert Assignment.objects.get(customer=customer, until_on=None).user == charlie
    assert Change.objects.get(record_id=before.pk, field="until_on").actor == ada


def test_an_assignment_of_the_same_owner_is_not_doubled(client: Client, ada: User) -> None:
    customer, bob = make_customer(), make_user("Bob")
    give(customer, bob)
    form = {"customer": customer.pk, "user": bob.pk, "role": "csm", "from_on": "2025-09-01"}
    client.post("/admin/accounts/assignment/add/", form)
    assert Assignment.objects.count() == 1


def test_what_is_set_by_hand_is_logged_and_is_news_for_scoring(client: Client, ada: User) -> None:
    customer = make_customer("Halden", lifecycle_stage="growth")
    form = {"lifecycle_stage": "renewal", "growth_potential": "high", "is_reference": "true", "tags": '["a"]'}
    assert client.post(f"/admin/accounts/customer/{customer.pk}/change/", form).status_code == 302
    customer.refresh_from_db()
    assert (customer.lifecycle_stage, customer.growth_potential, customer.is_reference) == ("renewal", "high", True)
    assert customer.facts_changed_at
    entry = Change.objects.get(field="lifecycle_stage")
    assert (entry.before, entry.after, entry.actor, entry.customer) == ("growth", "renewal", ada, customer)


def test_a_parent_is_set_by_hand_and_logged_by_its_key(client: Client, ada: User) -> None:
    top, low = make_customer("Top"), make_customer("Low")
    assert client.get(f"/admin/accounts/customer/{low.pk}/change/").status_code == 200
    assert (
        client.post(f"/admin/accounts/customer/{low.pk}/change/", {"parent": top.pk, "tags": "[]"}).status_code == 302
    )
    low.refresh_from_db()
    entry = Change.objects.get(field="parent")
    assert (low.parent, entry.before, entry.after, entry.actor) == (top, None, top.pk, ada)


@pytest.mark.parametrize(
    ("own", "parent", "message"),
    [
        ("Top", "Low", "Low is itself below Top; a circle of parents has no top"),
        ("Top", "Top", "Top cannot be its own parent"),
        ("Low", None, "Select a valid choice"),
    ],
)
def test_a_parent_that_closes_a_circle_is_refused(
    client: Client, ada: User, own: str, parent: str | None, message: str
) -> None:
    top = make_customer("Top")
    keys = {None: 4711, "Top": top.pk, "Low": make_customer("Low", parent=top).pk}
    answer = client.post(f"/admin/accounts/customer/{keys[own]}/change/", {"parent": keys[parent], "tags": "[]"})
    assert message in answer.content.decode()
    assert set(Customer.objects.values_list("name", "parent__name")) == {("Top", None), ("Low", "Top")}


def test_what_a_source_delivers_cannot_be_changed_by_hand(client: Client, ada: User) -> None:
    customer = make_customer("Halden")
    client.post(f"/admin/accounts/customer/{customer.pk}/change/", {"name": "Other", "tags": "[]"})
    assert Customer.objects.get().name == "Halden"


def test_a_person_is_made_with_a_password_and_a_role(client: Client, ada: User) -> None:
    words = "four-plain-words-here"
    form = {"email": "Bob@Example.com", "name": "Bob", "role": "csm", "password1": words, "password2": words}
    assert client.post("/admin/accounts/user/add/", form).status_code == 302
    bob = User.objects.get(name="Bob")
    assert (bob.email, bob.role, bob.check_password(words)) == ("bob@example.com", "csm", True)


def test_making_somebody_an_admin_is_what_opens_the_admin(client: Client, ada: User) -> None:
    bob = make_user("Bob")
    form = {"email": bob.email, "name": "Bob", "role": "admin", "is_active": "on", "weekly_hours": "30"}
    assert client.post(f"/admin/accounts/user/{bob.pk}/change/", form).status_code == 302
    bob.refresh_from_db()
    assert (bob.is_staff, bob.is_superuser) == (True, True)


@pytest.mark.parametrize("page", ["", "?q=halden", "add/"])
@pytest.mark.parametrize("model", ["user", "team", "assignment", "calendar", "source"])
def test_every_list_and_form_opens(client: Client, ada: User, model: str, page: str) -> None:
    give(make_customer("Halden"), make_user("Bob"))
    assert client.get(f"/admin/accounts/{model}/{page}").status_code == 200
