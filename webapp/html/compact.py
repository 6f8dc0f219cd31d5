"""Our own style sheets and scripts as they go over the wire: without what only those who read them need."""

import re

_TEXT = r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)"""
_GAP = re.compile(_TEXT + r"|(?:\s|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
# What parts two words, and what keeps `a + +b` from being `a++b`, stays.
_NEEDLESS = re.compile(_TEXT + r"| (?=[^\w$+-])|(?<=[^\w$+-]) ")
# `*` and `+` aren't among them: `a *` isn't `a*`, and within calc() a plus needs its spaces.
_SEPARATED = re.compile(_TEXT + r"| ?([>/!]) ?")


def compact_css(css: str) -> str:
    """A style sheet without its comments and most of its white space."""
    css = " ".join(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).split())
    for sign in "{};,":
        css = css.replace(f" {sign}", sign).replace(f"{sign} ", sign)
    css = css.replace(";}", "}").replace("@media (", "@media(")
    css = re.sub(r"(?<=[{;(])([\w-]+): ", r"\1:", css)
    return _SEPARATED.sub(lambda found: found[1] or found[2], css).strip()


def compact_script(script: str) -> str:
    """
    A script without its comments and its white space; what stands in quotes stays as it is.

    It knows no regular expressions, so ours have neither white space nor a single quote in them; and since no line ends
    any more, each of our statements ends with a semicolon or a brace.
    """
    script = _GAP.sub(lambda found: found[1] or " ", script)
    return _NEEDLESS.sub(lambda found: found[1] or "", script).strip()
