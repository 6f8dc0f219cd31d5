"""Conditions and orders, put together from what a client asked for."""

from collections.abc import Mapping
from typing import Any

# Values always travel beside the SQL; its text is made of our own words alone.


class Where:
    """A growing condition with its values."""

    def __init__(self) -> None:
        self._clauses: list[str] = []
        self.values: list[Any] = []

    def add(self, clause: str, *values: Any) -> None:
        """Demand this too."""
        self._clauses.append(clause)
        self.values += values

    def equal(self, columns: Mapping[str, Any]) -> None:
        """Demand these values; None demands nothing."""
        for column, value in columns.items():
            if value is not None:
                self.add(f"{column} = ?", value)

    def contains(self, text: str | None, *columns: str) -> None:
        """Demand each word of a text in one of the columns, whatever its case."""
        for word in (text or "").split():
            pattern = "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
            self.add(
                "(" + " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns) + ")",
                *(pattern for _ in columns),
            )

    def __str__(self) -> str:
        return "WHERE " + " AND ".join(self._clauses) if self._clauses else ""


def order(sort: str, expressions: Mapping[str, str], tie: str) -> str:
    """ORDER BY for a sort such as `-created_at`; nothing comes last, and equals are told apart by `tie`."""
    name = sort.removeprefix("-")
    expression = expressions.get(name, name)
    direction = "DESC" if sort.startswith("-") else "ASC"
    return f"ORDER BY {expression} {direction} NULLS LAST, {tie} {direction}"
