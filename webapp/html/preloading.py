"""
Pages that are asked for while their link is still being pressed, in the words of the HTML Standard's speculation rules.

A press takes a tenth of a second or so, and the page is nearly always wanted: what merely lies under the mouse would be
asked of the API in vain, appear in its records as looked at, and could be old by the time it's shown. Browsers that
don't know the rules pass over them.
"""

import json
from base64 import b64encode
from hashlib import sha256

# Only what begins with a slash is on this site for sure. What a script fetches into the page, or a file to keep, is no
# page to be made ahead; nor is what has an address of our own: some of these begin something, or go on for long.
_PAGES = r"[href^='/']:not([href*='//'],[href*='/-/'],[download],[hx-get],[hx-boost\:inherited] a)"

RULES = json.dumps(
    {"prefetch": [{"where": {"selector_matches": _PAGES}, "eagerness": "conservative"}]}, separators=(",", ":")
)
"""What the layout says in `<script type="speculationrules">`."""

SOURCE = f"'sha256-{b64encode(sha256(RULES.encode()).digest()).decode()}'"
"""The source of a policy that allows exactly these rules, and no other script in a page (CSP Level 3, 2.3.1)."""
