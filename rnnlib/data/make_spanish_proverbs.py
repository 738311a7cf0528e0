"""Make spanish_proverbs.txt from the Debian package fortunes-es 1.36.

::

    apt-get download fortunes-es && dpkg -x fortunes-es_1.36_all.deb unpacked
    python rnnlib/data/make_spanish_proverbs.py \
        unpacked/usr/share/games/fortunes/es/refranes.fortunes

The source has 4,996 traditional proverbs. Kept are those of 12 to 80 letters and marks that hold
nothing but Spanish letters, spaces and punctuation. Left out are those with a word about a group of
people, about the body or about blows: what old sayings say about such things is often not fit for a
class.
"""

import hashlib
import re
import sys
from pathlib import Path

SOURCE_SHA256 = "1249fd663f691cc88e0b155cb2da016fc2eedaa56a5d5a951daf0da3c4f77dec"
KEPT = re.compile(r"[a-záéíóúüñA-ZÁÉÍÓÚÜÑ ,.;:¿?¡!]{12,80}")
LEFT_OUT = re.compile(
    r"\b(mujer|muger|hembra|doncell|mozas?\b|much?ach|viuda|suegr|novia|espos|casada|soltera|hija"
    r"|ellas|niñas?\b|put[aoe]|ramera|cornud|maric|jud[ií]|mor[oa]s?\b|mored|gitan|negr|indi[oa]"
    r"|chin[oa]s?\b|turco|gallego|vizca|franc[eé]s|alem[aá]n|arago|castellan|andalu|esclav"
    r"|cur[ao]s?\b|monj|frail|abad|obisp|virg[oe]|culo|cag|mea|coj[oó]n|tetas?\b|huevos|jod|coño"
    r"|nalga|polla|mierda|pedos?\b|preñ|empreñ|par(ir|ió|ida)\b|cojo|manco|ciego|tuert|joroba"
    r"|loc[oa]|bob[oa]|gilip|fe[ao]s?\b|matar|ahorc|azot|palos?\b)",
    re.IGNORECASE,
)


def make(source):
    """Return the text of spanish_proverbs.txt, made from the bytes of refranes.fortunes."""
    if hashlib.sha256(source).hexdigest() != SOURCE_SHA256:
        raise ValueError("this is not refranes.fortunes of fortunes-es 1.36: its sha256 differs")
    proverbs = (" ".join(part.split()) for part in source.decode("utf-8").split("\n%\n"))
    kept = {p for p in proverbs if KEPT.fullmatch(p) and not LEFT_OUT.search(p)}
    return "\n".join(sorted(kept)) + "\n"


if __name__ == "__main__":
    target = Path(__file__).with_name("spanish_proverbs.txt")
    target.write_text(make(Path(sys.argv[1]).read_bytes()), encoding="utf-8")
