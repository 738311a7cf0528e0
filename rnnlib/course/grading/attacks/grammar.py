"""A grammar of hostile texts: HTML, Markdown, formulas, names, values of the wrong type.

Every piece is made with a `random.Random`: the same seed gives the same text on every machine.
"""

from __future__ import annotations

from itertools import pairwise
from random import Random

LOOT = "loot"
"""Stands in all that would run or be loaded, so that whoever finds it knows where it comes from."""

RUN = f"fetch('/{LOOT}')"

WORDS = "state gate loss gradient x h W_hh tanh 1e-3 not right 20 of 20 rnn_step".split()
STEERING = (  # a terminal
    *("\x1b[2J", "\x1b]0;mine\x07", "\x1b[31m", "\x1b]8;;http://loot\x07c\x1b]8;;\x07"),
    *("\x1b[" + "1;" * 50, "\x9b31m", "\x00", "\x08\x08", "\r", "\x0b", "\x0c", "\x7f", "\x85"),
    *("\u2028", "\u2029", "\x1a"),
)
ODD = (  # turned around, joined, unseen, like others, no characters at all
    *("\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\ufffe", "\uffff", "\U0010ffff"),
    *("e\u0301", "\u0130", "\u1e9e", "\ufb01", "\u00a0", "\u3000", "\ufffc", "\ue000"),
    *("a" + "\u0300" * 60, "\U000e0041", "\U0001f469\u200d\U0001f467", "\ud800", "\udfff\ud800"),
    *("\udc80", "\uff1d1+1", "\ufe621", "\uff0d1", "\uff20x", "\uff1cimg src=x\uff1e", "\u02ba"),
)
BREAKING = (  # out of what they are put into
    *("</script>", "</style>", "</title>", "</textarea>", "</pre>", "</div>" * 9, "</body></html>"),
    *("<!--", "-->", "--!>", "<!-->", "<![CDATA[", "]]>", "<?php", "<%", "%>", "{{ 7 * 7 }}"),
    *("{% raw %}", "{# x #}", "${7*7}", "\\", "'\"`", "&lt;b&gt;", "&#60;b&#62;", "&amp;lt;"),
    *("&#x6a;", "&nbsp", "&#0;", "[red]", "[/]", "[link=file:///etc/passwd]x[/link]", "[b"),
    *("%s%n%(x)s", "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r\n=1", '";=1+1', "<", ">", "`" * 5),
    *("$", "$$", "\\(", "\\[", "~~~", "```"),
)
TAGS = """
    script style iframe object embed applet base link meta form input button textarea select math
    svg noscript template xmp plaintext title frameset frame img image video audio source picture
    body html head a b i p div span table tr td th ul li pre code details summary marquee blink
    foreignObject mtext mglyph annotation-xml animate set use desc style/x SCRIPT ScRiPt dialog
    portal nobr isindex
""".split()
EVENTS = """
    onerror onload onclick ontoggle onfocus onbegin OnErRoR ONLOAD onpointerrawupdate
    onanimationstart
""".split()
ADDRESSES = """
    src href xlink:href action formaction data poster background srcdoc srcset ping cite manifest
    style content longdesc dynsrc lowsrc code codebase archive profile usemap to from values
""".split()
SCHEMES = (
    *("javascript:", "JaVaScRiPt:", "java\tscript:", "java\nscript:", "\x01javascript:"),
    *(" javascript:", "&#106;avascript:", "&#x6A&#x61vascript:", "javascript&colon;", "vbscript:"),
    *("data:text/html,", "data:text/html;base64,", "data:image/svg+xml,", "//", "https://"),
    *("http:", "file:///", "blob:", "view-source:", "jav\u0000ascript:", "\uff4aavascript:"),
    *("mhtml:", "feed:javascript:", "\\\\", "ftp://"),
)
COMMANDS = """
    def let gdef xdef newcommand renewcommand href url class cssId style html htmlData unicode
    require colorbox fcolorbox color textcolor includegraphics text mbox operatorname frac sqrt left
    right begin end verb char symbol mathchoice over atop hspace vspace rule raise overset underset
    stackrel substack tag label ref eqref bbox enclose mathrm mathbb limits sum int prod lim not
    phantom
""".split()
PIECES = (*BREAKING, *ODD[:9], *" \n\ta", "a b ", "> ", "- ", "* ", "_a", "[", "](", "|a", "\\a{")
PIECES += ("<b>", "<i x=1 ", "&amp;", "**a", "$a ", "\x1b[1m", "x.y")
PLAIN = (None, True, False, 0, -1, 2**31, 2**63, 10**30, 1e308, float("nan"), float("inf"), "")
NAMES = (
    *("CON", "nul.txt", "aux.ipynb", "-rf", "--help", "~", "...", " ", "a ", "a.", ".hidden"),
    *("jos\u00e9", "jose\u0301", "\u0130", "\u0131", "\u00df", "\u540d\u524d", "\u0645\u0631"),
    *("o'neil", "a+b@c.de", "doe, jane", "A", "a", "nbgrader_config.py", "numpy.py", "x.ipynb"),
    *("timestamp.txt", "gradebook.db", ".git", "x.zip", "A.IPYNB", "%2e%2e%2f", "a\\..\\b"),
    *("=1+1", "\uff1d1+1", "+1", "@x", "-1", "\t=1", "'=1", "\n20 of 20", "\x1b]0;x\x07"),
    *("L" * length for length in (199, 200, 201, 255)),
    *("\u00e9" * 127, "\udce9\udcff"),
)


def some(r: Random, makers, most: int = 4) -> str:
    """A few pieces in a row."""
    return "".join(r.choice(makers)(r) for _ in range(r.randint(1, most)))


def word(r: Random) -> str:
    """An ordinary word."""
    return r.choice(WORDS) + r.choice(" \n ")


def odd(r: Random) -> str:
    """Characters that steer, turn around, join, break out, or do not exist."""
    return r.choice(r.choice((STEERING, ODD, BREAKING)))


def long(r: Random) -> str:
    """One thing very often: what makes patterns, parsers and tables slow."""
    return r.choice(PIECES) * r.choice((30, 300, 3_000, 9_000))


def text(r: Random) -> str:
    """Any text."""
    return some(r, (word, word, odd, odd, html, formula, link))


def address(r: Random) -> str:
    """Something that a browser could load or run."""
    return r.choice(SCHEMES) + r.choice((RUN, f"{LOOT}.example/{LOOT}", f"<script>{RUN}</script>"))


def attribute(r: Random) -> str:
    """An attribute of a tag, in a spelling that a parser may take for something else."""
    kind = r.choice((EVENTS, ADDRESSES, ("id", "x" * 5)))
    value = RUN if kind is EVENTS else r.choice((address, odd, word))(r)
    quote = r.choice(("'", '"', "", "`", "&quot;"))
    before = r.choice((" ", "/", "\n", "\t", "\x0c", " / ", "\x0b", '"', " x='", " =", " <"))
    return f"{before}{r.choice(kind)}{r.choice(('', ' ', chr(12)))}={quote}{value}{quote}"


def html(r: Random, depth: int = 0) -> str:
    """Elements in one another, closed or not."""
    tag = r.choice(TAGS)
    head = "".join(attribute(r) for _ in range(r.randint(0, 3)))
    inside = ""
    if depth < 6 and r.random() < 0.7:
        inside = some(r, (lambda r: html(r, depth + 1), word, odd, lambda r: RUN), 3)
    end = r.choice((f"</{tag}>", f"</{tag}>", f"</{tag} x>", "", "/>", f"</{r.choice(TAGS)}>"))
    return f"<{tag}{head}{r.choice(('>', '>', '>', '/>', ' '))}{inside}{end}"


def formula(r: Random) -> str:
    """LaTeX between signs that open it, closed or not."""
    signs = (("$", "$"), ("$$", "$$"), ("\\(", "\\)"), ("\\[", "\\]"), ("$", ""), ("`$", "$`"))
    opening, closing = r.choice(signs)
    if r.random() < 0.1:  # each name is twice the next one
        names = [chr(97 + k) for k in range(25)]
        chain = "".join(f"\\def\\{a}{{\\{b}\\{b}}}" for a, b in pairwise(names))
        return f"{opening}{chain}\\a{closing}"
    return f"{opening}{_latex(r, 1)}{closing}"


def _latex(r: Random, depth: int) -> str:
    parts = (
        word,
        odd,
        lambda r: f"\\text{{{html(r)}}}",
        lambda r: f"{{{_latex(r, depth + 1)}}}",
        lambda r: f"\\{r.choice(COMMANDS)}",
        lambda r: f"\\{r.choice(COMMANDS)}{{{odd(r)}}}",
    )
    return some(r, parts if depth < 5 else parts[:2], 5)


def link(r: Random) -> str:
    """A link or picture of Markdown's, in one of its many forms."""
    name, where = r.choice((word, odd, html))(r), address(r)
    forms = (
        *(f"[{name}]({where})", f"![{name}]({where})", f"<{where}>", where, f"[a](\\{where})"),
        *(f"[{name}](<{where}>)", f"[a]({where} '{name}')", f"[a](&#9;{where})"),
        *(f"[{name}]: {where}\n\n[{name}]", f"![a][{name}]\n\n[{name}]: {where}"),
        *(f"[a]\n\n[a]:\n{where}", f"![](attachment:{name})", f"[![a]({where})]({where})"),
        *(f"[^1]\n\n[^1]: {where}", f"www.{LOOT}.example", f"!\\[a]({where})"),
    )
    return r.choice(forms)


def markdown(r: Random) -> str:
    """A text cell: blocks of any kind."""
    return "\n\n".join(_block(r) for _ in range(r.randint(1, 6)))


def _block(r: Random) -> str:
    inside, much = some(r, (text, link, word), 3), r.randint(1, 30)
    forms = (
        *(inside, f"# {inside}", f"{inside}\n===", f"{inside}\n---", f"    {inside}"),
        *("> " * much + inside, "1. " * much + inside, f"```{odd(r)}\n{inside}\n```"),
        *(f"|{inside}|b|\n|-|-|\n|{odd(r)}|{word(r)}|", f"**{inside}__*", f"a\\\n{inside}"),
        "\n".join("  " * k + f"- {odd(r)}" for k in range(much)),
        *(f"\\begin{{align}}{inside}\\end{{align}}", f"~~~ {attribute(r)}\n{inside}"),
        *(f"<div>\n\n{inside}\n\n</div>", long(r)),
    )
    return r.choice(forms)


def code(r: Random) -> str:
    """A cell of code, as far as it is text: magics, comments, things that nearly parse."""
    return "\n".join(_line(r) for _ in range(r.randint(1, 4)))


def _line(r: Random) -> str:
    much = r.choice((3, 3_000))
    forms = (
        *(f"# {text(r)}", f"x = {text(r)!r}", f"%%{odd(r)}", f"%%html\n{html(r)}", f"!{odd(r)}"),
        *(f"def rnn_step{odd(r)}(x):", f"'''{text(r)}", f"grade(rnn_step, points=5){odd(r)}"),
        *("x" + ".y" * much, "(" * much, "\n" * much, long(r), "from x import *", "x = (\\"),
        *("rnn_step = lambda *a: 1", f"exec({odd(r)!r})", "### END SOLUTION", "# BEGIN HIDDEN"),
    )
    return r.choice(forms)


def junk(r: Random, depth: int = 0) -> object:
    """Anything that JSON can hold, and what Python's reader takes beside it."""
    if depth > 3 or r.random() < 0.5:
        return r.choice(PLAIN) if r.random() < 0.6 else (text if r.random() < 0.1 else odd)(r)
    if r.random() < 0.5:
        many = r.choice((0, 1, 2, 5, 3 if depth else 90))
        return [junk(r, depth + 1) for _ in range(many)]
    return {r.choice((odd, word))(r): junk(r, depth + 1) for _ in range(r.randint(0, 4))}


def name(r: Random) -> str:
    """The name of a file or folder as `os.fsdecode` has it: 255 bytes at most, no slash."""
    made = r.choice(NAMES) if r.random() < 0.6 else r.choice((odd, html, text, link))(r)
    made = made.replace("/", "\u2215").replace("\0", "")
    halves = [letter for letter in made if "\ud800" <= letter <= "\udfff"]
    if halves and min(halves) >= "\udc80" and max(halves) <= "\udcff":  # bytes that are no UTF-8
        data = made.encode("utf-8", "surrogateescape")
    else:
        data = made.encode("utf-8", "replace")
    return data[:255].decode("utf-8", "surrogateescape") if data.strip(b".") else "dot"
