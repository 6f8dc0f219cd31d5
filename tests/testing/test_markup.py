"""The tree that answers are read from."""

import pytest

from webapp.testing.markup import parse

PAGE = """<!doctype html>
<html lang="en"><head><title>Orders</title></head>
<body class="list list-orders">
<main id="main"><h1>Orders</h1>
<table id="list"><tbody>
<tr id="orders-1"><td>Tea</td><td class="num wide">4</td></tr>
<tr id="orders-2"><td><a href="/orders/2?x=1&amp;y=2">Rusks &amp; <b>jam</b></a></td><td></td></tr>
</tbody></table>
<form action="/orders" method="get"><input type="search" name="q" value=""><br></form>
</main></body></html>"""


def test_elements_are_found_by_tag_id_class_attribute_and_level() -> None:
    page = parse(PAGE).root

    assert page.one("h1").text == "Orders"
    assert page.one("#orders-1").tag == "tr"
    assert page.one(".num").text == "4"
    assert page.one("td.num.wide").classes == ["num", "wide"]
    assert page.one("main table #orders-2 a").text == "Rusks & jam"
    assert page.one("input[type=search]").get("name") == "q"
    assert page.one("a[href^='/orders/']").get("href") == "/orders/2?x=1&y=2"
    assert page.one('a[href$="y=2"]') is page.one("a[href*=x]")
    assert [row.id for row in page.all("tr[id]")] == ["orders-1", "orders-2"]
    assert len(page.all("main *")) == len(list(page.one("main").walk()))


def test_what_does_not_fit_is_not_found() -> None:
    page = parse(PAGE).root

    for selector in ("h2", "#orders-3", ".nam", "a[title]", "a[href=x]", "a[href^=x]", "a[href$=x]", "table h1"):
        assert page.find(selector) is None, selector
    assert page.find("td", "Coffee") is None
    assert page.one("td", "Rusks").find("a") is not None
    with pytest.raises(AssertionError, match=r"no tr with 'Coffee' in: .*Tea"):
        page.one("tr", "Coffee")


def test_a_selector_that_means_nothing_here_is_an_error() -> None:
    with pytest.raises(ValueError, match="a:hover"):
        parse(PAGE).root.all("a:hover")


def test_text_is_what_a_person_reads() -> None:
    root = parse(
        "<ul><li>One<li>T<b>w</b>o</ul><p hidden>No</p><script>var no</script><style>no{}</style>"
        "<template><p>No</p></template><button>Save</button><button>Close</button>"
    ).root

    assert root.text == "One Two Save Close"


def test_a_textarea_keeps_its_white_space() -> None:
    assert parse("<textarea>\n a\n b </textarea>").root.one("textarea").raw_text == "\n a\n b "


def test_optional_end_tags_may_be_left_out() -> None:
    document = parse(
        "<table><tr><td>a<td>b<tr><td>c</table><dl><dt>x<dd>y<dt>z</dl><select><option>1<option>2</select>"
    )

    assert document.unbalanced == []
    assert [[cell.text for cell in row.all("td")] for row in document.root.all("tr")] == [["a", "b"], ["c"]]
    assert [option.text for option in document.root.all("option")] == ["1", "2"]


def test_a_well_formed_page_has_nothing_to_complain_about() -> None:
    document = parse(PAGE)

    assert document.doctype == "doctype html"
    assert (document.unbalanced, document.duplicate_attributes) == ([], [])


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<div><span></div>", "<span> is never ended"),
        ("<div>", "<div> is never ended"),
        ("</div>", "</div> ends nothing"),
        ("<br></br>", "</br> ends nothing"),
        ("<div/>", "<div/> doesn't end itself"),
    ],
)
def test_tags_out_of_balance_are_told(html: str, complaint: str) -> None:
    assert complaint in parse(html).unbalanced[0]


def test_void_and_svg_elements_may_end_themselves() -> None:
    assert parse('<br/><svg viewBox="0 0 1 1"><path d="M0"/><g><use href="#x"/></g></svg>').unbalanced == []


def test_an_attribute_given_twice_is_told_and_the_first_counts() -> None:
    document = parse('<a href="/x" class="a" class="b">x</a>')

    assert document.root.one("a").get("class") == "a"
    assert document.duplicate_attributes == ["<a> has 'class' twice (line 1, column 1)"]
