"""A browser's name for itself, in words: `Firefox on Linux`."""

import re

BROWSERS = (
    ("Edge", re.compile(r"\bEdg(e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/|\bOpera\b")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Vivaldi", re.compile(r"\bVivaldi/")),
    ("Firefox", re.compile(r"\b(Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(HeadlessChrome|Chrome|Chromium|CriOS)/")),
    ("Safari", re.compile(r"\bVersion/\S+.* Safari/")),
)
"""The first that fits: most browsers also call themselves what others are called."""
SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac OS X\b|\bMacintosh\b")),
    ("Linux", re.compile(r"\bLinux\b|\bX11\b")),
)
_PRODUCT = re.compile(r"^(?:Mozilla/\S+ \(([\w.-]{3,40})\)|([\w.-]{2,40})(?:/[\w.-]+)?)$")


def browser_of(user_agent: str) -> str:
    """
    The browser and the system it runs on, as far as it says.

    It may say anything: what is none of those is called by its first word, or nothing at all.
    """
    browser = next((name for name, pattern in BROWSERS if pattern.search(user_agent)), "")
    system = next((name for name, pattern in SYSTEMS if pattern.search(user_agent)), "")
    if browser or system:
        return f"{browser or 'A browser'} on {system}" if system else browser
    product = _PRODUCT.match(user_agent)
    return (product[1] or product[2]) if product else "An unknown browser"
