"""A grammar of hostile texts: HTML, Markdown, formulas, names, and values of the wrong type.

Every piece is made with a `random.Random`: the same seed gives the same text on every machine.
"""

from __future__ import annotations

from random import Random

LOOT = "loot"
"""Stands in all that would run or be loaded, so that whoever finds it knows where it comes from."""

RUN = f"fetch('/{LOOT}')"

WORDS = "state gate loss gradient x h W_hh tanh 1e-3 not right 20 of 20 rnn_step".split()
STEERING = (
    "\x1b[2J", "\x1b]0;mine\x07", "\x1b[31m", "\x1b]8;;http://loot\x07c\x1b]8;;\x07", "\x1b[" + "1;" * 50,
    "\x9b31m", "\x00", "\x08\x08", "\r", "\x0b", "\x0c", "\x7f", "\x85", "\u2028", "\u2029", "\x1a",
)  # fmt: skip
ODD = (
    "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\ufffe", "\uffff", "\U0010ffff", "e\u0301", "\u0130",
    "\u1e9e", "ﬁ", "\u00a0", "\u3000", "￼", "👩‍👩‍👧", "\ue000", "a" + "\u0300" * 60, "\U000e0041",
    "＝1+1", "﹢1", "－1", "＠x", "＜img src=x＞", "ʺ", "\ud800", "\udfff\ud800", "\udc80",
)  # fmt: skip
BREAKING = (
    "</script>", "</style>", "</title>", "</textarea>", "</pre>", "</div>" * 9, "</body></html>",
    "<!--", "-->", "--!>", "<!-->", "<![CDATA[", "]]>", "<?php", "<%", "%>", "{{ 7 * 7 }}", "{% raw %}",
    "{# x #}", "${7*7}", "\\", "'\"`", "&lt;b&gt;", "&#60;b&#62;", "&amp;lt;", "&#x6a;", "&nbsp", "&#0;",
    "[red]", "[/]", "[link=file:///etc/passwd]x[/link]", "[b", "%s%n%(x)s", "=1+1", "+1", "-1", "@SUM(1)",
    "\t=1", "\r\n=1", '";=1+1', "<", ">", "`" * 5, "$", "$$", "\\(", "\\[", "~~~", "```",
)  # fmt: skip
TAGS = (
    "script style iframe object embed applet base link meta form input button textarea select math svg "
    "noscript template xmp plaintext title frameset frame img image video audio source picture body html "
    "head a b i p div span table tr td th ul li pre code details summary marquee blink foreignObject "
    "mtext mglyph annotation-xml animate set use desc style/x SCRIPT ScRiPt dialog portal nobr isindex"
).split()  # fmt: skip
EVENTS = (
    "onerror onload onclick ontoggle onfocus onbegin OnErRoR ONLOAD onpointerrawupdate onanimationstart"
).split()
ADDRESSES = (
    "src href xlink:href action formaction data poster background srcdoc srcset ping cite manifest "
    "style content longdesc dynsrc lowsrc code codebase archive profile usemap to from values"
).split()
SCHEMES = (
    "javascript:", "JaVaScRiPt:", "java\tscript:", "java\nscript:", "\x01javascript:", " javascript:",
    "&#106;avascript:", "&#x6A&#x61vascript:", "javascript&colon;", "vbscript:", "data:text/html,",
    "data:text/html;base64,", "data:image/svg+xml,", "//", "https://", "http:", "file:///", "blob:",
    "view-source:", "jav\u0000ascript:", "ｊavascript:", "mhtml:", "feed:javascript:", "\\\\", "ftp://",
)  # fmt: skip
COMMANDS = (
    "def let gdef xdef newcommand renewcommand href url class cssId style html htmlData unicode require "
    "colorbox fcolorbox color textcolor includegraphics text mbox operatorname frac sqrt left right begin "
    "end verb char symbol mathchoice over atop hspace vspace rule raise overset underset stackrel "
    "substack tag label ref eqref bbox enclose mathrm mathbb limits sum int prod lim not phantom"
).split()  # fmt: skip


def some(r: Random, makers, most: int = 4) -> str:
    """A few pieces in a row."""
    return "".join(r.choice(makers)(r) for _ in range(r.randint(1, most)))


def word(r: Random) -> str:
    """An ordinary word."""
    return r.choice(WORDS) + r.choice(" \n ")


def odd(r: Random) -> str:
    """Characters that steer, turn around, join, or do not exist."""
    return r.choice(r.choice((STEERING, ODD, BREAKING)))


def long(r: Random) -> str:
    """One thing very often: what makes patterns, parsers and tables slow."""
    piece = r.choice(
        (*BREAKING, *ODD[:9], " ", "\n", "\t", "a", "a b ", "> ", "- ", "* ", "_a", "[", "](")
    )
    piece = r.choice(
        (piece, piece, "|a", "\\a{", "<b>", "<i x=1 ", "&amp;", "**a", "$a ", "\x1b[1m", "x.y")
    )
    return piece * r.choice((30, 300, 3_000, 9_000))


def text(r: Random) -> str:
    """Any text."""
    return some(r, (word, word, odd, odd, html, formula, link))


def address(r: Random) -> str:
    """Something that a browser could load or run."""
    return r.choice(SCHEMES) + r.choice((RUN, f"{LOOT}.example/{LOOT}", f"<script>{RUN}</script>"))


def attribute(r: Random) -> str:
    """An attribute of a tag, in a spelling that a parser may take for something else."""
    name, value = (
        r.choice((r.choice(EVENTS), r.choice(ADDRESSES), "id", "x" * r.randint(1, 9))),
        RUN,
    )
    if name not in EVENTS:
        value = r.choice((address, odd, word))(r)
    quote = r.choice(("'", '"', "", "`", "&quot;"))
    before = r.choice((" ", "/", "\n", "\t", "\x0c", " / ", "\x0b", '"', " x='", " =", " <"))
    return f"{before}{name}{r.choice(('', ' ', chr(12)))}={quote}{value}{quote}"


def html(r: Random, depth: int = 0) -> str:
    """Elements in one another, closed or not."""
    tag = r.choice(TAGS)
    head = "".join(attribute(r) for _ in range(r.randint(0, 3)))
    inside = ""
    if depth < 6 and r.random() < 0.7:
        inside = "".join(
            r.choice((lambda r: html(r, depth + 1), word, odd, lambda r: RUN))(r)
            for _ in range(r.randint(1, 3))
        )
    end = r.choice((f"</{tag}>", f"</{tag}>", f"</{tag} x>", "", "/>", f"</{r.choice(TAGS)}>"))
    return f"{r.choice('<<<<')}{tag}{head}{r.choice(('>', '>', '>', '/>', ' '))}{inside}{end}"


def formula(r: Random, depth: int = 0) -> str:
    """LaTeX between signs that open it, closed or not."""
    if depth:
        parts = (
            word,
            odd,
            lambda r: f"\\text{{{html(r)}}}",
            lambda r: f"{{{formula(r, depth + 1)}}}",
        )
        parts += (
            lambda r: f"\\{r.choice(COMMANDS)}",
            lambda r: f"\\{r.choice(COMMANDS)}{{{odd(r)}}}",
        )
        return some(r, parts if depth < 5 else (word, odd), 5)
    if r.random() < 0.1:
        chain = "".join(
            f"\\def\\{chr(97 + k)}{{\\{chr(98 + k)}\\{chr(98 + k)}}}" for k in range(24)
        )
        return f"${chain}\\a$"
    opening, closing = r.choice(
        (("$", "$"), ("$$", "$$"), ("\\(", "\\)"), ("\\[", "\\]"), ("$", ""), ("`$", "$`"))
    )
    return f"{opening}{formula(r, 1)}{closing}"


def link(r: Random) -> str:
    """A link or picture of Markdown's, in one of its many forms."""
    name, where = r.choice((word, odd, html))(r), address(r)
    return r.choice((
        f"[{name}]({where})", f"![{name}]({where})", f"<{where}>", f"[{name}]: {where}\n\n[{name}]",
        f"[{name}](<{where}>)", f"[a]({where} '{name}')", f"![a][{name}]\n\n[{name}]: {where}", where,
        f"[a](\\{where})", f"[a](&#9;{where})", f"[a]\n\n[a]:\n{where}", f"![](attachment:{name})",
        f"[![a]({where})]({where})", f"[^1]\n\n[^1]: {where}", f"www.{LOOT}.example", f"!\\[a]({where})",
    ))  # fmt: skip


def markdown(r: Random) -> str:
    """A text cell: blocks of any kind."""

    def block(r):
        inside = some(r, (text, link, word), 3)
        return r.choice((
            inside, f"# {inside}", f"{inside}\n===", "> " * r.randint(1, 30) + inside, f"```{odd(r)}\n{inside}\n```",
            f"|{inside}|b|\n|-|-|\n|{odd(r)}|{word(r)}|", "\n".join("  " * k + f"- {odd(r)}" for k in range(r.randint(1, 40))),
            f"    {inside}", "1. " * r.randint(1, 20) + inside, f"**{inside}__*", long(r), f"\\begin{{align}}{inside}\\end{{align}}",
            f"~~~ {attribute(r)}\n{inside}", f"<div>\n\n{inside}\n\n</div>", f"a\\\n{inside}", f"Setext {odd(r)}\n---\n{inside}",
        ))  # fmt: skip

    return "\n\n".join(block(r) for _ in range(r.randint(1, 6)))


def code(r: Random) -> str:
    """A cell of code, as far as it is text: magics, comments, things that nearly parse."""
    return "\n".join(
        r.choice((
            lambda r: f"# {text(r)}", lambda r: f"x = {text(r)!r}", lambda r: f"%%{odd(r)}", lambda r: "%%html\n" + html(r),
            lambda r: "!" + odd(r), lambda r: f"def rnn_step{odd(r)}(x):", lambda r: "x" + ".y" * r.choice((3, 3_000)),
            lambda r: "(" * r.choice((3, 3_000)), lambda r: f"grade(rnn_step, points=5){odd(r)}", lambda r: f"'''{text(r)}",
            lambda r: "### BEGIN HIDDEN TESTS\nx\n### END", lambda r: "rnn_step = lambda *a: 1", lambda r: long(r),
            lambda r: "from x import *", lambda r: f"exec({odd(r)!r})", lambda r: "\n" * r.choice((3, 3_000)),
        ))(r)
        for _ in range(r.randint(1, 4))
    )  # fmt: skip


def junk(r: Random, depth: int = 0) -> object:
    """Anything that JSON can hold, and what Python's reader takes beside it."""
    plain = (
        None,
        True,
        False,
        0,
        -1,
        2**31,
        2**63,
        10**30,
        1e308,
        float("nan"),
        float("inf"),
        "",
        [],
        {},
        "\x00",
    )
    if depth > 3 or r.random() < 0.5:
        return r.choice(plain) if r.random() < 0.6 else (text if r.random() < 0.1 else odd)(r)
    if r.random() < 0.5:
        return [junk(r, depth + 1) for _ in range(r.choice((1, 2, 5, 90 if depth == 0 else 3)))]
    return {r.choice((odd, word))(r): junk(r, depth + 1) for _ in range(r.randint(1, 4))}


def name(r: Random) -> str:
    """The name of a file or folder: at most 255 bytes, no slash, no null."""
    made = r.choice((
        lambda r: odd(r), lambda r: html(r), lambda r: text(r), lambda r: link(r), lambda r: "L" * r.choice((199, 200, 201, 255)),
        lambda r: "é" * 127, lambda r: r.choice(("CON", "nul.txt", "aux.ipynb", "-rf", "--help", "~", "...", " ", "a ", "a.", ".hidden")),
        lambda r: r.choice(("josé", "jose\u0301", "İ", "ı", "ß", "名前", "مرحبا", "o'neil", "a+b@c.de", "doe, jane", "A", "a")),
        lambda r: "\udce9\udcff" + word(r), lambda r: "\x1b]0;x\x07" + word(r), lambda r: "\n20 of 20", lambda r: r.choice(BREAKING),
        lambda r: r.choice(("nbgrader_config.py", "numpy.py", "timestamp.txt", "gradebook.db", ".git", "x.zip", "A.IPYNB", "x.ipynb")),
        lambda r: r.choice(("=1+1", "＝1+1", "+1", "@x", "-1", "\t=1", "'=1")), lambda r: "%2e%2e%2f", lambda r: "a\\..\\b",
    ))(r).replace("/", "∕").replace("\0", "")  # fmt: skip
    data = _bytes(made)[:255]
    return data.decode("utf-8", "surrogateescape") if data.strip(b".") else "dot"


def _bytes(made: str) -> bytes:
    """A name as Linux has it: half characters that stand for bytes become these."""
    return (
        made.encode("utf-16", "surrogatepass")
        .decode("utf-16", "surrogateescape" if 0 else "replace")
        .encode()
        if not _escaped(made)
        else made.encode("utf-8", "surrogateescape")
    )


def _escaped(made: str) -> bool:
    """Whether its half characters all stand for bytes that are no UTF-8."""
    halves = [c for c in made if "\ud800" <= c <= "\udfff"]
    return bool(halves) and all("\udc80" <= c <= "\udcff" for c in halves)
