"""``python -m rnnlib.course.bench`` is ``rnnlib bench``."""

import sys

from rnnlib.course.bench.run import main

if __name__ == "__main__":
    sys.exit(main())
