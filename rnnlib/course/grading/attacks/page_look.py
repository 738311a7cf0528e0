"""What a page that somebody else had a hand in could do in a browser: nothing, as a rule."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from bleach._vendor import html5lib  # parses as browsers do; nbconvert brings it along

ACTIVE = frozenset(
    "script iframe frame frameset object embed applet base link meta form input button select "
    "textarea style svg video audio source track template portal dialog noscript marquee".split()
)
"""Elements that a student's work must not bring into a page; some stand there by themselves."""

LOADING = frozenset(
    "src srcset href xlink:href action formaction data poster background srcdoc ping cite manifest "
    "longdesc dynsrc lowsrc code codebase archive profile usemap content".split()
)
PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]*")
OWN = re.compile(r"#.*|(?:\.\./){2}(?:feedback|submitted)/[\w%./~!',-]*")
"""A place in the page; or, in the report, a student's page and files."""

STYLE_LOADS = re.compile(
    r"url\s*\(|@import|expression\s*\(|behaviou?r\s*:|-moz-binding", re.IGNORECASE
)


def elements(page: str):
    """The elements of a page as a browser's parser finds them: names and attributes."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    for element in tree.iter():
        if isinstance(element.tag, str):
            name = element.tag.rpartition("}")[2].lower()
            yield name, {_plain(key): value for key, value in element.attrib.items()}


def active_parts(page: str) -> Counter:
    """Whatever in a page could run, load, or ask for something, by what it is."""
    found: Counter = Counter()
    for name, attributes in elements(page):
        if name in ACTIVE:
            found[f"<{name}>"] += 1
        for key, value in attributes.items():
            if key.startswith("on"):
                found[f"<{name} {key}>"] += 1
            elif key == "style" and STYLE_LOADS.search(value):
                found[f"<{name} style that loads>"] += 1
            elif key in LOADING and not _harmless(name, key, value):
                found[f"<{name} {key}={value[:60]!r}>"] += 1
    return found


def _plain(key) -> str:
    return (key if isinstance(key, str) else ":".join(map(str, key))).rpartition("}")[2].lower()


def _harmless(name: str, key: str, value: str) -> bool:
    if name == "img" and key == "src":
        return bool(PICTURE.fullmatch(value))
    if key in ("href", "xlink:href") and OWN.fullmatch(value):
        return True
    if name == "a" and key == "href":
        try:
            return urlsplit(value).scheme in ("http", "https")
        except ValueError:
            return bool(re.match(r"https?://", value))
    return name == "meta"
