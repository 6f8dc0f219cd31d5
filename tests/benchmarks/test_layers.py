"""The layers, once, with little to do: that each answers with the page, not what it costs."""

from tests.benchmarks.layers import LAYERS, measure, table


def test_every_layer_is_measured() -> None:
    measured = measure(count=16, rounds=1)

    assert [layer for layer, _, _ in measured] == list(LAYERS)
    assert all(total > 0 for _, total, _ in measured)
    assert len(table(measured).splitlines()) == 2 + len(LAYERS)
