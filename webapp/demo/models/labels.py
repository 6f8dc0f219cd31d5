"""Labels."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from webapp.demo.models.fields import Colour, LabelName

LabelDescription = Annotated[str, StringConstraints(max_length=200)]


class LabelDraft(BaseModel):
    """A label, as one writes it."""

    name: LabelName = Field(description="Small letters, digits and single hyphens.", examples=["good-first-issue"])
    colour: Colour
    description: LabelDescription = ""


class LabelPatch(BaseModel):
    """What changes about a label; its name stays."""

    colour: Colour = Field(default_factory=str)
    description: LabelDescription = Field(default_factory=str)


class Label(LabelDraft):
    """A label."""

    issue_count: int = Field(description="How many issues carry it.")
