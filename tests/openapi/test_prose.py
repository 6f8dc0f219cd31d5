"""Descriptions as plain text."""

import pytest

from webapp.openapi.prose import first_paragraph, plain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Plain words.", "Plain words."),
        ("The `id` of the **user**, _never_ empty.", "The id of the user, never empty."),
        ("See [the docs](https://docs.example/a) or ![logo](x.png).", "See the docs or logo."),
        ("# Title\n\nText <br/>more</p>", "Title\n\nText \nmore"),
        ("snake_case_stays, 2 * 3 * 4 too", "snake_case_stays, 2 * 3 * 4 too"),
        ("```json\n{}\n```", "{}"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("escaped \\*star\\*", "escaped *star*"),
        ("> quoted\n\n---\n\nend", "quoted\n\nend"),
        ("Send `Bearer <token>`, not <List<String>>", "Send Bearer <token>, not <List<String>>"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("", ""),
    ],
)
def test_signs_of_markdown_and_html_are_taken_off(written: str, read: str) -> None:
    assert plain(written) == read


def test_the_first_paragraph_is_one_line() -> None:
    assert first_paragraph("One\n**sentence**.\n\nAnother.") == "One sentence."


def test_a_hostile_description_costs_little() -> None:
    for sign in ("*", "_", "[", "`", "<a", "**a ", "_a ", "![", "# ", "> ", "- "):
        assert len(plain(sign * 100_000)) <= 100_000
