"""Who can log in to the demo workspace."""

from __future__ import annotations

from typing import Final

DEMO_LOGINS: Final = (
    ("CSM", "ines.halvorsen@example.com"),
    ("Manager", "maren.okafor@example.com"),
    ("Admin", "ada.brandvik@example.com"),
    ("Second admin", "nils.achterberg@example.com"),
)
DEMO_PASSWORD: Final = "this-is-only-a-demo-workspace"
