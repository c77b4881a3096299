"""When customers, or people at them, last had an interaction of some sort."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

import numpy as np
import pandas as pd
from django.db.models import Max, Q

from accounts.business_days import end_of, start_of
from accounts.models import Interaction
from accounts.numbering import Number, framed, selected
from scoring.engine.frame import Bools
from scoring.metrics.block import Block

HISTORY_DAYS: Final = 365  # of interactions in which both sides took part
ONE_SIDED: Final = ("note", "community", "email_out")  # nobody at the customer needs to have answered
COLUMNS: Final = ("kind", "at", "attended", "replied_at", "executive_present")
Sort = Literal["any", "active", "two_way", "executive"]
By = Literal["", "contact", "attendees"]


def latest(block: Block, sort: Sort, by: By = "") -> pd.DataFrame:
    """`at` and `at_day` of the latest interaction of a sort by the date, per customer and `by`.

    Any or, leaving out our own notes, active ones are looked for in all history. Of two-way ones, with an executive
    or not, the last year counts: mail of ours once it is answered, and no meeting that was missed. One query.
    """
    if block.is_read_whole:
        return _latest_here(block, sort, by)
    held = block.of_customers(Interaction).filter(ASKED[sort](block), at__lt=end_of(block.on))
    held = held.filter(**{f"{by}__isnull": False}) if by else held
    names = [by] if by else []
    found = held.values_list("customer_id", *names).annotate(latest=Number(Max("at")))
    return block.placed(framed(found, ["customer_id", *names, "at"], Interaction))


def _two_way(block: Block) -> Q:
    answered = Q(kind="email_out", replied_at__lt=end_of(block.on))
    took_part = (~Q(kind__in=ONE_SIDED) | answered) & (Q(attended=None) | Q(attended=True))
    return took_part & Q(at__gte=start_of(block.since(HISTORY_DAYS)))


ASKED: Final[Mapping[Sort, Callable[[Block], Q]]] = {
    "any": lambda block: Q(),
    "active": lambda block: ~Q(kind="note"),
    "two_way": _two_way,
    "executive": lambda block: _two_way(block) & Q(executive_present=True),
}


# -- the same of rows that are here already ----------------------------------------------------------------------------


def _latest_here(block: Block, sort: Sort, by: By) -> pd.DataFrame:
    rows = _held(block, by if by == "attendees" else "contact")
    matters = PICKED[sort](block, rows) & (rows["at_day"] <= block.day).to_numpy()
    names = ["customer_id", by] if by else ["customer_id"]
    if by:
        matters = matters & rows[by].notna().to_numpy()
    found = rows.loc[matters, [*names, "at", "at_day"]].drop_duplicates(names, keep="last")
    return block.placed(found.reset_index(drop=True))


def _held(block: Block, by: By) -> pd.DataFrame:
    """Every interaction by the stretch's last date, the latest last; by attendees once for each of them."""
    shared = block.shared

    def load() -> pd.DataFrame:
        rows = Interaction.objects.filter(shared.of_customers(), at__lt=end_of(shared.last)).order_by()
        rows = rows.filter(attendees__isnull=False) if by == "attendees" else rows
        found = rows.values_list("customer_id", *selected(Interaction, (by, *COLUMNS)))
        every = framed(found, ["customer_id", by, *COLUMNS], Interaction).sort_values("at", ignore_index=True)
        kinds = every.pop("kind")  # words are slow to compare night after night
        return every.assign(
            is_note=kinds == "note", is_ours=kinds == "email_out", is_one_sided=kinds.isin(ONE_SIDED).astype(np.bool_)
        )

    return shared.once((latest, by), load)


def _took_part(block: Block, rows: pd.DataFrame) -> Bools:
    answered = rows["is_ours"] & (rows["replied_at_day"] <= block.day)
    took_part = (~rows["is_one_sided"] | answered) & ~(rows["attended"] == 0)
    first = block.since(HISTORY_DAYS).toordinal()
    found: Bools = (took_part & (rows["at_day"] >= first)).to_numpy()
    return found


PICKED: Final[Mapping[Sort, Callable[[Block, pd.DataFrame], Bools]]] = {
    "any": lambda block, rows: np.ones(len(rows), np.bool_),
    "active": lambda block, rows: ~rows["is_note"].to_numpy(),
    "two_way": _took_part,
    "executive": lambda block, rows: _took_part(block, rows) & (rows["executive_present"] == 1).to_numpy(),
}
