"""Somebody at the pages who does one operation after another, and what has been done by then."""

from collections.abc import Mapping
from urllib.parse import urlencode

from webapp.testing import Answer, Browser
from webapp.testing.forms import Value

Values = Mapping[str, Value]
"""What to put into a form, by the names of its inputs: `path/org_id`, `query/limit`, `body/title`."""

FORM = "form#form"
INDEX = "/-/operations"


class Walk:
    """
    Finds operations where a person does, on the page that lists them all, and does them by their forms.

    An operation is told by its method and its path in the document: `POST /orgs/{org_id}/members`. `under` goes
    before every path.
    """

    def __init__(self, browser: Browser, under: str = "") -> None:
        self.browser = browser
        self.done: set[str] = set()
        """What was done so far, by method and whole path."""
        self._under = under
        self._links: dict[str, str] = {}

    async def open(self, operation: str, values: Values | None = None) -> Answer:
        """The operation's form, with the path filled in as a link from an item would."""
        name = self._named(operation)
        known = [(key.partition("/")[2], value) for key, value in (values or {}).items() if key.startswith("path/")]
        link = (await self._index())[name]
        page = await self.browser.get(f"{link}?{urlencode(known)}" if known else link)
        assert page.status == 200, f"{name}: {page.status}, {page.main}"
        self.done.add(name)
        return page

    async def do(self, operation: str, values: Values | None = None) -> Answer:
        """Open an operation, fill in its form and send it; whatever comes of it."""
        await self.open(operation, values)
        return await self.send(values)

    async def send(self, values: Values | None = None) -> Answer:
        """Fill in the form that is open, but for what its address knows, and send it; opens what is closed first."""
        wanted = dict(values or {})
        for name in list(wanted):
            if name.startswith("path/") and name not in self._shown():
                del wanted[name]
        while missing := wanted.keys() - self._shown():
            here = {name: value for name, value in wanted.items() if name not in missing}
            await self._submit(here, self._opener(min(missing)))
            assert missing - self._shown() != missing, f"{min(missing)} doesn't come up"
        return await self._submit(wanted)

    async def succeed(self, operation: str, values: Values | None = None) -> Answer:
        """Do an operation that goes well: it leads to another page, or shows what was answered."""
        answer = await self.do(operation, values)
        assert answer.status == 200, f"{operation}: {answer.status}, {answer.main}"
        assert complaints(answer) == [], f"{operation}: {answer.main}"
        return answer

    async def fail(self, operation: str, values: Values | None = None, *, status: int, saying: str) -> Answer:
        """Do an operation that the API refuses: the page has its status and its reason."""
        answer = await self.do(operation, values)
        assert answer.status == status, f"{operation}: {answer.status}, {answer.main}"
        assert saying.casefold() in answer.main.casefold(), f"{operation}: {answer.main}"
        return answer

    async def _submit(self, values: Values, button: str | None = None) -> Answer:
        return await self.browser.submit(FORM, button=button, **values)

    async def press(self, link: str, values: Values | None = None) -> Answer:
        """Follow a link of the page that is open to an operation's form, fill it in and send it."""
        page = await self.browser.click(link)
        assert page.status == 200, f"{link}: {page.status}, {page.main}"
        return await self.send(values)

    def _named(self, operation: str) -> str:
        method, _, path = operation.partition(" ")
        return f"{method} {self._under}{path}"

    def _shown(self) -> set[str]:
        assert self.browser.current is not None
        form = self.browser.current.page.one(FORM)
        return {each.get("name") for each in form.walk() if each.get("name") and each.get("type") != "hidden"}

    def _opener(self, name: str) -> str:
        """The button that brings an input up: of the innermost part around it that can be opened or added to."""
        assert self.browser.current is not None
        buttons = [each.get("value") for each in self.browser.current.page.all(f"{FORM} button[name=edit]")]
        opening = [each for each in buttons if each.startswith(("add:", "open:"))]
        around = [each for each in opening if name.startswith(f"{each.partition(':')[2]}/")]
        assert around, f"nothing brings up {name}; there is {', '.join(opening)}"
        return max(around, key=len)

    async def _index(self) -> dict[str, str]:
        if not self._links:
            page = await self.browser.get(INDEX)
            entries = page.page.all("#operations li")
            for each in entries:
                name = " ".join(code.text for code in each.all("code"))
                self._links[name] = each.one("a").get("href").partition("?")[0]
        return self._links


def complaints(answer: Answer) -> list[str]:
    """What is wrong with fields of the form on a page, each with the name of its input."""
    fields = answer.page.all("[aria-invalid=true]")
    return [each.get("name") or each.id for each in fields]


def typed(answer: Answer, name: str) -> str:
    """What stands in an input."""
    control = next(each for each in answer.page.one(FORM).walk() if each.get("name") == name)
    return control.raw_text.removeprefix("\n") if control.tag == "textarea" else control.get("value")
