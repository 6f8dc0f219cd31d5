"""What was typed into a form comes back after a sign-in that came in between."""

from starlette.requests import Request

from webapp.forms.build import BuildContext
from webapp.forms.edits import apply_edit
from webapp.forms.field import Control
from webapp.forms.form import OperationForm
from webapp.forms.pointer import split
from webapp.forms.submission import Submission
from webapp.pages.givealong import held
from webapp.pages.masking import is_secret
from webapp.record import record
from webapp.sessions import Draft, Drafts, Notice, Notices
from webapp.sessions.drafts import LARGEST

BASELINES = ("was", "before", "mine")
"""What goes along with a change unseen. It may be long, and a form does without it."""
BUTTONS = ("change", "confirm")
"""What was pressed: coming back does nothing by itself."""
RETURNED = "You had to sign in, so nothing was sent. Here is what you typed."
LACKING = f"{RETURNED} Passwords and files have to be put in again."


@record(frozen=True, slots=True)
class Typed:
    """What a request brought, and the form that it was typed into."""

    place: str
    """The form's address."""
    submission: Submission
    form: OperationForm | None

    def draft(self) -> Draft:
        """What of it is kept: no secret, no file, and what goes along unseen only where there is room for it."""
        secrets = self._secrets()
        pairs = apply_edit(self.submission).pairs
        texts = tuple(
            (name, value)
            for name, value in pairs
            if isinstance(value, str) and name not in secrets and name not in BUTTONS and not _sounds_secret(name)
        )
        kept = {name for name, _ in texts}
        lacks = any(name not in kept and name not in BUTTONS and value != "" for name, value in pairs)
        whole = Draft(texts, lacks)
        if whole.size <= LARGEST:
            return whole
        return Draft(tuple(pair for pair in texts if pair[0] not in BASELINES), lacks)

    def _secrets(self) -> set[str]:
        """The inputs that are passwords, and the entries of maps whose keys sound like it."""
        fields = self.form.fields({}, BuildContext(typed=self.submission)) if self.form is not None else ()
        passwords = {each.name for top in fields for each in top.walk() if each.control is Control.PASSWORD}
        keys = ((name, value) for name, value in self.submission.pairs if name.startswith("key:"))
        entries = {
            name.removeprefix("key:") for name, value in keys if isinstance(value, str) and is_secret(value, None)
        }
        return passwords | entries


def remember(request: Request, place: str, submission: Submission, form: OperationForm | None = None) -> None:
    """Have what was typed kept, should this request lead to the sign-in, and come back to `place` from there."""
    request.state.come_back = place
    request.state.typed = Typed(place, submission, form)


async def returned(request: Request, place: str, *, told: str = "") -> Submission | None:
    """
    What this person typed here before having had to sign in again; None where there's nothing.

    The page says so, in the words `told` if there are any.
    """
    drafts: Drafts = request.state.drafts
    draft = await drafts.take(request.state.session, held(request), place)
    if draft is None:
        return None
    notices: Notices = request.state.notices
    notices.say(Notice(told or (LACKING if draft.lacks else RETURNED)))
    return Submission.of(draft.pairs)


def _sounds_secret(name: str) -> bool:
    return "/" in name and ":" not in name and any(is_secret(part, None) for part in split(name)[1:])
