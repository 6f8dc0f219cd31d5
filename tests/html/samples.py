"""A page of each kind with as little, and with as much, as its dataclass allows."""

from dataclasses import replace
from typing import Any

from tests.html.editsamples import BULK_BAR, EDIT_SAMPLES
from tests.html.filesamples import FILE_SAMPLES
from webapp.forms import Choice
from webapp.forms import Control as FieldControl
from webapp.forms import Field as FormField
from webapp.html.context import (
    AccountPage,
    Bar,
    BarGroup,
    BrowserSession,
    Chart,
    Chip,
    Column,
    ColumnMenu,
    Control,
    DetailPage,
    Device,
    ErrorPage,
    Fact,
    HeldCredential,
    HomePage,
    LeavingPage,
    Line,
    Link,
    LinkGroup,
    ListPage,
    LoginPage,
    OperationEntry,
    OperationGroup,
    OperationPage,
    OperationsPage,
    Option,
    Pager,
    RegisterField,
    RegisterPage,
    ResultPage,
    Row,
    Section,
    Shell,
    Tick,
    Toast,
    ViewPage,
)
from webapp.html.kinds import Kind

NAVIGATION = (
    LinkGroup("Work", (Link("Projects", "/projects"), Link("Issues", "/issues", current=True)), "/issues"),
    LinkGroup("People", (Link("Users", "/users"), Link("Roles and permissions", "/roles"))),
)
SHELL = Shell("Tracker", NAVIGATION, "Ada Lovelace", True, "/issues?page=2", "01J9ZC3T", None)
NOTICED = replace(
    SHELL, notice=Toast("Issue “Quiet search” deleted.", "/-/operations/restore?id=7", "Undo", (("next", "/"),))
)
STRANGER = replace(SHELL, user=None)
ALONE = Shell("Tracker", (), None, False, "/", "", 12)

VALUES: dict[Kind, Any] = {
    Kind.TEXT: "Quiet search",
    Kind.LONG_TEXT: "The build fails on every second run, because the cache's key leaves out the platform.\n" * 3,
    Kind.CODE: "550e8400-e29b-41d4-a716-446655440000",
    Kind.INTEGER: 1234567,
    Kind.NUMBER: -1234.5,
    Kind.BOOLEAN: True,
    Kind.DATE: "2026-11-18",
    Kind.DATETIME: "2026-11-20T04:05:09Z",
    Kind.TIME: "14:05:00",
    Kind.ENUM: "failed",
    Kind.EMAIL: "ada@example.com",
    Kind.URL: "https://www.example.com/a/path?with=query&and=more",
    Kind.IMAGE: "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==",
    Kind.COLOR: "#3b82f6",
    Kind.BYTES: 15_360_000,
    Kind.PHONE: "+49 (30) 1234-567",
    Kind.PERCENT: 46.25,
    Kind.SECONDS: 93_784,
    Kind.MILLISECONDS: 1534,
    Kind.DURATION: "P1DT2H",
    Kind.REFERENCE: 7,
    Kind.LIST: ["bug", "ui", "needs design", "later", "customer"],
    Kind.JSON: {"name": "Apollo", "nested": {"a": [1, 2, 3]}},
    Kind.SECRET: "hunter2",
}

HOME = Link("Home", "/")
COLUMNS = (
    Column("title", "Title", Kind.TEXT, "/issues?sort=-title", "ascending"),
    Column("project_id", "Project", Kind.TEXT, "/issues?sort=project_id"),
    Column("status", "Status", Kind.ENUM, "/issues?sort=status"),
    Column("votes", "Votes", Kind.INTEGER),
    Column("created_at", "Created", Kind.DATETIME, "/issues?sort=created_at"),
    Column("billable", "Billable", Kind.BOOLEAN),
    Column("site", "Site", Kind.URL),
)
EVERY_COLUMN = tuple(Column(kind, kind.title(), kind, f"/issues?sort={kind}") for kind in Kind)
EVERY_FACT = tuple(Fact(kind, kind.title(), kind, value, hint=f"About {kind}") for kind, value in VALUES.items())


def row(number: int) -> Row:
    """One of many: like enough to the others to be believed, and unlike enough to be hard to compress."""
    words = ("Silent", "Golden", "Broken", "Quiet", "Burning", "Hidden", "Northern", "Slow", "Missing", "Late")
    things = ("login redirect", "export of tables", "search order", "empty upload", "webhook retries", "time zone")
    title = f"{words[number * 7 % 10]} {things[number * 5 % 6]} {number * 7919 % 1000}"
    states = ("open", "in_progress", "done", "blocked", "failed")
    values = (
        title,
        f"Project {number * 31 % 17}",
        states[number * 3 % 5],
        number * 104729 % 5000,
        f"2026-{number % 11 + 1:02d}-{number * 13 % 28 + 1:02d}T{number * 5 % 24:02d}:{number * 37 % 60:02d}:12Z",
        (True, False, None)[number % 3],
        f"https://example.com/{number * 65537 % 9973}",
    )
    links = (None, f"/projects/{number * 31 % 17}", None, None, None, None, None)
    return Row(f"issues-{number}", f"/issues/{number}", title, values, links, str(number))


ROWS = tuple(row(number) for number in range(1, 26))
RAW = "[\n" + ",\n".join(f'  {{"id": {each.id!r}, "title": {each.title!r}}}' for each in ROWS) + "\n]"

CONTROLS = (
    Control("status", "Status", "select", "open", (Option("", "Any"), Option("open", "open", selected=True))),
    Control("assignee", "Assignee", "text", "", hint="A name"),
    Control("from", "Created after", "date", "2026-01-01"),
    Control("min votes", "Minimum votes", "number", "-3", error="Must be at least 0"),
    Control("billable", "Billable", "checkbox", "true"),
    Control("kind", "Kind", "select", "", (Option("bug", "bug"),)),
)
PAGES = (Link("1", "/issues?page=1"), Link("2", "/issues?page=2", current=True), None, Link("96", "/issues?page=96"))
PAGER = Pager(
    26,
    50,
    2381,
    "/issues?page=1",
    "/issues?page=3",
    PAGES,
    (Link("25", "/issues?size=25", current=True), Link("50", "/issues?size=50")),
)

FULL_LIST = ListPage(
    name="issues",
    title="Issues",
    description="What is to be done.",
    crumbs=(HOME, Link("Issues", "/issues", current=True)),
    columns=COLUMNS,
    rows=ROWS,
    pager=PAGER,
    action="/issues",
    search=Control("q", "Search issues", "search", "quiet"),
    filters=CONTROLS,
    kept={"sort": "title", "size": "25"},
    chips=(Chip("Status", "open", "/issues?q=quiet"),),
    clear_href="/issues",
    raw_href="/-/raw/issues?q=quiet",
    select=Link("Select", "/issues?q=quiet&selecting=yes"),
    choose_href="/issues?q=quiet&columns=title%2Cproject_id%2Cstatus",
    exports=(Link("CSV", "/-/export/issues?format=csv&q=quiet"), Link("JSON", "/-/export/issues?format=json&q=quiet")),
)
EMPTY_LIST = ListPage(
    name="issues",
    title="Issues",
    description="",
    crumbs=(),
    columns=(),
    rows=(),
    pager=None,
    action="/issues",
    search=None,
    filters=(),
    kept={},
    chips=(),
    clear_href=None,
    raw_href=None,
)
SELECTING = replace(FULL_LIST, bulk=BULK_BAR, select=Link("Stop selecting", "/issues?q=quiet"))
NOTHING = replace(PAGER, first=0, last=0, total=0, previous_href=None, next_href=None, pages=())
NO_MATCH = replace(FULL_LIST, rows=(), pager=NOTHING)
PAST_THE_END = replace(FULL_LIST, rows=(), pager=replace(PAGER, first=0, last=0, next_href=None))
REFUSED = replace(
    NO_MATCH, pager=None, error="Sort by what?", search=Control("q", "Search", "search", "", error="Too short")
)
EVERY_KIND = replace(
    FULL_LIST,
    columns=EVERY_COLUMN,
    rows=(
        Row("k-1", "/k/1", "All", tuple(VALUES[kind] for kind in Kind), (None,) * len(Kind)),
        Row("k-2", None, "None", (None,) * len(Kind), (None,) * len(Kind)),
        Row("k-3", "/k/3", "Nothing", ("",) * len(Kind), (None,) * len(Kind)),
        Row("k-4", "/k/4", "Other", ({"a": 1},) * len(Kind), ("/x",) * len(Kind)),
        Row("k-5", "/k/5", "Odd", ("<odd>",) * len(Kind), (None,) * len(Kind)),
        Row("k-6", "/k/6", "Empty", ([],) * len(Kind), (None,) * len(Kind)),
    ),
)

CHARTS = (
    Chart(
        id="views-chart",
        title="Comings, goings",
        summary="1 Jan 2026 to 6 Apr 2026",
        height=180,
        series=("Comings", "Goings"),
        lines=(Line("Comings", "M0 180L500 20L1000 90"), Line("Goings", "", ((50.0, 20.5),))),
        x_ticks=(Tick(0, "1 Jan"), Tick(50, "15 Feb"), Tick(100, "6 Apr")),
        y_ticks=(Tick(180, "0"), Tick(0, "5")),
    ),
    Chart(
        id="people-chart",
        title="Hours",
        summary="Hours: from 2 (Grace) to 9 (Ada)",
        height=60,
        series=("Hours",),
        groups=(BarGroup("Ada", 0, (Bar(0, 90.5, "9"),)), BarGroup("Grace", 30, (Bar(0, 20, "2"),))),
    ),
)
REPORT = replace(
    FULL_LIST,
    charts=CHARTS,
    choose_href=None,
    column_menu=ColumnMenu(
        tuple(Option(column.key, column.label, selected=column.key != "site") for column in COLUMNS),
        (("sort", "title"), ("q", "quiet")),
        "/issues?sort=title&q=quiet",
    ),
)

SECTIONS = (
    Section("Views", columns=COLUMNS, rows=ROWS, charts=CHARTS[:1]),
    Section("Hours", facts=EVERY_FACT[:2], charts=CHARTS[1:]),
    Section("Long", columns=COLUMNS, rows=ROWS, shown=20),
    Section("Owner", facts=EVERY_FACT[:3]),
    Section("Comments", columns=COLUMNS, rows=ROWS[:3], more=1200),
    Section("Readings", columns=EVERY_COLUMN, rows=EVERY_KIND.rows[:1]),
    Section("Watchers"),
)
SINCE = "2026-01-02T03:04:05+00:00"
DEVICE = Device("1", "Firefox on Linux", "192.0.2.1", True, EVERY_FACT[6:8], "/-/account/devices/1/end")
FIELDS = (
    RegisterField("email", "Email", "email", "ada@", True, "email", "", "This is no address"),
    RegisterField("password", "Password", "password", "", True, "new-password", "At least 8 characters.", "Short", 8),
    RegisterField("full name", "Full name", "text", "", False, "name"),
)

ASKED = (
    FormField("path/issue_id", "Issue ID", FieldControl.NUMBER, required=True, step="1", errors=("No such issue.",)),
    FormField("query/notify", "Notify", FieldControl.CHECKBOX, checked=True, hint="By e-mail."),
    FormField("body/title", "Title", FieldControl.TEXT, "Quiet search", required=True, max_length=80),
    FormField("body/kind", "Kind", FieldControl.SELECT, options=(Choice("bug", "Bug", selected=True),)),
    FormField("body/report", "Report", FieldControl.FILE, accept="application/pdf"),
)
ASKING = OperationPage(
    name="create-issue",
    title="New issue",
    description="Opens an issue; whoever does is its reporter.",
    crumbs=(HOME, Link("Issues", "/issues"), Link("New issue", "/-/operations/create-issue", current=True)),
    request_line="POST /issues",
    action="/-/operations/create-issue",
    method="post",
    multipart=True,
    fields=ASKED,
    hidden=(("next", "/issues?page=2"),),
    media_types=(Option("application/json", "application/json", selected=True), Option("text/csv", "text/csv")),
    submit="Create issue",
    danger=False,
    consequences="",
    said=("The project takes no more issues.",),
    advice="This contradicts what is there now.",
    deprecated=True,
    back_href="/issues?page=2",
)
CONFIRMING = replace(
    ASKING,
    title="Delete issue “Quiet search”?",
    multipart=False,
    fields=(),
    hidden=(("path/id", "7"), ("etag", '"3"')),
    media_types=(),
    submit="Delete issue",
    danger=True,
    consequences="It has 12 comments and 1 attachment.",
    said=(),
    advice="",
    deprecated=False,
)
BARE_FORM = replace(
    CONFIRMING,
    description="",
    crumbs=(),
    method="get",
    hidden=(),
    submit="Show",
    danger=False,
    consequences="",
)
OPERATIONS = (
    OperationGroup("Issues", (OperationEntry("Create issue", "/-/operations/create-issue", "POST", "/issues"),)),
    OperationGroup("Other", (OperationEntry("Old", "/-/operations/old", "GET", "/old/{id}", deprecated=True),)),
)

SAMPLES: dict[str, tuple[str, Any]] = {
    "home-empty": ("pages/home.html", HomePage("Tracker", "")),
    "home-bare": ("pages/home.html", HomePage("api.test", "", "This API has no OpenAPI document.")),
    "home": ("pages/home.html", HomePage("Tracker", "Who does what until when.")),
    "home-long": ("pages/home.html", HomePage("Tracker", "Who does what until when. " * 40)),
    "list-empty": ("pages/list.html", EMPTY_LIST),
    "list": ("pages/list.html", FULL_LIST),
    "list-selecting": ("pages/list.html", SELECTING),
    "list-no-match": ("pages/list.html", NO_MATCH),
    "list-past-the-end": ("pages/list.html", PAST_THE_END),
    "list-refused": ("pages/list.html", REFUSED),
    "list-every-kind": ("pages/list.html", EVERY_KIND),
    "list-report": ("pages/list.html", REPORT),
    "detail-empty": ("pages/detail.html", DetailPage("issues", "Issue 7", (), (), (), (), "")),
    "detail": (
        "pages/detail.html",
        DetailPage(
            "issues",
            "Quiet search",
            (HOME, Link("Issues", "/issues"), Link("Quiet search", "/issues/7", current=True)),
            (
                *EVERY_FACT,
                Fact("project", "Project", Kind.TEXT, "Apollo", "/projects/3"),
                Fact("lead_id", "Lead", Kind.REFERENCE, 7, "/users/7", named="Ada Lovelace"),
                Fact("deputy_ids", "Deputies", Kind.REFERENCE, [8, 9], named="Grace Hopper, 9"),
                Fact("tree", "Tree", Kind.JSON, {"deep": {"list": [1, {"a": None}], "text": "x" * 300}}),
                Fact("none", "None", Kind.DATE, None),
            ),
            SECTIONS,
            (Link("Overview", "/issues/7", current=True), Link("Comments", "/issues/7/comments")),
            RAW,
            curl="curl https://api.example.com/issues/7",
        ),
    ),
    "detail-linked": (
        "pages/detail.html",
        DetailPage("x", "Linked", (), tuple(replace(fact, href="/there") for fact in EVERY_FACT), (), (), ""),
    ),
    **FILE_SAMPLES,
    **EDIT_SAMPLES,
    "view-empty": ("pages/view.html", ViewPage("stats", "Statistics", "", (), (), (), None, "", "")),
    "view": (
        "pages/view.html",
        ViewPage(
            "stats",
            "Statistics",
            "How it went.",
            (HOME, Link("Statistics", "/stats", current=True)),
            EVERY_FACT,
            SECTIONS,
            "plain <text>",
            "text/plain",
            RAW,
            "A file of 2 MB.",
            "/stats",
            CONTROLS,
            curl="curl https://api.example.com/stats",
        ),
    ),
    "operation-bare": ("pages/operation.html", BARE_FORM),
    "operation": ("pages/operation.html", ASKING),
    "operation-confirm": ("pages/operation.html", CONFIRMING),
    "operations-none": ("pages/operations.html", OperationsPage("All operations", (), "/-/operations", "x", (), 0, 2)),
    "operations": (
        "pages/operations.html",
        OperationsPage("All operations", (HOME,), "/-/operations", "", OPERATIONS, 2, 2),
    ),
    "result-empty": ("pages/result.html", ResultPage("x", "Count", (), "Done.", (), (), (), None, "", "", ())),
    "result": (
        "pages/result.html",
        ResultPage(
            "create-key",
            "Create key",
            (HOME, Link("Create key", "/-/operations/create-key", current=True)),
            "Done.",
            EVERY_FACT,
            (Fact("token", "Token", Kind.CODE, "k-5f3a"),),
            SECTIONS,
            "plain <text>",
            "text/plain",
            RAW,
            (Link("Back", "/keys"), Link("Do it again", "/-/operations/create-key")),
        ),
    ),
    "login-empty": ("pages/login.html", LoginPage("/login", "/", "", "Username", "text", "", "", None)),
    "login": (
        "pages/login.html",
        LoginPage("/login", "/issues", "ada@example.com", "Email", "email", "That was wrong.", "", "/register"),
    ),
    "login-elsewhere": (
        "pages/login.html",
        LoginPage(
            "/login",
            "/",
            "",
            "Username",
            "text",
            "",
            "",
            None,
            asks_password=False,
            others=(Link("Sign in with an access token", "/login?with=bearer"),),
            providers=(Link("Sign in with Example ID", "/-/oidc/start?next=/"),),
            asks=False,
        ),
    ),
    "login-either": (
        "pages/login.html",
        LoginPage(
            "/login",
            "/",
            "",
            "Email",
            "email",
            "GitHub did not let you in.",
            "",
            "/register",
            providers=(Link("Sign in with GitHub", "/-/oauth/github/start?next=/"),),
            lacking="WEBAPP_OIDC_CLIENT_ID is to say who asks.",
        ),
    ),
    "leaving": ("pages/leaving.html", LeavingPage("Example ID", "/-/oidc/end?at=1")),
    "login-notice": (
        "pages/login.html",
        LoginPage("/login", "/", "ada@example.com", "Email", "email", "", "Your session has ended.", None),
    ),
    "login-keys": (
        "pages/login.html",
        LoginPage(
            "/login",
            "/",
            "",
            "Username",
            "text",
            "",
            "",
            None,
            way="api-key-key",
            asks_password=False,
            secrets=(RegisterField("key-1", "API key", "password", "", True, "off", hint="See your settings."),),
            others=(Link("Sign in with username and password", "/login?with=basic"),),
        ),
    ),
    "login-further": (
        "pages/login.html",
        LoginPage(
            "/-/account/sign-ins",
            "/audits",
            "",
            "Username",
            "text",
            "",
            "You stay signed in with all that you have.",
            None,
            asks_password=False,
            secrets=(RegisterField("key-1", "API key", "password", "", True, "off"),),
            heading="This needs another sign-in: API key",
            scheme="admin",
        ),
    ),
    "register-empty": ("pages/register.html", RegisterPage("/register", "", (), "", "/login")),
    "register": ("pages/register.html", RegisterPage("/register", "/issues", FIELDS, "", "/login")),
    "register-one": ("pages/register.html", RegisterPage("/register", "/issues", FIELDS[:1], "", "/login")),
    "register-error": ("pages/register.html", RegisterPage("/register", "/", FIELDS[2:], "It is closed.", "/login")),
    "account-empty": ("pages/account.html", AccountPage("Ada", (), None, None, "")),
    "account-no-devices": ("pages/account.html", AccountPage("Ada", EVERY_FACT, (), "/others", "")),
    "account": (
        "pages/account.html",
        AccountPage(
            "Ada Lovelace",
            EVERY_FACT,
            (DEVICE, replace(DEVICE, id="2", current=False), replace(DEVICE, id="3", address="", end_action=None)),
            "/-/account/devices/others",
            "That session has ended.",
            sessions=(
                BrowserSession("Chrome on Linux", "192.0.2.1", SINCE, SINCE, True, None),
                BrowserSession("Firefox on Android", "", SINCE, SINCE, False, "/-/account/sessions/1/end"),
            ),
            end_other_sessions_action="/-/account/sessions/others",
            end_all_sessions_action="/-/account/sessions/all",
        ),
    ),
    "account-credentials": (
        "pages/account.html",
        AccountPage(
            "Ada",
            (),
            None,
            None,
            "",
            (
                HeldCredential("", "Sign-in of Ada", "/-/account/sign-ins/drop"),
                HeldCredential("admin", "API key", "/-/account/sign-ins/drop"),
                HeldCredential("vault", "Name and password", None),
            ),
        ),
    ),
    "error-further": (
        "pages/error.html",
        ErrorPage(403, "Not allowed", "No.", {}, "", None, "/-/account/sign-ins", "Sign in with another access token"),
    ),
    "error-empty": ("pages/error.html", ErrorPage(404, "There is nothing here", "", {}, "", None, None)),
    "error": (
        "pages/error.html",
        ErrorPage(503, "Not now", "It is down.", {"limit": ("too high", "and odd")}, "01J9ZC3T", 5, "/login"),
    ),
    "error-soon": ("pages/error.html", ErrorPage(429, "Slowly", "Too many.", {}, "", 1, None)),
}
"""Each by a name: the template and what it gets."""

FRAGMENTS = {
    "pages/list.html": "list",
    "pages/account.html": "devices",
    "pages/error.html": "error",
    "pages/operation.html": "form",
    "pages/operations.html": "operations",
    "pages/result.html": "result",
    "pages/edit.html": "form",
    "pages/conflict.html": "form",
    "pages/bulk.html": "bulk",
}
"""The part that a page offers to htmx."""
