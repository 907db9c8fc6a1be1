"""`python …/inside server SOCKET MODULE…` or `python …/inside worker`."""

import importlib
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(here))
module = importlib.import_module(f"{os.path.basename(here)}.{sys.argv[1]}")
# A block's imports are looked for where a reader's are: not here.
sys.path[:] = [path for path in sys.path if path not in {here, os.path.dirname(here)}]
module.main(sys.argv[2:])
