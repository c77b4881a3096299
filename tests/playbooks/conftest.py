"""What tests of playbooks can ask for."""

from __future__ import annotations

from tests.playbooks.nights import acme, bob, night

__all__ = ["acme", "bob", "night"]
