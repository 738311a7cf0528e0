"""``python -m rnnlib.bench`` is ``rnnlib bench``."""

import sys

from rnnlib.bench.run import main

if __name__ == "__main__":
    sys.exit(main())
