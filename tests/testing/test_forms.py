"""What a form sends."""

import pytest

from webapp.testing.forms import Submission, Value, fill_in
from webapp.testing.markup import parse

PAGE = """
<form id="f" action="/save" method="post">
<input type="hidden" name="version" value="3"><input name="title" value="Tea"><input type="email" name="mail">
<input type="checkbox" name="urgent"><input type="checkbox" name="public" value="yes" checked>
<input type="radio" name="size" value="s"><input type="radio" name="size" value="m" checked>
<select name="state"><option value="o">Open</option><option selected>closed</option></select>
<select name="owner"><option value="1">Ada</option><option value="2">Bob</option></select>
<select name="tags" multiple><option>a</option><option>b</option></select>
<textarea name="note">
Two
lines</textarea>
<input name="off" value="x" disabled><fieldset disabled><input name="off2" value="x"></fieldset>
<input type="file" name="upload"><input value="nameless">
<button name="do" value="save">Save</button>
<button name="do" value="drop" formaction="/drop" formmethod="get">Drop</button>
<button type="button" name="do" value="nothing">Nothing</button>
</form>
<input name="outside" value="in" form="f"><input name="stray" value="x">
<form action="/other" method="get"><input name="q" value=""><input type="submit" value="Go"></form>
"""

AS_IT_STANDS = {
    "version": "3",
    "title": "Tea",
    "mail": "",
    "public": "yes",
    "size": "m",
    "state": "closed",
    "owner": "1",
    "note": "Two\nlines",
    "do": "save",
    "outside": "in",
}


def submitted(form: str = "#f", button: str | None = None, **values: Value) -> Submission:
    page = parse(PAGE).root
    return fill_in(page, page.one(form), values, button=button)


def test_a_form_is_sent_as_the_page_has_it() -> None:
    form = submitted()

    assert (form.method, form.action, form.multipart) == ("POST", "/save", False)
    assert dict(form.fields) == AS_IT_STANDS
    assert len(form.fields) == len(AS_IT_STANDS)


def test_what_is_filled_in_replaces_what_stood_there() -> None:
    form = submitted(title="Rusks", urgent=True, public=False, owner="2", tags=["a", "b"], version=None, mail=7)

    changed = {**AS_IT_STANDS, "title": "Rusks", "urgent": "on", "owner": "2", "mail": "7"}
    del changed["public"], changed["version"]
    assert sorted(form.fields) == sorted([*changed.items(), ("tags", "a"), ("tags", "b")])


def test_radio_buttons_send_the_one_chosen() -> None:
    assert [value for name, value in submitted(size="s").fields if name == "size"] == ["s"]


def test_a_file_is_sent_as_a_file() -> None:
    form = submitted(upload=("tea.txt", b"tea"))

    assert form.files == [("upload", ("tea.txt", b"tea"))]


def test_the_button_pressed_decides() -> None:
    form = submitted(button="Drop")

    assert (form.method, form.action) == ("GET", "/drop")
    assert ("do", "drop") in form.fields
    assert ("do", "save") not in form.fields


def test_a_form_without_an_id_has_its_own_controls_alone() -> None:
    form = submitted("form[action=/other]", q="tea")

    assert (form.method, form.fields) == ("GET", [("q", "tea")])


def test_a_field_that_is_not_there_is_an_error_that_says_which_are() -> None:
    with pytest.raises(AssertionError, match=r"has no field titel; it has .*note.*title"):
        submitted(titel="x")


def test_a_button_is_named_by_its_value_too() -> None:
    assert submitted(button="drop") == submitted(button="Drop")


def test_a_button_that_is_not_there_is_an_error() -> None:
    with pytest.raises(AssertionError, match="no button 'Nothing'"):
        submitted(button="Nothing")


def test_a_form_without_buttons_can_be_sent() -> None:
    page = parse('<form action="/x" method="get"><input name="a" value="1"></form>').root

    assert fill_in(page, page.one("form"), {}).fields == [("a", "1")]
