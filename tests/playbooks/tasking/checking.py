"""What the tests of tasks look at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from playbooks.models import Mail, Task, TaskEvent
from playbooks.refusing import Refused


def kinds(task: Task) -> list[str]:
    return list(task.events.order_by("pk").values_list("kind", flat=True))


def refused(act: Callable[[], object]) -> dict[str, str]:
    """The errors of an act that is refused and writes nothing."""
    before = Task.objects.order_by("pk").values(), TaskEvent.objects.count(), Mail.objects.count()
    rows, counts = list(before[0]), before[1:]
    with pytest.raises(Refused) as refusal:
        act()
    assert (list(Task.objects.order_by("pk").values()), (TaskEvent.objects.count(), Mail.objects.count())) == (
        rows,
        counts,
    )
    return refusal.value.errors
