"""ETag, If-Match and If-None-Match: changing, or fetching again, only what one thinks it is."""

from typing import Annotated, Any

from fastapi import Header, HTTPException

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag of the version that is meant; 412 where it isn't that any more."),
]
IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", description="The ETag of the version one has; 304 where it is that still."),
]

WITH_ETAG: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"description": "The version of this issue.", "schema": {"type": "string"}}}}
}


def require_match(header: str | None, etag: str, *, required: bool) -> None:
    """Let a change through if it is meant for this version; HTTPException 412 or 428 if not."""
    if header is None:
        if required:
            raise HTTPException(428, "Say with If-Match which version this changes", {"ETag": etag})
    elif not _names(header, etag):
        raise HTTPException(412, "Somebody else changed it in the meantime", {"ETag": etag})


def is_current(header: str | None, etag: str) -> bool:
    """Whether what the client has is this version."""
    return header is not None and _names(header.replace("W/", ""), etag)


def _names(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in [each.strip() for each in header.split(",")]
