"""Explains one score, or why it differs from another day's."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.lookup import customer_named
from scoring.engine.display import shown
from scoring.explaining import Explained, as_json, changes_between, explain
from scoring.management.arguments import business_date, errors_in_one_line, print_json
from scoring.metrics import METRICS


class Command(BaseCommand):
    """`manage.py explain`."""

    help = "Contributions of a score, or the exact split of a change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("customer", help="external id")
        parser.add_argument(
            "--date", type=business_date, help="the score recorded for this date; absent: the current one"
        )
        parser.add_argument("--against", type=business_date, help="split the change since this date")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Explain, in words or as JSON."""
        with errors_in_one_line():
            customer = customer_named(options["customer"])
            explained = explain(customer, options["date"])
            against = explain(customer, options["against"]) if options["against"] else None
        if options["json"]:
            print_json(self.stdout, as_json(explained, options["customer"], against))
            return
        self.stdout.write(
            f"{customer.name}: {shown(explained.stored.score)} on {explained.as_of} ({explained.version})"
        )
        self._contributions(explained)
        if against:
            self._changes(explained, against)

    def _contributions(self, explained: Explained) -> None:
        self.stdout.write(f"{'measure':40} {'raw':>12} {'points':>8} {'weight':>8} {'adds':>8}")
        for line in explained.lines:
            name = METRICS[line.measure].label if line.measure else line.component
            raw = "–" if line.raw is None else f"{line.raw:,.2f}"
            points = "–" if line.points is None else f"{line.points:.2f}"
            self.stdout.write(
                f"{name[:40]:40} {raw:>12} {points:>8} {line.effective_weight:>8.2%} {line.contribution:>8.2f}"
            )

    def _changes(self, explained: Explained, against: Explained) -> None:
        self.stdout.write(f"Since {against.as_of}, when it was {shown(against.stored.score)}:")
        for change in sorted(changes_between(against, explained), key=lambda one: -abs(one.points)):
            name = METRICS[change.measure].label if change.measure else change.component
            self.stdout.write(f"{change.points:+8.2f}  {change.cause:10} {name}")
