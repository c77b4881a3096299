"""Daily use of the platform by a demo customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from accounts.models import Usage
from healthsite.demo.catalogue import PLAN_FEATURES
from healthsite.demo.kinds.subscriptions import seats_on
from healthsite.demo.lives import WEEKEND, Levels, Life
from healthsite.demo.rows import Row

Counts = NDArray[np.int64]

_AT_WEEKENDS: Final = 0.02  # of a working day's people
_CORE: Final = 6  # core features of the platform


def usage(life: Life) -> Iterator[Row]:
    """A row for each working day, and for the weekend days on which somebody came."""
    columns = {name: values.tolist() for name, values in measured(life).items()}
    for place, day in enumerate(life.days):
        if day.weekday() < WEEKEND or columns["active_users"][place]:
            numbers = {name: values[place] for name, values in columns.items()}
            yield life.row(Usage, day, date=day, **numbers)


def adopted(life: Life) -> Levels:
    """The share of the plan's features in use on each day: much less use loses some features."""
    return np.clip(0.62 * np.sqrt(life.level("use")), 0, 1)


def active_users(life: Life, dice: Levels) -> Counts:
    """People who came on each day."""
    working = np.array([1.0 if day.weekday() < WEEKEND else _AT_WEEKENDS for day in life.days])
    return _whole(_seats(life) * life.level("use") * working * (0.93 + 0.14 * dice))


def measured(life: Life) -> dict[str, Counts | Levels]:
    """Every column of the feed by its name; a fifth of the customers never calls the interface."""
    dice = life.dice("usage", 8)
    active = active_users(life, dice[:, 0])
    sessions = _whole(active * (1.3 + 0.5 * dice[:, 1]))
    columns = _people(life, active, dice) | _depth(life, active, dice)
    columns |= {
        "sessions": sessions,
        "minutes": np.round(sessions * (11 + 6 * dice[:, 2]), 1),
        "actions": _whole(sessions * (9 + 5 * dice[:, 3])),
        "portal_visits": _whole(active * 0.1),
        "errors": _whole(sessions * 0.02 * dice[:, 4]),
    }
    if life.number % 5 != 4:
        columns["api_calls"] = _whole(active * (28 + 6 * dice[:, 5]))
        columns["integrations"] = np.full(len(active), 1 + life.number % 3)
    return columns


def _people(life: Life, active: Counts, dice: Levels) -> dict[str, Counts | Levels]:
    seats, by_executives = _seats(life), dice[:, 5] < 0.1 * life.level("use") ** 2
    return {
        "active_users": active,
        "active_users_7d": np.minimum(seats, _whole(_trailing_max(active, 7) * 1.06)),
        "active_users_28d": np.minimum(seats, _whole(_trailing_max(active, 28) * 1.1)),
        "licensed_users": seats,
        "logins": _whole(active * (1.1 + 0.3 * dice[:, 6])),
        "executive_logins": _whole((active > 0) & by_executives),
    }


def _depth(life: Life, active: Counts, dice: Levels) -> dict[str, Counts | Levels]:
    features = PLAN_FEATURES[life.traits.plan_rank]
    used = _whole(adopted(life) * features * (0.75 + 0.25 * dice[:, 1]))
    use, anybody = life.level("use"), active > 0
    core = _whole(_CORE * np.sqrt(use) * (0.6 + 0.4 * dice[:, 2])) * (dice[:, 7] < 1.2 * use)
    return {
        "features_used": np.minimum(used, 3 * active),
        "core_features_used": np.minimum(core, 2 * active),
        "advanced_features_used": used // 4 * anybody,
    }


def _seats(life: Life) -> Counts:
    return np.array([seats_on(life, day) for day in life.days], dtype=np.int64)


def _trailing_max(values: Counts, window: int) -> Counts:
    padded = np.concatenate([np.zeros(window - 1, dtype=np.int64), values])
    return sliding_window_view(padded, window).max(axis=1)


def _whole(values: NDArray[np.generic]) -> Counts:
    return np.rint(values).astype(np.int64)
