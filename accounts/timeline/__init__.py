"""What happened with a customer as lines of a timeline, newest first: contacts, tickets, answers and use."""

from __future__ import annotations

from accounts.timeline.answers import pulses, surveys
from accounts.timeline.contacts import contacts
from accounts.timeline.entries import OPEN_END, Entry, Look, Tone, containing, labelled, last_moment, lately
from accounts.timeline.milestones import milestones
from accounts.timeline.tickets import tickets

__all__ = [
    "Entry",
    "Look",
    "OPEN_END",
    "Tone",
    "contacts",
    "containing",
    "labelled",
    "last_moment",
    "lately",
    "milestones",
    "pulses",
    "surveys",
    "tickets",
]
