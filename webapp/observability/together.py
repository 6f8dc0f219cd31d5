"""
Counting in several processes as one: each writes down what it counts, and whichever is asked adds all of it up.

It is prometheus-client's multiprocess mode: files in a folder that `PROMETHEUS_MULTIPROC_DIR` names. `webapp run` has
them known by the number of a process rather than by its id, so the one that replaces another counts on where that one
ended, and there never are more files than processes.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, values
from prometheus_client.multiprocess import mark_process_dead

from webapp.errors import SettingsError

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

_OLDEST = "process_start_time_seconds"
_CPU = "process_cpu_seconds"


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder for what the processes count that this one begins, gone after it. Raises SettingsError."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="webapp-metrics-", ignore_cleanup_errors=True)
    except OSError as error:
        raise SettingsError(f"WEBAPP_METRICS with several processes needs a folder to write in: {error}.") from None
    with folder as name:
        yield Path(name)


def folder_of_all() -> str | None:
    """Where processes count together, if they do. Raises SettingsError where that's no folder."""
    folder = os.environ.get(VARIABLE)
    if folder and not Path(folder).is_dir():
        raise SettingsError(f"{VARIABLE} is {folder!r}, which is not a folder.")
    return folder or None


def count_as(number: int) -> None:
    """Count from now on as the process of this number; before any metric is made."""
    values.ValueClass = values.MultiProcessValue(lambda: number)  # type: ignore[no-untyped-call]


def forget(number: int, folder: Path) -> None:
    """Have what is true only while a process lives be true no more; what it has counted stays."""
    mark_process_dead(number, str(folder))  # type: ignore[no-untyped-call]


def clear() -> None:
    """Remove the folder, as whoever made it is gone and can't."""
    if folder := os.environ.get(VARIABLE):
        shutil.rmtree(folder, ignore_errors=True)


class ProcessTotals:
    """
    What all processes take together, by the names that `ProcessCollector` has for one: its own figures aren't added up.

    `cpu` goes on over the end of a process; memory and open files are those of the living.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._here = ProcessCollector(registry=None)
        self._cpu = Counter(_CPU, "CPU seconds of all processes, ended ones included.", registry=registry)
        self._seconds = 0.0
        self._gauges = {
            family.name: Gauge(
                family.name,
                f"{family.documentation} (of the oldest process)"
                if family.name == _OLDEST
                else f"{family.documentation} (of all processes)",
                multiprocess_mode="livemin" if family.name == _OLDEST else "livesum",
                registry=registry,
            )
            for family in self._here.collect()
            if family.name != _CPU
        }

    def note(self) -> None:
        """Write down what this process takes now."""
        for family in self._here.collect():
            [sample] = family.samples
            if family.name == _CPU:
                self._cpu.inc(max(sample.value - self._seconds, 0.0))
                self._seconds = sample.value
            else:
                self._gauges[family.name].set(sample.value)
