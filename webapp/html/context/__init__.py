"""
What each page's template may rely on.

One dataclass for each page; its fields are the variables of the template, and nothing else is. Every page also gets
`shell` (below), and the functions and filters named in `render.py`. A test holds templates and dataclasses together.
"""

from webapp.html.context.accounts import (
    AccountPage,
    BrowserSession,
    Device,
    HeldCredential,
    LeavingPage,
    LoginPage,
    RegisterField,
    RegisterPage,
)
from webapp.html.context.browsing import DetailPage, HomePage, ListPage, ViewPage
from webapp.html.context.charts import Bar, BarGroup, Chart, Line, Tick
from webapp.html.context.editing import BulkAction, BulkBar, BulkPage, BulkRow, ConflictPage, ConflictRow, EditPage
from webapp.html.context.facts import Fact, Section
from webapp.html.context.files import Event, EventsPage, FilePage, FollowPage
from webapp.html.context.operations import OperationEntry, OperationGroup, OperationPage, OperationsPage, ResultPage
from webapp.html.context.problems import ErrorPage
from webapp.html.context.shell import Link, LinkGroup, Shell, Toast
from webapp.html.context.tables import Chip, Column, ColumnMenu, Control, Option, Pager, Row

__all__ = [
    "AccountPage",
    "Bar",
    "BarGroup",
    "BrowserSession",
    "BulkAction",
    "BulkBar",
    "BulkPage",
    "BulkRow",
    "Chart",
    "Chip",
    "Column",
    "ColumnMenu",
    "ConflictPage",
    "ConflictRow",
    "Control",
    "DetailPage",
    "Device",
    "EditPage",
    "ErrorPage",
    "Event",
    "EventsPage",
    "Fact",
    "FilePage",
    "FollowPage",
    "HeldCredential",
    "HomePage",
    "LeavingPage",
    "Line",
    "Link",
    "LinkGroup",
    "ListPage",
    "LoginPage",
    "OperationEntry",
    "OperationGroup",
    "OperationPage",
    "OperationsPage",
    "Option",
    "Pager",
    "RegisterField",
    "RegisterPage",
    "ResultPage",
    "Row",
    "Section",
    "Shell",
    "Tick",
    "Toast",
    "ViewPage",
]
