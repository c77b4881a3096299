"""Inserts rows as fast as the database takes them: COPY on PostgreSQL, one prepared statement on SQLite.

`bulk_create` builds a model and a piece of SQL per row, which costs many times what the insertion itself does; an
import may take at most twice a bare bulk load (import format).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models

PREPARED = (models.DateField, models.DecimalField, models.JSONField)  # the others go in as they are


def insert(model: type[models.Model], columns: Mapping[str, Sequence[Any]], rows: int) -> None:
    """Insert so many rows, given as columns by attribute; `...` and absent columns take the field's default.

    No ids come back. Raises what the database raises, as Django's exceptions.
    """
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    values = [_prepared(field, columns.get(field.attname) or [...] * rows) for field in fields]
    quoted = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    target = f"{connection.ops.quote_name(model._meta.db_table)} ({quoted})"
    if connection.vendor == "postgresql":
        _copy(target, zip(*values, strict=True))
    else:
        places = ", ".join(["%s"] * len(fields))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {target} VALUES ({places})", list(zip(*values, strict=True)))


def as_columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows given one by one as columns; what a row lacks is `...`."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, ...) for row in rows] for name in names}


def _prepared(field: models.Field[Any, Any], values: Sequence[Any]) -> Sequence[Any]:
    """The values of a column as the database's driver takes them."""
    if ... in values:
        default = field.get_default()
        values = [default if value is ... else value for value in values]
    if not isinstance(field, PREPARED):
        return values
    if isinstance(field, models.JSONField):
        return [field.get_db_prep_save(value, connection) for value in values]
    known = {value: field.get_db_prep_save(value, connection) for value in set(values)}
    return [known[value] for value in values]


def _copy(target: str, tuples: Iterable[tuple[Any, ...]]) -> None:
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {target} FROM STDIN") as copy,
    ):
        for row in tuples:
            copy.write_row(row)
