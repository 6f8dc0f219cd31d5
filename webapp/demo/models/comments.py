"""What people say about an issue."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from webapp.demo.models.fields import Identifier, Moment

CommentBody = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    Field(json_schema_extra={"contentMediaType": "text/markdown"}),
]


class CommentDraft(BaseModel):
    """Something to say."""

    body: CommentBody = Field(description="Markdown.")
    reply_to: Identifier | None = Field(None, description="The comment it answers; answers aren't answered again.")


class CommentPatch(BaseModel):
    """What one says instead."""

    body: CommentBody = Field(description="Markdown.")


class Reply(BaseModel):
    """A comment on a comment."""

    id: int
    author_id: int
    body: CommentBody
    created_at: Moment
    edited_at: Moment | None


class Comment(Reply):
    """A comment with its replies."""

    issue_id: int
    reply_to: int | None
    replies: list[Reply]
