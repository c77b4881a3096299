"""Scores customers: today's current scores, or past days in date order."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.business_days import today
from accounts.lookup import customer_named
from scoring.leasing import Fenced
from scoring.management.arguments import business_date, errors_in_one_line, print_json
from scoring.models import Backfill, Run, ScorecardVersion
from scoring.past.backfills import NotAsked, Overtaken, ask_backfill, rush, stop
from scoring.past.recalling import KNOWN, score_date
from scoring.past.rescoring import official_version, refresh_current, score_day, trial_version
from scoring.scorecards.publishing import live_version
from scoring.scorecards.recommending import reaches


class Command(BaseCommand):
    """`manage.py score`."""

    help = (
        "Refresh current scores, or score past days, as now known or as known then: beside the nightly record, which "
        "stays as it is. A range goes on where it stopped. Never makes alerts, plays or notices."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--date", type=business_date, help="score this past date")
        parser.add_argument("--from", dest="first", type=business_date, help="score every date from this one")
        parser.add_argument("--to", dest="last", type=business_date, help="up to this one")
        parser.add_argument(
            "--known",
            choices=KNOWN,
            default="now",
            help="then: only from what had come by the end of the date; now (usual): from all that is known today",
        )
        parser.add_argument("--again", action="store_true", help="score a range from its first date, done or not")
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
                runs = self._past(first, last, options)
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

    def _past(self, first: date, last: date, options: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            if first == last:
                return [_summary(score_date(first, known=options["known"], key=options["scorecard"]))]
            return self._range(_asked(first, last, options))
        except (NotAsked, Overtaken) as error:
            raise CommandError(str(error)) from error
        except (Fenced, Run.DoesNotExist) as error:
            dates = str(first) if first == last else f"{first} to {last}"
            raise CommandError(f"{dates}: another process scores this again; wait until it is done") from error

    def _range(self, backfill: Backfill) -> list[dict[str, Any]]:
        """Score what is left of a range; where another attempt got further than its first date, say so."""
        found, days = [], (backfill.last_on - backfill.first_on).days + 1
        done = (backfill.next_on - backfill.first_on).days
        if done:
            self.stderr.write(f"resuming at {backfill.next_on}; --again starts over")
        for run in rush(backfill):
            found.append(_summary(run))
            self.stderr.write(f"scored {done + len(found)} of {days} days")
        return found

    def _current(self, name: str | None, key: str) -> dict[str, Any]:
        if trial_version(key):
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
            "failed": counts.failed,
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
    if options["known"] == "then" and (first is None or options["scorecard"]):
        raise CommandError("--known then is about a past --date, by the scorecards of its night: leave --scorecard out")
    if options["again"] and first == last:
        raise CommandError("--again is about a range: give --from and --to")
    return first, last


def _asked(first: date, last: date, options: dict[str, Any]) -> Backfill:
    asked = {"first": first, "last": last, "known": options["known"], "scorecard": options["scorecard"]}
    backfill = ask_backfill(**asked)
    if options["again"] and backfill.next_on > first:
        stop(backfill=backfill)
        backfill = ask_backfill(**asked)
    return backfill


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
