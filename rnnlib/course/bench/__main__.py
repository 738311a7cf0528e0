"""``python -m rnnlib.course.bench`` is ``rnnlib bench``."""

import sys

from rnnlib.course.cli import main

if __name__ == "__main__":
    sys.exit(main(["bench", *sys.argv[1:]]))
