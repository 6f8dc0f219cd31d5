"""What a field is called."""

import re

from webapp.openapi.labels import label
from webapp.openapi.schema import Schema


def field_label(name: str, schema: Schema | None) -> str:
    """
    The title of a field's schema, else its name as people write it.

    Where the schema is one that many fields share, its title names the type: `status` isn't an `IssueStatus`.
    """
    return label(name, schema.title if schema is not None and schema.name is None else "")


def without_id(label: str) -> str:
    """`Project ID` -> `Project`, for where the project itself is named."""
    shorter = re.sub(r"\s+(ID|IDs|UUID)$", "", label)
    return shorter or label
