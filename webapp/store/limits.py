"""How long the store is waited for, and by how many at once."""

SECONDS = 0.5
"""Until a question is given up, if this process had the time to read the answer."""
LOOK_EVERY, LATE = 0.05, 0.01
"""Seconds between looks whether it has, and by how many a look may be late to count."""
LOOKS = 5
"""So many have to count."""
MOST_SECONDS = 10.0
"""Until it's given up however busy this process is."""
CONNECTIONS = 16
"""
Of one process to a server, and its questions under way at once.

One process can't ask faster than these answer; and what a process that is just beginning would spend on opening many
more, all at once, it lacks for reading answers in time.
"""
