"""
For tests of a frontend: a browser that runs the app in process, and an API that answers what the test says.

    api = FakeAPI({"GET /orders": [{"id": 1, "item": "Tea"}]})
    async with Browser(create_app("http://api", transport=api.transport)) as browser:
        await browser.sign_in()
        page = await browser.get("/orders")
    assert "Tea" in page.main

Every HTML answer is linted; what is wrong is raised as one LintError that lists all of it.
"""

from webapp.testing.answer import Answer
from webapp.testing.browser import Browser
from webapp.testing.fake import FakeAPI, Received
from webapp.testing.lint import CHECKS, Finding, LintError
from webapp.testing.markup import Element

__all__ = ["CHECKS", "Answer", "Browser", "Element", "FakeAPI", "Finding", "LintError", "Received"]
