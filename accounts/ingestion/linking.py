"""Comes back to records that name another of the same file further down: parents, superiors, replacements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.ingestion.applying import Desk
from accounts.ingestion.comparing import Verdict
from accounts.ingestion.inspecting import Inspected
from accounts.ingestion.intake import Intake
from accounts.ingestion.resolving import Resolver
from accounts.ingestion.rows import Row
from accounts.ingestion.surveying import Survey
from accounts.models import Batch


@dataclass(frozen=True)
class _LinkingDesk(Desk):
    """A record that this batch made was never without its link, so the log keeps nothing of that."""

    since: datetime

    def update(self, verdicts: list[Verdict]) -> None:
        made = [one for one in verdicts if getattr(one.record.instance, "known_at", self.since) > self.since]
        for verdict in made:
            for name, value in verdict.news.items():
                setattr(verdict.record.instance, name, value)
        if made:
            self.kind.model._default_manager.bulk_update([one.record.instance for one in made], made[0].news)
        super().update([verdict for verdict in verdicts if verdict not in made])


def link(file: Inspected, intake: Intake, batch: Batch) -> Counter[str]:
    """Set the links that could not be set on the way; returns how many could not be set at all, by code.

    They name a record that was never made, or a parent that is itself below.
    """
    own = file.section.kind.own_reference
    if own is None or own.name not in file.section.rules:
        return Counter()
    lost: Counter[str] = Counter()
    desk = _LinkingDesk(intake.desk.kind, intake.source, intake.desk.observation, batch.received_at)
    resolver = Resolver(file.section, intake.source, Survey())
    for rows in _naming(file):
        for row in rows:
            kept = {own.attribute, "observed_on", "updated_at", *file.section.kind.keys[-1]}
            values = row.records[0].values
            row.records[0].values = {name: value for name, value in values.items() if name in kept}
        resolver.resolve(rows)
        lost.update(row.problem.code for row in rows if row.problem)
        desk.apply([row for row in rows if not row.problem])
    return lost


def _naming(file: Inspected) -> Iterator[list[Row]]:
    """The sound rows that name a record of the same file."""
    own = file.section.kind.own_reference
    assert file.extractor
    assert own
    for chunk in file.chunks():
        rows = [row for row in file.extractor.rows(chunk) if row.records and not row.problem]
        rows = [row for row in rows if not file.survey.is_beaten(file.section.kind, row)]
        named = [(row, row.records[0].values.get(own.attribute)) for row in rows]
        yield [row for row, id in named if id and file.survey.holds(id)]
