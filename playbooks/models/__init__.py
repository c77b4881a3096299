"""Playbooks and alert rules as data, and what came of them: episodes, plays, tasks, mail."""

from __future__ import annotations

from playbooks.models.definitions import AlertRule, Playbook
from playbooks.models.episodes import Episode
from playbooks.models.mail import Mail
from playbooks.models.plays import Play
from playbooks.models.reactions import Reaction, ReactionShard
from playbooks.models.tasks import Task, TaskEvent

__all__ = [
    "AlertRule",
    "Episode",
    "Mail",
    "Play",
    "Playbook",
    "Reaction",
    "ReactionShard",
    "Task",
    "TaskEvent",
]
