"""Sending the outbox: each mail by one sender, made from what holds at that moment, and tried again when it fails."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.template.loader import render_to_string

from playbooks.letters import Letter, letter_for
from playbooks.models import Mail, Reaction
from scoring.models import Purpose

log = logging.getLogger(__name__)

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))  # then every two hours
MOST_ATTEMPTS = 12  # about a day; by then an address is wrong, not a server busy
LEASE = timedelta(minutes=10)  # a sender that is silent for longer has died; far above the time limit of sending
TIMEOUT_SECONDS = 10
AT_ONCE = 500


def waiting(now: datetime) -> QuerySet[Mail]:
    """Mail to be sent at a moment; what tells of a night waits until the night has reacted in full."""
    reacted = Reaction.objects.filter(
        run__as_of=OuterRef("on"), run__purpose=Purpose.NIGHTLY, finished_at__isnull=False
    )
    due = Mail.objects.filter(sent_at=None, next_try_at__lte=now, attempts__lt=MOST_ATTEMPTS)
    return due.filter(~Q(kind=Mail.Kind.NIGHT) | Exists(reacted)).order_by("next_try_at", "pk")


def send_due(now: datetime) -> int:
    """Send what waits, at most AT_ONCE; how many went out. Several senders at once never send one twice."""
    connection: BaseEmailBackend = get_connection(timeout=TIMEOUT_SECONDS)
    mails = waiting(now).select_related("recipient", "task", "episode")[:AT_ONCE]
    return sum(_send(mail, connection, now) for mail in mails if _claim(mail, now))


def _claim(mail: Mail, now: datetime) -> bool:
    """Whether this sender has it: a counted update on the attempt that it was read at, no lock."""
    read = Mail.objects.filter(pk=mail.pk, sent_at=None, attempts=mail.attempts, next_try_at=mail.next_try_at)
    return bool(read.update(attempts=F("attempts") + 1, next_try_at=now + LEASE))


def _send(mail: Mail, connection: BaseEmailBackend, now: datetime) -> bool:
    claimed = Mail.objects.filter(pk=mail.pk)
    try:
        letter = letter_for(mail) if mail.recipient.is_active else None
        if letter:
            message(mail, letter, connection).send()
    except Exception as error:  # one mail that cannot be made or sent must not hold up the others
        log.warning("mail %s was not sent: %s", mail.dedupe_key, error)
        pause = BACKOFF[min(mail.attempts, len(BACKOFF) - 1)]
        claimed.update(next_try_at=now + pause, error=f"{type(error).__name__}: {error}"[:2000])
        return False
    claimed.update(sent_at=now, error="" if letter else _why_not(mail))
    return letter is not None


def _why_not(mail: Mail) -> str:
    return "Not sent: nothing left to say." if mail.recipient.is_active else "Not sent: the recipient is inactive."


def message(mail: Mail, letter: Letter, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    """The letter as text with HTML beside it; the key makes the Message-ID, so that a repeat is known as one."""
    context = {**letter.context, "subject": one_line(letter.subject), "recipient": mail.recipient}
    built = EmailMultiAlternatives(
        subject=one_line(letter.subject),
        body=render_to_string(f"mail/{mail.kind}.txt", context),
        to=[mail.recipient.email],
        headers={"Message-ID": message_id(mail.dedupe_key), "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    built.attach_alternative(render_to_string(f"mail/{mail.kind}.html", context), "text/html")
    return built


def one_line(text: str, most: int = 150) -> str:
    """A text that is safe in a header line: no breaks or control characters, not endless."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(printable.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def message_id(dedupe_key: str) -> str:
    """The Message-ID of a mail, the same at every attempt."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{re.sub(r'[^A-Za-z0-9-]+', '.', dedupe_key)}@{host}>"
