"""The second phase of a night: its shards react to what the first has scored."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from scoring.models import Leased, Run


class Reaction(models.Model):
    """What a scored night led to. Only the newest night fires; those caught up with keep the episodes in order."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="reaction")
    fires = models.BooleanField(default=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"reaction to {self.run}"


class ReactionShard(Leased):
    """A stretch of customers to react to."""

    reaction = models.ForeignKey(Reaction, on_delete=models.CASCADE, related_name="shards")
    alerts = models.PositiveIntegerField(default=0)
    plays = models.PositiveIntegerField(default=0)
    tasks = models.PositiveIntegerField(default=0)

    class Meta(Leased.Meta):
        constraints: ClassVar = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["reaction", "first_customer"], name="reaction_shard_starts_once"),
        ]
