"""Tries that all processes count together, in the store."""

from collections.abc import Sequence

from webapp.sessions.buckets import Bucket, Buckets
from webapp.store import Tries


class SharedBuckets(Buckets):
    """Counts for all processes of one store. Raises StoreUnavailable, so nobody tries what nobody counts."""

    def __init__(self, tries: Tries) -> None:
        self._tries = tries

    async def take(self, wanted: Sequence[Bucket]) -> float:
        """Use up a try of each, or of none."""
        if not wanted:
            return 0.0
        return await self._tries.take(_names(wanted), [(bucket.tries, bucket.each) for bucket in wanted])

    async def give_back(self, taken: Sequence[Bucket]) -> None:
        """Take them back."""
        if taken:
            await self._tries.give_back(_names(taken), [bucket.each for bucket in taken])


def _names(buckets: Sequence[Bucket]) -> list[str]:
    return [f"{bucket.kind}:{bucket.key}" for bucket in buckets]
