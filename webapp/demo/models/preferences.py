"""How the tracker as a whole behaves."""

from datetime import time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from webapp.demo.models.fields import Colour, Email, WebURL


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Language(StrEnum):
    """What the tracker speaks."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"


class OfficeHours(BaseModel):
    """When somebody is there."""

    days: list[Weekday] = Field(min_length=1, max_length=7)
    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("Closing time lies before opening time")
        return self


class EmailNotice(BaseModel):
    """Tell people by e-mail."""

    kind: Literal["email"] = "email"
    address: Email
    digest: bool = Field(False, description="Once a day instead of at once.")


class WebhookNotice(BaseModel):
    """Tell a program."""

    kind: Literal["webhook"] = "webhook"
    url: WebURL
    secret: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None, json_schema_extra={"format": "password"}
    )


class NoNotice(BaseModel):
    """Tell nobody."""

    kind: Literal["none"] = "none"


Notice = Annotated[EmailNotice | WebhookNotice | NoNotice, Field(discriminator="kind")]


class Settings(BaseModel):
    """How the tracker as a whole behaves."""

    site_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    language: Language
    accent: Colour
    week_starts_on: Weekday
    require_if_match: bool = Field(description="Whether a change to an issue must say which version it changes (428).")
    office_hours: OfficeHours
    notice: Notice = Field(description="Who is told when an urgent issue comes in.")
    quotas: dict[str, Annotated[int, Field(ge=0)]] = Field(
        description="Open issues that are allowed, by project key.", examples=[{"WEB": 200}]
    )


DEFAULTS = Settings(
    site_name="Tracker",
    language=Language.ENGLISH,
    accent="#2f6fed",
    week_starts_on=Weekday.MONDAY,
    require_if_match=False,
    office_hours=OfficeHours(
        days=[Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY],
        opens=time(9),
        closes=time(17, 30),
    ),
    notice=EmailNotice(address="urgent@example.com", digest=False),
    quotas={"WEB": 500, "API": 500},
)
