"""A tune that never was: what the live page writes, counts and plays is what the library says."""

import numpy as np
import pytest
from live_pages import PHONE, close, opened, weights

from rnnlib.activations import softmax
from rnnlib.course.grading.attacks.chromium import why_no_browser
from rnnlib.data import irish_tunes
from rnnlib.json_params import from_json
from rnnlib.music import abc_sections, complete_bars, full_bar, melody
from rnnlib.music.measures import ends_on_keynote, notes_in_scale
from rnnlib.music.tune_model import init_tune_model, tune_step

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())
STORED = weights("tune")
SYMBOLS = STORED["symbols"]


class Given:
    """The state in which the page begins, stored in the form of parameters."""

    def __init__(self, h, c):
        self.h, self.c = h, c

    def items(self):
        return [("h", self.h), ("c", self.c)]

    def map(self, f):
        return Given(*(f(array) for _, array in self.items()))


def network():
    """The page's network and its first state."""
    like = init_tune_model(len(SYMBOLS), 128, np.random.default_rng(0)).astype(float)
    given = from_json(STORED["given"], Given(np.zeros(128), np.zeros(128)))
    return from_json(STORED["params"], like), (given.h[None], given.c[None])


def written(model, state, prompt, us, temperature):
    """What the network writes, by the library: symbols, and the probabilities of each draw."""
    for symbol in prompt:
        logits, state = tune_step(SYMBOLS.index(symbol), state, model)
    text, draws = "", []
    for u in us:
        p = softmax(logits[None] / temperature)[0]
        k = min(int(np.searchsorted(np.cumsum(p), u, side="right")), len(p) - 1)
        text, draws = text + SYMBOLS[k], [*draws, p]
        if text.endswith("\n\n"):
            break
        logits, state = tune_step(k, state, model)
    return text, draws


RESULTS = """given => {
    const found = results({ ...given, ...luck(given.seed) });
    return [found.map(({ k }) => SYMBOLS[k]).join(""), found.map(({ p }) => [...p]), page.us];
}"""


def test_tunes_and_their_draws_are_the_librarys(browser):
    model, state = network()
    rng = np.random.default_rng(4)
    with opened(browser, "tune") as page:
        for n in range(50):
            metre, key, beginning = STORED["beginnings"][n]
            temperature = float(rng.choice([0.1, 0.5, 0.7, 1, 1.5]))
            given = {"metre": metre, "key": key, "beginning": beginning, "seed": n}
            text, draws, us = page.evaluate(RESULTS, given | {"temperature": temperature})
            prompt = f"M:{metre}\nK:{key}\n{beginning}"
            by_library, wanted = written(model, state, prompt, us, temperature)
            assert text == by_library
            close(draws, wanted)


def test_bars_lengths_and_pitches_are_the_librarys(browser):
    """Of fifty real tunes, forty that the network wrote, and some that are hard to read."""
    hard = ["A", "|:A>B c<d|(3abc d//e'|[1 f2 _b=b:|2 [CEG]2 z3/2|]", "^^F__G|G-|G2-G|", "||x|y|"]
    rng = np.random.default_rng(0)
    with opened(browser, "tune") as page:
        texts = [str(tune) for tune in rng.permutation(irish_tunes())[:50]]
        for n in range(40):
            metre, key, _ = STORED["beginnings"][n]
            given = {"metre": metre, "key": key, "beginning": "", "seed": n, "temperature": 1.3}
            notes = page.evaluate(RESULTS, given)[0].split("\n\n")[0]
            texts.append(f"M:{metre}\nL:1/8\nK:{key}\n{notes}")
        texts += [f"M:C\nL:1/8\nK:G Major\n{notes}" for notes in hard]
        for text in texts:
            metre, _, key, notes = text.split("\n", 3)
            found = page.evaluate(
                """([metre, key, notes]) => {
                    Object.assign(page, { metre, key });
                    const bars = judgeBars(readBars(notes), fullBar(metre));
                    const { inner, fitting, notes: count, inScale, ends } = measures(bars);
                    const sound = melody(bars, key);
                    return { inner, fitting, share: inScale / count, ends,
                             midi: sound.map(({ midi }) => midi), units: sound.map(n => n.units) };
                }""",
                [metre[2:], key[2:], notes],
            )
            full = full_bar(metre[2:], "1/8")
            counts = complete_bars(abc_sections(notes), full)
            assert (found["fitting"], found["inner"]) == counts, text
            midi, units = melody(text)
            np.testing.assert_array_equal(np.array(found["midi"], float), midi)
            close(found["units"], units)
            if len(midi):
                assert found["share"] == pytest.approx(notes_in_scale([text]))
                assert found["ends"] == ends_on_keynote(text)


def test_what_the_first_tune_is_to_show(browser):
    with opened(browser, "tune") as page:
        page.wait_for_function("page.done")
        inner, fitting, bars = page.evaluate(
            "[page.bars.filter(b => b.inner).length,"
            " page.bars.filter(b => b.inner && b.fits).length, page.bars.length]"
        )
        assert bars >= 15 and 0 < inner - fitting < 4
        red = page.locator("#score text", has_text=" of 6")
        assert red.count() == inner - fitting
        assert page.locator("#tiles").inner_text().startswith(f"{fitting} of {inner}")


def test_a_tune_is_made_with_the_keyboard_and_says_what_changed(browser):
    with opened(browser, "tune") as page:
        page.focus("#text")
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("G2|GBd gdB|")
        page.wait_for_function("page.done")
        assert page.evaluate("page.beginning") == "G2|GBd gdB|"
        assert page.evaluate("notesOf()").startswith("G2|GBd gdB|")
        page.focus("#metre")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("page.metre") != "6/8"
        page.focus("#anew")
        seed = page.evaluate("page.seed")
        page.keyboard.press("Enter")
        page.wait_for_function("page.done")
        assert page.evaluate("page.seed") == seed + 1
        page.focus("#from")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("page.from") == 2
        page.wait_for_function(
            "document.getElementById('said').textContent.includes('inner bars add up')"
        )


def test_a_tune_is_played_bar_by_bar(browser):
    with opened(browser, "tune") as page:
        page.wait_for_function("page.done")
        notes, melody_seconds = page.evaluate(
            "[schedule(2), page.notes.filter(n => n.bar >= 2).reduce((s, n) => s + n.units, 0) / 6]"
        )
        assert notes[0]["bar"] == 2 and notes[0]["start"] == 0
        close(notes[-1]["start"] + notes[-1]["seconds"], melody_seconds)
        page.focus("#play")
        page.keyboard.press("Enter")
        page.wait_for_function("page.bar >= 1")  # it has come to the second bar
        assert page.get_attribute("#play", "aria-pressed") == "true"
        page.keyboard.press("Enter")
        assert page.evaluate("[page.bar, sound]") == [-1, None]
        page.locator("#score [data-bar='3'] rect").first.click()
        page.wait_for_function("page.bar >= 3")
        page.fill("#text", "DFA d3|")  # whoever changes the tune stops the music
        assert page.evaluate("sound") is None


def test_notes_are_added_by_touch(browser):
    with opened(browser, "tune", **PHONE) as page:
        page.fill("#text", "")
        for name in ("add D", "add d, the upper one", "2: twice as long", "|: end the bar"):
            page.get_by_role("button", name=name, exact=True).tap()
        assert page.evaluate("page.beginning") == "Dd2|"
        page.get_by_role("button", name="take the last one away").tap()
        assert page.evaluate("page.beginning") == "Dd2"


@pytest.mark.parametrize(
    "typed, kept, sentence",
    [
        ("", "", "it begins by itself"),
        ("H<i>♪", "<>", "Left out: H i ♪"),
        ("<img src=x>", "<g c=>", "Left out: i m s r x"),
        ("A" * 10_000, "A" * 60, "first 60 of 10,000"),
        ("A|AB|ABc def|", "A|AB|ABc def|", "bar 2 holds 2 eighths; a bar in 6/8 has 6"),
        ("|||:::[[((", "|||:::[[((", ""),
    ],
)
def test_bad_bars_get_a_sentence(browser, typed, kept, sentence):
    with opened(browser, "tune", **PHONE) as page:
        page.fill("#text", typed)
        page.wait_for_function("page.done")
        known = "".join(c for c in kept if c in SYMBOLS)
        assert page.evaluate("page.beginning") == known
        assert sentence in page.locator("#message").inner_text()
        assert page.locator("main img:not(.still), main i:not(.swatch)").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
