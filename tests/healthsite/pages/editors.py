"""What the form of a draft sends when nobody has typed anything."""

from __future__ import annotations

from typing import Any

from healthsite.pages.scorecards.editing import Editor


def said_by(editor: Editor) -> dict[str, Any]:
    """Every field and every row of every rule, as a browser would send them."""
    form = editor.form
    fields = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in fields.items() if value is not None and value is not False}
    for rule in editor.rules.values():
        rows = [row for item in rule.items for _, row in item.rows]
        sent |= {f"{rule.prefix}-join-": rule.joiner, f"{rule.prefix}-group": [row.group for row in rows]}
        sent |= {f"{rule.prefix}-{key}": [getattr(row, key) for row in rows] for key in ("field", "op", "value")}
    return sent
