"""The page on which everybody lands: what to do first, by role."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.models.people import Role
from healthsite.pages.today import duties, feeding, overnight, renewing
from healthsite.pages.today import news as heard
from healthsite.pages.today.first import First, do_first
from healthsite.pages.today.loads import Carried, carried
from healthsite.pages.today.neglected import Neglected
from healthsite.pages.today.ranking import RULE
from healthsite.pages.today.scope import Scope
from healthsite.pages.today.wording import greeting
from healthsite.pages.visitors import user_of
from playbooks.models import Play, Task

LEADERS: Final = (Role.MANAGER, Role.ADMIN)


class Morning:
    """Everything that the page can show; only what the role's layout asks for is read."""

    rule = RULE

    def __init__(self, user: User) -> None:
        self.scope = Scope(user)
        self.greeting = f"{greeting(self.scope.now)}, {user.name.split()[0] if user.name.split() else user.email}"

    @property
    def layout(self) -> str:
        """The template of the role."""
        role = self.scope.user.role
        kind = "manager" if role in LEADERS else "csm" if role == Role.CSM else "onlooker"
        return f"today/_{kind}.html"

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a customer to look after nor anything to do."""
        return not self.renewals.customers and not self.tally.all

    @cached_property
    def first(self) -> list[First]:
        """Whom to look at first."""
        return do_first(self.scope, self._tasks)

    @cached_property
    def _tasks(self) -> list[Task]:
        return duties.my_tasks(self.scope)

    @property
    def tasks(self) -> list[Task]:
        """One's own tasks of this week."""
        return duties.this_week(self._tasks)

    @cached_property
    def tally(self) -> duties.Tally:
        """How many tasks one has."""
        return duties.tally(self.scope)

    @cached_property
    def neglected(self) -> Neglected:
        """Red customers that nobody works on."""
        return Neglected(self.scope)

    @cached_property
    def loads(self) -> list[Carried]:
        """The work of each CSM."""
        return carried(self.scope)

    @cached_property
    def movers(self) -> list[overnight.Mover]:
        """Whom the night moved to another band."""
        return overnight.moved(self.scope)

    @property
    def improved(self) -> list[overnight.Mover]:
        """Whom it moved up."""
        return [one for one in self.movers if one.is_better]

    @cached_property
    def bands(self) -> list[overnight.BandRow]:
        """The book by band."""
        return overnight.by_band(self.scope)

    @cached_property
    def news(self) -> list[heard.News]:
        """What customers did since yesterday."""
        return heard.news(self.scope)

    @cached_property
    def meetings(self) -> list[heard.Meeting]:
        """Whom one meets."""
        return heard.meetings(self.scope)

    @cached_property
    def renewals(self) -> renewing.Book:
        """Renewals in sight."""
        return renewing.renewals(self.scope)

    @cached_property
    def growing(self) -> list[renewing.Named]:
        """Who is ready to grow."""
        return renewing.ready_to_grow(self.scope)

    @cached_property
    def reached(self) -> list[Play]:
        """Plans that worked."""
        return renewing.reached(self.scope)

    @cached_property
    def plans(self) -> list[Play]:
        """Plans that run."""
        return renewing.open_plans(self.scope)

    @cached_property
    def silences(self) -> list[feeding.Silence]:
        """Sources that fell silent."""
        return feeding.silences(self.scope)

    @property
    def missing_night(self) -> object:
        """The night that should be there and is not."""
        return feeding.missing_night(self.scope)

    @cached_property
    def site(self) -> feeding.Site:
        """What an admin looks after."""
        return feeding.site(self.scope)


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The morning of the person who asks."""
    morning = Morning(user_of(request))
    return render(request, "today.html", {"morning": morning, "now": morning.scope.now})
