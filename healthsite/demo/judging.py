"""The demo's people judge scores: they override, expect changes, object, settle, and put customers into stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.business_days import date_of, end_of
from accounts.expecting import expect
from accounts.models import Assignment, Customer, Pulse, User
from healthsite.demo import opinions
from healthsite.demo.dating import dated
from healthsite.demo.opinions import Expecting, Objecting, Overriding, Placing
from healthsite.demo.phrases import VERDICTS
from scoring.judgements.desk import open_pulses
from scoring.judgements.objecting import object_to
from scoring.judgements.overriding import end_override, override
from scoring.judgements.settling import settle
from scoring.models import CurrentScore, Objection
from scoring.past.rescoring import refresh_current
from scoring.vocabulary.setting import set_stage

if TYPE_CHECKING:
    from healthsite.demo.working import Team

S = TypeVar("S", Expecting, Objecting, Overriding, Placing)
_SETTLED: Final = 0.8  # share of the pulses that differ from the score
_LOOKED_AT: Final = (2, 6)  # days after the pulse, earliest and latest


@transaction.atomic
def judge_ahead(team: Team) -> None:
    """Say what nights read before any is scored, so that a night is the same whenever it is scored."""
    for expecting, customer, by in _about(team, opinions.EXPECTINGS):
        _expect(team, expecting, customer, by)
    for overriding, customer, by in _about(team, opinions.OVERRIDINGS):
        _override(team, overriding, customer, by)


def judge(team: Team, day: date) -> None:
    """Say on its day what changes no score: objections, what came of them, and stages."""
    for objecting, customer, by in _about(team, opinions.OBJECTINGS):
        if day == _work_day(team, by, objecting.on):
            _object(team, objecting, customer, by)
        elif objecting.settled and day == _work_day(team, by, objecting.on + objecting.settled):
            _settle_objection(team, objecting, customer, day)
    for placing, customer, by in _about(team, opinions.PLACINGS):
        if day == _work_day(team, by, placing.on):
            _place(team, placing, customer, by)


@transaction.atomic
def clear_desk(team: Team, until: date) -> None:
    """Let managers settle most of the pulses that differ from the score, some days after each was given."""
    last = min(end_of(until), timezone.now())
    for manager in _managers(team):
        theirs = open_pulses(Customer.objects.visible_to(manager), last)
        for pulse in theirs.select_related("customer__current_score").order_by("customer__external_id"):
            dice = team.dice("settle", pulse.customer.external_id, pulse.at)
            looks_on = date_of(pulse.at) + timedelta(days=dice.randint(*_LOOKED_AT))
            at = team.next_at_work(manager, looks_on, 3)
            if dice.random() < _SETTLED and at < last:
                with dated(at):
                    _settle_pulse(pulse, manager, dice.choice(VERDICTS))


def _about(team: Team, said: Sequence[S]) -> Iterator[tuple[S, Customer, User]]:
    """Each that is about a customer with a CSM, with both."""
    names = {one.number: f"D{one.number + 1:04d}" for one in said}
    held = Assignment.objects.filter(role="csm", until_on=None, customer__external_id__in=names.values())
    by_name = {one.customer.external_id: one for one in held.select_related("customer", "user")}
    for one in said:
        if there := by_name.get(names[one.number]):
            yield one, there.customer, there.user


def _managers(team: Team) -> Iterator[User]:
    yield from User.objects.filter(role="manager", pk__in=team.hours).order_by("email")


def _work_day(team: Team, by: User, offset: int) -> date:
    return date_of(team.next_at_work(by, team.world.day(offset), 1))


def _seen(customer: Customer, day: date) -> CurrentScore | None:
    """The score that a person sees in the morning of a day: that of the night before."""
    refresh_current(day - timedelta(days=1), customer)
    return CurrentScore.objects.filter(customer=customer).first()


def _expect(team: Team, said: Expecting, customer: Customer, by: User) -> None:
    from_on, until_on = _work_day(team, by, said.on), team.world.day(said.until)
    with dated(team.next_at_work(by, from_on, 1)):
        expect(
            customer=customer,
            metric=said.metric,
            from_on=from_on,
            until_on=until_on,
            expected=None,
            reason=said.reason,
            by=by,
        )


def _override(team: Team, said: Overriding, customer: Customer, by: User) -> None:
    on, until_on = _work_day(team, by, said.on), team.world.day(said.until)
    seen = _seen(customer, on)
    if seen is None or seen.score is None:
        return
    with dated(team.next_at_work(by, on, 1)):
        made = override(customer=customer, score=said.score, reason=said.reason, until_on=until_on, by=by, on=on)
    if said.ends is not None:
        ends = team.next_at_work(by, team.world.day(said.ends), 1)
        with dated(ends):
            end_override(override=made, by=by, on=date_of(ends))


def _object(team: Team, said: Objecting, customer: Customer, by: User) -> None:
    on = _work_day(team, by, said.on)
    seen = _seen(customer, on)
    if seen and seen.role != said.should_be:
        with dated(team.next_at_work(by, on, 1)):
            object_to(customer=customer, should_be=said.should_be, reason=said.reason, component=said.component, by=by)


def _settle_objection(team: Team, said: Objecting, customer: Customer, day: date) -> None:
    objection, seen = Objection.objects.filter(customer=customer, reason=said.reason).first(), _seen(customer, day)
    for manager in _managers(team):
        is_theirs = Customer.objects.visible_to(manager).filter(pk=customer.pk).exists()
        if is_theirs and objection and seen and seen.role not in ("", objection.should_be):
            with dated(team.next_at_work(manager, day, 4)):
                settle(
                    customer=customer,
                    said=objection.should_be,
                    role=seen.role,
                    verdict=said.verdict,
                    reason=said.why,
                    by=manager,
                    objection=objection,
                )


def _settle_pulse(pulse: Pulse, manager: User, says: tuple[str, str]) -> None:
    verdict, reason = says
    role = pulse.customer.current_score.role
    settle(customer=pulse.customer, said=pulse.band, role=role, verdict=verdict, reason=reason, by=manager)


def _place(team: Team, said: Placing, customer: Customer, by: User) -> None:
    on = _work_day(team, by, said.on)
    expires_on = None if said.expires is None else team.world.day(said.expires)
    with dated(team.next_at_work(by, on, 1)):
        set_stage(customer=customer, stage=said.stage, reason=said.reason, by=by, on=on, expires_on=expires_on)
