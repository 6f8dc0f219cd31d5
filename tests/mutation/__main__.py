"""
`python -m tests.mutation [PATTERN ...]`: breaks the code that keeps sessions safe, and counts what the tests notice.

What is mutated, and which tests are asked, stands in pyproject.toml. A pattern is a mutant's name, as in
`webapp.sessions.cookie*`; a run of everything takes minutes. Ends with 1 where too few were noticed.
"""

import json
import subprocess
import sys
from pathlib import Path

MUTMUT = Path(sys.executable).with_name("mutmut")
FOLDER = Path("mutants")
LOG = FOLDER / "run.log"
LEAST = 0.90
"""The share of mutants that the tests have to notice."""


def main(patterns: list[str]) -> int:
    """Run, and print the survivors and the share of those that were noticed."""
    FOLDER.mkdir(exist_ok=True)
    with LOG.open("w", encoding="utf-8") as log:
        done = subprocess.run([MUTMUT, "run", *patterns], stdout=log, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        print(f"mutmut failed; {LOG} says why", file=sys.stderr)
        return 2
    subprocess.run([MUTMUT, "export-cicd-stats"], stdout=subprocess.DEVNULL, check=True)
    stats = json.loads((FOLDER / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    noticed = stats["killed"] + stats["timeout"] + stats["segfault"]
    told = subprocess.run([MUTMUT, "results"], capture_output=True, text=True, check=True).stdout
    print(told.rstrip())
    print(f"{noticed} of {stats['total']} mutants noticed ({noticed / max(stats['total'], 1):.1%})")
    return 0 if noticed >= LEAST * stats["total"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
