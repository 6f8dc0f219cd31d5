"""What style sheets and scripts lose on their way to the browser, and what they keep."""

import re
from pathlib import Path

import pytest

from webapp.html.assets import find_folder
from webapp.html.compact import compact_css, compact_script

SCRIPTS = sorted((find_folder("static") / "js").glob("*.js"))


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("/* why\n */\na:hover ,  b { color : red; margin: 0 auto }\n", "a:hover,b{color : red;margin:0 auto}"),
        ("@media (width > 4rem) {\n  a { b: c }\n}\n", "@media(width>4rem){a{b:c}}"),
        ("@media print and (scripting: none) {a{}}", "@media print and (scripting:none){a{}}"),
        ("a > b + c *, d { e: f / g !important }", "a>b + c *,d{e:f/g!important}"),
        (
            'a { content: "x > y ! / " / ""; width: calc(1rem + 2px) }',
            'a{content:"x > y ! / "/"";width:calc(1rem + 2px)}',
        ),
    ],
)
def test_a_style_sheet_loses_its_comments_and_most_white_space(written: str, sent: str) -> None:
    assert compact_css(written) == sent


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("// why\nconst a = 1; // so\n\n/* and\n   more */ let b;\n", "const a=1;let b;"),
        ("if (a) return b;\nelse delete c [d] . e;", "if(a)return b;else delete c[d].e;"),
        ("a + +b - -c;", "a + +b - -c;"),
        ('f ( \'a  // b\' , "/* c */ \\" d" );', 'f(\'a  // b\',"/* c */ \\" d");'),
        ("f(`a  ${ b } 'c`);", "f(`a  ${ b } 'c`);"),
        ("$a in $b, _c instanceof D", "$a in $b,_c instanceof D"),
        ("const { a, ...b } = { c: [1, 2] };\n() => {};\n", "const{a,...b}={c:[1,2]};()=>{};"),
    ],
)
def test_a_script_loses_its_comments_and_needless_white_space_but_nothing_in_quotes(written: str, sent: str) -> None:
    assert compact_script(written) == sent
    assert compact_script(sent) == sent


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.name))
def test_our_own_scripts_keep_all_words_and_signs(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    sent = compact_script(source)

    bare = re.sub(r"(?m)^\s*//.*$|/\*[^*]*\*/", "", source)
    assert re.findall(r"[\w$]+|[^\w\s]", sent) == re.findall(r"[\w$]+|[^\w\s]", bare)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.name))
def test_our_own_scripts_are_written_so_that_they_can_be_made_compact(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    code = [line.partition("; //")[0].strip() for line in lines if line.strip() and not line.strip().startswith("//")]

    for expression in re.findall(r"[(,=:] ?(/[^/*\s].*?[^\\]/[a-z]*)[.,)]", "\n".join(code)):
        assert not re.search(r"\s|`|\"", expression), "white space and quotes in it would be taken for what they aren't"
        assert expression.count("'") % 2 == 0
    for line, following in zip(code, [*code[1:], ""], strict=True):
        unfinished = re.search(r"[;{}\[(,>=?:&|+]$", line) or re.match(r"[?:.&|+)\]}]", following)
        assert unfinished, f"a statement ends with a semicolon or a brace: {line}"
