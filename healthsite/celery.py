"""The Celery application: where background work is found and when the clock starts some of it."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthsite.settings")
app = Celery("healthsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# An interval, never a wall-clock time: the database decides which business dates are due (architecture, Runs), so two
# schedulers, a missed night and a change of the clocks are harmless.
app.conf.beat_schedule = {
    "tick": {"task": "scoring.tasks.tick", "schedule": 60.0, "options": {"expires": 50}},
    "react": {"task": "playbooks.tasks.tick", "schedule": 60.0, "options": {"expires": 50}},
    "watch": {"task": "playbooks.tasks.watch", "schedule": 15.0, "options": {"expires": 14}},
    "escalate": {"task": "playbooks.tasks.escalate", "schedule": 60.0, "options": {"expires": 50}},
    "send-mail": {"task": "playbooks.tasks.send_mail", "schedule": 20.0, "options": {"expires": 19}},
    "freshen": {"task": "scoring.tasks.freshen", "schedule": 3.0, "options": {"expires": 2.5}},
}
