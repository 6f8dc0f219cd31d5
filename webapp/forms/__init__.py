"""Schemas as forms: fields from a schema, JSON from a submitted form, complaints back at their fields."""

from webapp.forms.field import Choice, Control, Field
from webapp.forms.values import ABSENT, Absent, Values

__all__ = ["ABSENT", "Absent", "Choice", "Control", "Field", "Values"]
