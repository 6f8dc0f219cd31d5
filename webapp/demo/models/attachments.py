"""Files that hang on an issue."""

from pydantic import BaseModel, Field

from webapp.demo.models.fields import Moment


class Attachment(BaseModel):
    """A file; its bytes are at `content_url`."""

    id: int
    issue_id: int
    name: str
    media_type: str = Field(examples=["image/png"])
    size: int = Field(description="In bytes.", json_schema_extra={"x-unit": "bytes"})
    description: str
    uploaded_by_user_id: int
    created_at: Moment
    content_url: str = Field(json_schema_extra={"format": "uri-reference"})
