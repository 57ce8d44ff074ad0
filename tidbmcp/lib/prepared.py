"""Look-ups whose SQL is written once: for the few that every call makes, the ORM takes longer to write it than to run it.

Uses Django's compiler as QuerySet does: the same SQL, parameters and conversions, on every engine.
"""

from functools import partial
from typing import Any, Final

from django.db import connection, models


class Prepared:
    """Rows of a model where all of `where` are equal to what is given; `fields` of each. Both may span relations."""

    def __init__(self, model: type[models.Model], where: tuple[str, ...], fields: tuple[str, ...]) -> None:
        self._model, self._where, self._fields = model, where, fields
        self._made: dict[str, _Statement] = {}

    def first(self, *values: object) -> dict[str, Any] | None:
        """The first row, by the names of `fields`, or None. Blocking."""
        made = self._made.get(connection.vendor)
        if made is None:
            made = self._made[connection.vendor] = _Statement(self._model, self._where, self._fields)
        row = made.first(values)
        return None if row is None else dict(zip(self._fields, row, strict=True))


_ANY: Final = "00000000-0000-0000-0000-000000000000"
"""Stands for a value while the SQL is written: good for texts and ids."""


class _Statement:
    """For one engine."""

    def __init__(self, model: type[models.Model], where: tuple[str, ...], fields: tuple[str, ...]) -> None:
        rows = model._base_manager.order_by().values_list(*fields)
        for name in where:
            rows = rows.filter(**{name: _ANY})  # one by one: this is the order of the parameters
        query = rows[:1].query
        self._compiler = query.get_compiler(connection=connection)
        self._sql, parameters = self._compiler.as_sql()
        self._prepare = [partial(_field(model, name).get_db_prep_value, connection=connection) for name in where]
        if parameters != tuple(prepare(_ANY) for prepare in self._prepare):
            raise TypeError(f"{self._sql} has other parameters than {where}")
        self._converters = self._compiler.get_converters([selected for selected, *_ in self._compiler.select])

    def first(self, values: tuple[object, ...]) -> list[Any] | None:
        given = [prepare(value) for prepare, value in zip(self._prepare, values, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, given)
            row = cursor.fetchone()
        if row is None:
            return None
        (converted,) = self._compiler.apply_converters([list(row)], self._converters)
        return list(converted)


def _field(model: type[models.Model], path: str) -> Any:
    for name in path.split("__")[:-1]:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return model._meta.get_field(path.split("__")[-1])
