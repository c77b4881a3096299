"""Nights with given facts."""

from __future__ import annotations

import pytest

from tests.scoring.vocabulary.staging import Nights


@pytest.fixture
def nights(db: None, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Nights that a test settles one after the other."""
    return Nights(monkeypatch)
