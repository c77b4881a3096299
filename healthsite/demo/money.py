"""Amounts of money with two decimals."""

from __future__ import annotations

from decimal import Decimal


def money(amount: float) -> Decimal:
    """An amount, rounded to cents."""
    return Decimal(f"{amount:.2f}")
