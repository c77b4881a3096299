"""The way of a chunk of rows, whether from a file, a mended row or elsewhere: resolve, apply, settle, notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from accounts.business_days import today
from accounts.changes import Observation
from accounts.ingestion.applying import Desk
from accounts.ingestion.noticing import Noticer
from accounts.ingestion.resolving import Resolver
from accounts.ingestion.rows import Row
from accounts.ingestion.seating import AssignmentDesk
from accounts.ingestion.sections import Section
from accounts.ingestion.surveying import Survey
from accounts.models import Source, User


@dataclass(frozen=True)
class Intake:
    """Takes rows of one section from one source."""

    section: Section
    source: Source
    by: User | None = None
    survey: Survey = field(default_factory=Survey)

    @cached_property
    def resolver(self) -> Resolver:
        """Finds what the rows refer to."""
        return Resolver(self.section, self.source, self.survey)

    @cached_property
    def desk(self) -> Desk:
        """Writes the rows."""
        desk = AssignmentDesk if self.section.kind.name == "assignments" else Desk
        return desk(self.section.kind, self.source, Observation(today(), self.source, self.by))

    @cached_property
    def noticer(self) -> Noticer:
        """Sees what is odd."""
        return Noticer(self.section.kind)

    def take(self, rows: Sequence[Row]) -> None:
        """Bring every row to its end state."""
        kind = self.section.kind
        for row in rows:
            if not row.problem and not row.state and self.survey.is_beaten(kind, row):
                row.state = "duplicate"
        self.resolver.resolve([row for row in rows if not row.problem and not row.state])
        self.desk.apply([row for row in rows if not row.problem and not row.state])
        for row in rows:
            row.settle()
        self.noticer.notice(rows)
