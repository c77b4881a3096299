"""The kinds of the import format, one module each, in the order in which they are loaded."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from accounts.ingestion.kinds.base import Kind
from accounts.kinds import KINDS

DECLARED: Final[dict[str, Kind]] = {name: import_module(f"{__name__}.{name}").KIND for name in KINDS}
