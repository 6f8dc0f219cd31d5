"""`python -m webapp` is the command too."""

import sys

from webapp.cli import main

sys.exit(main())
