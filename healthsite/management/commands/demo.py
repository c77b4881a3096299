"""manage.py demo: make, extend or remove the demo workspace."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.business_days import today
from healthsite.demo.building import build
from healthsite.demo.history import score_history
from healthsite.demo.planning import Refused, Wish, plan
from healthsite.demo.removing import remove


class Command(BaseCommand):
    """Makes a workspace of invented customers; what is not asked for is as the stored workspace has it."""

    help = "Make the demo workspace, or add the days that it lacks."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read the size, the seed and the last day, or the wish to take it away."""
        parser.add_argument("--customers", type=int, metavar="N", help="how many customers (200)")
        parser.add_argument("--days", type=int, metavar="N", help="how many days of history (400)")
        parser.add_argument("--seed", type=int, metavar="N", help="another seed makes other customers (1)")
        parser.add_argument("--until", type=date.fromisoformat, metavar="D", help="the last day (yesterday)")
        parser.add_argument("--remove", action="store_true", help="take the demo workspace away")

    def handle(self, **options: Any) -> None:
        """Make or remove it. Exits 1 when that is refused; the days that were made stay."""
        if options["remove"]:
            remove(say=self._say)
            return
        try:
            world = plan(_wish(options))
            if world.until != world.after:
                build(world, say=self._say)
            score_history(world, say=self._say)
        except Refused as reason:
            raise CommandError(str(reason)) from reason

    def _say(self, line: str) -> None:
        self.stderr.write(line, style_func=str)  # progress is no error: no red


def _wish(options: dict[str, Any]) -> Wish:
    until = options["until"] or today() - timedelta(days=1)
    if until > today():
        raise Refused(f"--until {until}: the history cannot end after today, {today()}.")
    return Wish(until, options["customers"], options["days"], options["seed"])
