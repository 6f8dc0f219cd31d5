"""What contestants need, installed into `.bench` at the top of the tree, where the project itself never looks."""

from tests.benchmarks.peers.install import Missing, node_packages, python_packages

__all__ = ["Missing", "node_packages", "python_packages"]
