"""`python -m kiosk.printing`: the press as a process (see `press`)."""

import sys

from kiosk.printing.press import main

sys.exit(main())
