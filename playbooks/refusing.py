"""What a person asked for cannot be done, and which of their words would have to change."""

from __future__ import annotations


class Refused(ValueError):
    """Refused before anything was written. `errors`: messages for the person by field, "" = no field in particular."""

    def __init__(self, errors: dict[str, str] | str) -> None:
        self.errors = {"": errors} if isinstance(errors, str) else dict(errors)
        super().__init__(" ".join(self.errors.values()))
