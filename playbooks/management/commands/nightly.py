"""The whole nightly pipeline in this process: the same functions as the workers call."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum

from accounts.business_days import today
from playbooks.models import Reaction
from playbooks.running import due_reactions, react
from scoring.management.arguments import business_date
from scoring.models import Purpose, Run
from scoring.past.rescoring import official_version
from scoring.running import complete, due_dates, open_nights, open_run
from scoring.scorecards.shadowing import due_shadows


class Command(BaseCommand):
    """`manage.py nightly`."""

    help = "Score every customer for the dates that are due, or for one date, and react. Twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the option."""
        parser.add_argument("--date", type=business_date, help="this business date, whether it is due or not")

    def handle(self, *args: Any, **options: Any) -> None:
        """Complete each run, react to the newest, and say what became of it."""
        if options["date"] == today():
            raise CommandError(f"{today()} is not over yet: its night is scored when it is")
        dates = [options["date"]] if options["date"] else due_dates()
        for run in open_nights():
            self._report(complete(run))
        for day in dates:
            self._night(day)
        for run in due_reactions():
            self._told(react(run))
        for day, version in due_shadows():
            self._report(complete(open_run(day, Purpose.SHADOW, version)), f" {version} in shadow")
        if not dates:
            self.stdout.write("No business date is due.")

    def _night(self, day: date) -> None:
        run = open_run(day, Purpose.NIGHTLY, official_version(day))
        if run.finished_at:
            self.stdout.write(f"{day} was scored before; nothing changed.")
        else:
            self._report(complete(run))

    def _report(self, run: Run, what: str = "") -> None:
        if run.finished_at is None:
            raise CommandError(f"{run.as_of}: a worker holds a part of this run; it ends when the worker does")
        self.stdout.write(f"{run.as_of}:{what} scored {run.scored}, not scored {run.not_scored}, failed {run.failed}")

    def _told(self, reaction: Reaction) -> None:
        made = reaction.shards.aggregate(alerts=Sum("alerts"), plays=Sum("plays"), tasks=Sum("tasks"))
        counts = ", ".join(f"{what} {number or 0}" for what, number in made.items())
        self.stdout.write(f"{reaction.run.as_of}: {counts}")
