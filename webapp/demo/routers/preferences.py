"""How the tracker as a whole behaves."""

from fastapi import APIRouter

from webapp.demo.auth.guard import Admin
from webapp.demo.models.preferences import Settings
from webapp.demo.problems import documented
from webapp.demo.queries import preferences
from webapp.demo.state import CurrentDemo

router = APIRouter(prefix="/settings", tags=["settings"], responses=documented(401, 403))


@router.get("", operation_id="get_settings", summary="Get settings")
async def get_settings(demo: CurrentDemo, _: Admin) -> Settings:
    """The settings; for admins."""
    with demo.reading() as connection:
        return preferences.read(connection)


@router.put("", operation_id="replace_settings", summary="Replace settings")
async def replace_settings(demo: CurrentDemo, _: Admin, settings: Settings) -> Settings:
    """Write all settings anew."""
    with demo.writing() as connection:
        preferences.write(connection, settings)
    return settings
