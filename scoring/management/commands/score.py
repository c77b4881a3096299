"""Scores customers: today's current scores, or past days in date order."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.business_days import today
from accounts.lookup import customer_named
from scoring.backfilling import score_days
from scoring.management.arguments import business_date, errors_in_one_line, print_json
from scoring.models import Run, ScorecardVersion
from scoring.publishing import live_version
from scoring.recommending import reaches
from scoring.rescoring import official_version, refresh_current, score_day


class Command(BaseCommand):
    """`manage.py score`."""

    help = "Refresh current scores, or score past days. Never makes alerts, plays or notices."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--date", type=business_date, help="score this past date")
        parser.add_argument("--from", dest="first", type=business_date, help="score every date from this one")
        parser.add_argument("--to", dest="last", type=business_date, help="up to this one")
        parser.add_argument("--customer", help="only this customer (external id), current score")
        parser.add_argument("--scorecard", default="", help="key of a preset or published scorecard")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Choose a scorecard where none is live, score, and say what became of it."""
        first, last = _days(options)
        with errors_in_one_line():
            if not options["scorecard"]:
                self._make_sure_one_is_live(last or today())
            if first and last:
                runs = self._past(first, last, options["scorecard"])
            else:
                runs = [self._current(options["customer"], options["scorecard"])]
        if options["json"]:
            print_json(self.stdout, {"runs": runs})
        for run in [] if options["json"] else runs:
            self.stdout.write(
                "{as_of} {purpose} {scorecard} v{version}: scored {scored}, not scored {not_scored}, "
                "failed {failed} in {seconds:.1f} s".format(**run)
            )

    def _make_sure_one_is_live(self, on: date) -> None:
        if live_version() is None:
            found = reaches(on)
            version = official_version(on)
            self.stderr.write(f"No scorecard was live. {version.note} It is live now. Reachable coverage:")
            for one in found:
                verdict = "" if one.enough else f", below the {one.minimum:.0%} it needs"
                self.stderr.write(f"  {one.key} {one.coverage:.0%}{verdict}")

    def _past(self, first: date, last: date, key: str) -> list[dict[str, Any]]:
        found, days = [], (last - first).days + 1
        for run in score_days(first, last, key=key):
            found.append(_summary(run))
            if days > 1:
                self.stderr.write(f"scored {len(found)} of {days} days")
        return found

    def _current(self, name: str | None, key: str) -> dict[str, Any]:
        if key and key != _live_key():
            return _summary(score_day(today(), key))
        started = time.monotonic()
        version = official_version(today())
        counts = refresh_current(customer=customer_named(name) if name else None)
        return {
            "as_of": today().isoformat(),
            "purpose": "current",
            **_card(version),
            "scored": counts.scored,
            "not_scored": counts.not_scored,
            "failed": 0,
            "seconds": round(time.monotonic() - started, 3),
        }


def _days(options: dict[str, Any]) -> tuple[date | None, date | None]:
    first, last = options["first"] or options["date"], options["last"] or options["date"]
    if options["date"] and (options["first"] or options["last"]):
        raise CommandError("give either --date or --from and --to")
    if (first is None) != (last is None):
        raise CommandError("--from and --to go together")
    if first and last and first > last:
        raise CommandError(f"--from {first} is after --to {last}")
    if first and options["customer"]:
        raise CommandError("a past day is scored for all customers: leave --customer out, or the date")
    return first, last


def _live_key() -> str:
    live = live_version()
    return live.scorecard.key if live else ""


def _card(version: ScorecardVersion) -> dict[str, Any]:
    return {"scorecard": version.scorecard.key, "version": version.number}


def _summary(run: Run) -> dict[str, Any]:
    seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at else 0.0
    return {
        "as_of": run.as_of.isoformat(),
        "purpose": run.purpose,
        **_card(run.version),
        "scored": run.scored,
        "not_scored": run.not_scored,
        "failed": run.failed,
        "seconds": round(seconds, 3),
    }
