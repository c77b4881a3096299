"""Prints scores, one customer a line, in the columns that scripts read."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scoring.management.arguments import business_date, errors_in_one_line
from scoring.scorecards.publishing import version_in_use
from scoring.tabulating import TREND_DAYS, Table, current_table, recorded_table


class Command(BaseCommand):
    """`manage.py scores`."""

    help = "Print current scores, or those recorded for a date; a customer without a score has empty numbers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--date", type=business_date, help="as recorded for this date")
        parser.add_argument("--scorecard", default="", help="of this scorecard, where it is not the live one")
        parser.add_argument("--csv", action="store_true", help="comma-separated")
        parser.add_argument("--no-breakdown", action="store_true", help="leave the components out")
        parser.add_argument("--trend", action="store_true", help=f"add the change over {TREND_DAYS} days")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table."""
        table = self._table(options)
        columns = table.columns(breakdown=not options["no_breakdown"], trend=options["trend"])
        if options["csv"]:
            writer = csv.writer(self.stdout, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([row[column] for column in columns] for row in table.rows)
        else:
            _print_aligned(self.stdout, columns, table.rows)

    def _table(self, options: dict[str, Any]) -> Table:
        day, key = options["date"], options["scorecard"]
        with errors_in_one_line():
            trial = bool(key) and version_in_use(key).use != "live"
        if trial and day is None:
            raise CommandError(f"{key} is not live: say for which --date, after `score --scorecard {key} --date …`")
        if day is None:
            return current_table()
        return recorded_table(day, key if trial else "", day - timedelta(days=TREND_DAYS))


def _print_aligned(out: Any, columns: list[str], rows: list[dict[str, Any]]) -> None:
    lines = [columns, *([_short(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    for line in lines:
        out.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")


def _short(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
