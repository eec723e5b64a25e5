"""`python -m cnnmath` is the command line."""

import sys

from cnnmath.cli import main

sys.exit(main())
