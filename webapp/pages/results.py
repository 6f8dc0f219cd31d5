"""What comes after an operation has been done: the page of what it made, the page before, or its answer."""

from starlette.responses import Response

from webapp.client import Reply
from webapp.forms.values import Values
from webapp.html.htmx import redirect
from webapp.pages.notices import notify
from webapp.pages.tasks import Task


async def succeeded(task: Task, values: Values, reply: Reply, *, where: str) -> Response:
    """The answer to a form whose operation went well; `where` is the page that one came from."""
    return notify(redirect(task.request, where), task.request, f"{task.operation.label}: done.")
