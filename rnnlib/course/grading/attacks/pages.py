"""Attacks on whoever reads the graded work in a browser."""

from __future__ import annotations

from rnnlib.course.grading.attacks.base import STEP, Hostile, attack

RUN = "fetch('/loot')"
"""What a script would do that runs: the tests' page notices."""


@attack("browser", right=True)
def html_in_outputs(s: Hostile):
    """Displays scripts, event handlers, frames, forms, objects, styles and distant pictures."""
    s.begin(
        f"""
from IPython.display import HTML, Javascript, Latex, Markdown, SVG, IFrame, display
js = "{RUN}"
pages = '''
<script>%s</script>
<img src=x onerror=%s>
<svg onload=%s>
<b onclick=%s>c</b>
<iframe srcdoc="<script>parent.%s</script>"></iframe>
<a href="javascript:%s">c</a>
<form action="javascript:%s"><button>c</button></form>
<body onload=%s>
<math><mtext><table><mglyph><style><img src=x onerror=%s>
<p style="x:%s">p
<noscript><p title="</noscript><img src=x onerror=%s>">
<details open ontoggle=%s>
<object data="javascript:%s"></object>
<meta http-equiv=refresh content="0;%s">
<style>@import "/loot";</style>%s
<img src="/loot?%s">
<base href="/loot/%s">
<div>$\\\\href{{javascript:%s}}{{c}}$ \\\\(\\\\href{{java}}x\\\\)</div>
'''
for text in (page % js for page in pages.strip().split("\\n")):
    display(HTML(text))
    display({{"text/plain": text}}, raw=True)
    display({{"text/html": [text]}}, raw=True)
    print(text)
    print("\\x1b[31m" + text + "\\x1b]8;;javascript:%s\\x07c\\x1b]8;;\\x07" % js)
display(Javascript(js), Latex("$\\\\href{{javascript:" + js + "}}{{c}}$"))
display(Markdown("<script>" + js + "</script>[c](javascript:" + js + ")"))
svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='%s'/>" % js.replace("'", '"')
display({{"image/svg+xml": svg}}, raw=True)
raise ValueError("<script>" + js + "</script><img src=x onerror=" + js + ">")
"""
    )


@attack("browser", right=True)
def forged_pictures(s: Hostile):
    """Puts HTML where a picture's data, size, name, text or kind stand."""
    s.begin(
        f"""
from IPython.display import publish_display_data as show
evil = '"><img src=x onerror="{RUN}">'
png = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
       "RU5ErkJggg==")
for data in (evil, png + evil, [png, evil], {{"a": evil}}, 5):
    for kind in ("image/png", "image/jpeg", "image/gif", "image/png" + evil, "image/svg+xml"):
        show({{kind: data, "text/plain": evil}})
show({{"image/png": png}}, metadata={{"image/png": {{"width": evil, "height": evil, "alt": evil,
     "unconfined": evil}}, "filenames": {{"image/png": evil}}, "needs_background": evil}})
show({{"application/vnd.jupyter.widget-view+json": {{"model_id": evil}},
     "application/javascript": "{RUN}", "application/pdf": evil, "text/latex": evil}})
"""
    )


@attack("browser", right=True)
def html_in_text_cells(s: Hostile):
    """Writes scripts, handlers, links that run, entities and attachments into its text cells."""
    js = RUN
    for text in (
        f"<script>{js}</script>",
        f"<img src=x onerror={js}>",
        f"[c](javascript:{js})",
        f"[c](javascript\\:{js})",
        f"[c](java&#115;cript:{js})",
        f"[c](JaVaScRiPt:{js})",
        f"[c](  javascript:{js})",
        f"[c](javascript&colon;{js})",
        f"[c](java%73cript:{js})",
        f"[c](<java\tscript:{js}>)",
        f"[c](\x01javascript:{js})",
        f"[c](vbscript\\:{js})",
        f"[c][1]\n\n[1]: javascript\\:{js}",
        f"[c][2]\n\n[2]: java\\script\\:{js}",
        f"<javascript:{js}>",
        f"![c](javascript\\:{js})",
        "![c](/loot)",
        "![c][3]\n\n[3]: /loot",
        f"$<img src=x onerror={js}>$",
        f"$\\text{{<}}\\text{{img src=x onerror={js}>}}$",
        f"$\\text{{<%\nimg src=x onerror={js}>}}$",
        f"$$\\text{{<$i$mg src=x onerror={js}>}}$$",
        f"$\\lt img src=x onerror={js} \\gt$",
        f"$\\href{{javascript\\:{js}}}{{c}}$",
        f"$\\def\\h#1{{\\href{{java#1:{js}}}{{c}}}}\\h{{script}}$",
        f"` $<img src=x onerror={js}>$ `` ``` $<script>{js}</script>$",
        f"```\n<img src=x onerror={js}>\n````\n<script>{js}</script>",
        f"~~~\n</textarea></script><script>{js}</script>",
        f"    </pre><script>{js}</script>",
        f"# <a name=x id=x onfocus={js} autofocus tabindex=1>",
        f"\\<img src=x onerror={js}\\>",
        f"<\u200bimg src=x onerror={js}>",
        f"\uff1cscript\uff1e{js}",
    ):
        s.say(text)
    cell = s.notebook.cells[1]
    cell.attachments = {"a.svg": {"image/svg+xml": f"<svg onload={js}>"}}
    cell.source += "\n![c](attachment:a.svg)"
    cell.metadata["tags"] = [f"x'\"><img src=x onerror={js}>"]


@attack("browser", right=True, costs=(STEP,))
def html_in_reasons(s: Hostile):
    """Raises errors whose names and texts are HTML: they become reasons in the feedback."""
    s.write(
        STEP,
        f"""
Evil = type("<img src=x onerror={RUN}>", (Exception,), {{}})
def rnn_step(x, h, params):
    raise Evil("<script>{RUN}</script> `<b onclick={RUN}>` $<img src=x onerror={RUN}>$ *<i>*")
""",
    )


@attack("browser", right=True)
def html_in_ids(s: Hostile):
    """Uses HTML as ids, names, kinds and languages of cells and of the notebook."""
    evil = f'"><img src=x onerror="{RUN}">'
    s.begin("x = 1")
    s.notebook.cells[1].id = evil
    s.notebook.cells[1].metadata = {"nbgrader": {"grade_id": evil, "solution": True}, "name": evil}
    s.notebook.metadata["title"] = s.notebook.metadata["authors"] = evil
    s.notebook.metadata["language_info"] = {"name": evil, "pygments_lexer": evil}
    s.notebook.metadata["widgets"] = {evil: {"state": evil}}
    import json

    s.text = json.dumps(s.notebook).encode()


@attack("browser", right=True, costs=(STEP,))
def steers_the_terminal(s: Hostile):
    """Raises errors whose texts would steer the terminal in which reasons are printed."""
    s.write(
        STEP,
        """
def rnn_step(x, h, params):
    raise ValueError("\\x1b]0;mine\\x07\\x1b[2J\\x1b[1;1H\\x9b31m \\u202e all points \\r\\x08")
""",
    )
