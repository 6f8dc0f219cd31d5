"""Whether it runs."""

from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """That it runs."""

    status: str


@router.get("/health", operation_id="get_health", summary="Health")
async def get_health() -> Health:
    """Answers without signing in."""
    return Health(status="ok")
