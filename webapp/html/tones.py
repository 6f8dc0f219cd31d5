"""How states stand: a class for each whose name says whether it is good or bad."""

from typing import Any

from webapp.openapi.remembering import remembered

GOOD = "ok active success succeeded successful completed complete done healthy passed paid approved published resolved"
FAIR = "pending waiting queued paused warning draft suspended blocked degraded expiring trial high on_hold in_review"
POOR = "error failed failure failing rejected denied expired critical down disabled revoked banned overdue urgent fatal"
TONES = {word: tone for tone, words in (("ok", GOOD), ("warn", FAIR), ("bad", POOR)) for word in words.split()}


def tone(value: Any) -> str:
    """`ok`, `warn` or `bad` for a state whose name says so; empty for all others."""
    return _tone(value) if isinstance(value, str) else ""


@remembered
def _tone(word: str) -> str:
    return TONES.get(word.lower().replace("-", "_").replace(" ", "_"), "")
