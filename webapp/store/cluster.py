"""
A cluster's client: redis-py's, bounded, and able to bear a node that hangs and slots that move.

redis-py looks for the nodes again when a connection breaks, but not when a question is given up before; so a machine
that is cut off would be asked for ever. And it sends the permission to ask (ASKING) on one connection and the question
on another, which the node then refuses.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from redis.asyncio import RedisCluster
from redis.asyncio.cluster import ClusterNode, PipelineCommand
from redis.exceptions import RedisClusterException, RedisError

from webapp.store.limits import CONNECTIONS, SECONDS

TRIES = 8
"""To ask a node which there are, each time another one, until it's up to the next question to have them looked for."""
PAUSE = 1.0
"""Seconds between looks that were good: after each, all connections are made again."""


class Cluster(RedisCluster):
    """The client. `nodes` are some of the cluster's, which name the others; `options` those of a connection."""

    def __init__(self, nodes: Sequence[ClusterNode], **options: Any) -> None:
        super().__init__(
            startup_nodes=list(nodes),
            # While a slot has no node, the others are asked still, if the cluster lets them.
            require_full_coverage=False,
            # A slot that has moved is noted; to look for all nodes again would break every question under way.
            reinitialize_steps=0,
            # A connection that is being replaced counts until it's closed.
            max_connections=2 * CONNECTIONS,
            **options,
        )
        self._looking: asyncio.Task[None] | None = None

    def get_node(self, host: str | None = None, port: int | None = None, node_name: str | None = None) -> Any:
        """A node; by its name, as redis-py looks for one that a slot is just coming to, one that can be asked."""
        node = super().get_node(host, port, node_name)
        if node_name is None:
            return node
        if node is None:  # it has had no slot so far
            at, _, number = node_name.rpartition(":")
            node = ClusterNode(at, int(number), "primary", **self.nodes_manager.connection_kwargs)
            self.nodes_manager.set_nodes(self.nodes_manager.nodes_cache, {node.name: node})
        return _Asked(node)

    def look_again(self) -> None:
        """Find out which nodes there are by now, in the background: one hasn't answered."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="webapp-cluster")

    async def close_all(self) -> None:
        """Close everything; `aclose` is what redis-py itself calls in between."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
        await self.aclose()

    async def _look(self) -> None:
        for _ in range(TRIES):
            with suppress(RedisError, RedisClusterException, OSError, TimeoutError):
                async with asyncio.timeout(SECONDS):
                    await self.nodes_manager.initialize()
                await asyncio.sleep(PAUSE)
                return


class _Asked:
    """A node as it's asked about a slot that is on its way there: each question right behind the permission."""

    def __init__(self, node: ClusterNode) -> None:
        self._node = node

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)

    async def execute_command(self, *command: Any, **options: Any) -> Any:
        if command == ("ASKING",):
            return b"OK"
        options.pop("asking", None)  # is for one command that we don't use
        both = PipelineCommand(0, "ASKING"), PipelineCommand(1, *command, **options)
        await self._node.execute_pipeline(list(both))
        for each in both:
            if isinstance(each.result, Exception):
                raise each.result
        return both[1].result
