"""What browsers have begun, for all processes of a store: begun in one, it is finished in any other."""

import json
from collections.abc import Sequence

from webapp.oidc.flows import MOST_OF_ADDRESS, MOST_OF_ONE, MOST_TOGETHER, SECONDS, Flow, Flows, Value
from webapp.store import Deposit, Deposits, Store

VERSION = 1
"""Of what is kept: while two releases share a store, neither takes up what the other has begun in another way."""
ALL = "all"


class SharedFlows(Flows):
    """
    In the store, by names that only the browser's own id leads to. Raises StoreUnavailable.

    So whoever knows a key, which has been at the provider and in an address, can neither take nor spoil what another
    browser has begun.
    """

    def __init__(self, store: Store, secrets: Sequence[str], *, prefix: str) -> None:
        self._deposits = Deposits(store, secrets, prefix=prefix, kind="flows", seconds=SECONDS)

    async def keep(self, flow: Flow, value: Value, *, address: str) -> None:
        """Keep it."""
        groups = {
            _of(flow.browser): MOST_OF_ONE,
            **({f"address {address}": MOST_OF_ADDRESS} if address else {}),
            ALL: MOST_TOGETHER,
        }
        content = json.dumps({"version": VERSION, "kind": flow.kind, "value": value})
        await self._deposits.put(_name(flow), content.encode(), groups)

    async def knows(self, browser: str) -> bool:
        """Whether there is something."""
        return await self._deposits.is_known(_of(browser))

    async def has(self, flow: Flow) -> bool:
        """Whether it's there."""
        found = await self._deposits.find(_name(flow))
        return found is not None and _value(found, flow.kind) is not None

    async def take(self, flow: Flow) -> Value | None:
        """The value, or None."""
        found = await self._deposits.find(_name(flow))
        value = _value(found, flow.kind) if found is not None else None
        return value if found is not None and value is not None and await self._deposits.take(found) else None

    async def of_browser(self, browser: str, kind: str) -> Sequence[Value]:
        """Those of the kind."""
        values = [_value(found, kind) for found in await self._deposits.of_group(_of(browser))]
        return [value for value in values if value is not None]


def _value(found: Deposit, kind: str) -> Value | None:
    """What was kept, if it's of this kind and of a version that can be read."""
    try:
        kept = json.loads(found.content)
        is_right = kept["version"] == VERSION and kept["kind"] == kind
        value = kept["value"]
    except (ValueError, TypeError, KeyError):
        return None
    return value if is_right and isinstance(value, dict) else None


def _name(flow: Flow) -> str:
    return "\0".join(flow)


def _of(browser: str) -> str:
    return f"browser {browser}"
