"""The live pages: their numbers are the library's, in a real browser, for everybody and any input.

`BROWSER_PICTURES=/some/folder` keeps screenshots; `AXE=/path/to/axe.min.js` (npm: axe-core) looks
for barriers as well.
"""

import importlib.util
import os
import re
from pathlib import Path

import numpy as np
import pytest
from live_pages import PAGES, PHONE, SOURCES, close, opened, speller, weights

from rnnlib.activations import softmax
from rnnlib.course.grading.attacks.chromium import why_no_browser
from rnnlib.data import dinosaur_names
from rnnlib.dense import output_step
from rnnlib.gru import GRUParams, gru_step
from rnnlib.jacobians import jacobian_bound
from rnnlib.json_params import from_json
from rnnlib.letter_models import letter_batch, letter_loss
from rnnlib.lstm import LSTMParams, LSTMState, lstm_step
from rnnlib.lstm_sequence import lstm_backward, lstm_forward
from rnnlib.plotting.explorables import _frame, live_pages
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward
from rnnlib.text import Vocabulary, one_hot

NAMES = sorted(path.stem for path in SOURCES.glob("*.html"))
needs_browser = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())


def builder():
    """docs/live/build.py as a module."""
    spec = importlib.util.spec_from_file_location("build_live", SOURCES / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- Files ---------------------------------------------------------------------------------------


def test_every_page_is_built():
    assert live_pages() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_what_its_sources_say_and_is_small_and_needs_nothing(name):
    page = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    assert page == builder().assemble(name), "make live builds the pages anew"
    assert len(page.encode()) < 1_000_000
    assert not re.search(r"""(?:src|href)=(?!["']?data:)|@import|fetch\(|XMLHttpRequest""", page)
    script = page[page.index('<script>\n"use strict"') :]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)
    assert re.search(r'<img class="still" src="data:image/png;base64,.{1000}', page)
    assert len(re.search(r'<meta name="description" content="([^"]*)"', page).group(1)) > 100


def test_every_file_of_weights_belongs_to_a_page():
    named = re.findall(
        r"<!-- weights: (\w+) -->",
        "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.html")),
    )
    assert sorted(named) == sorted(path.stem for path in (SOURCES / "weights").glob("*.json"))


def test_weights_are_small_and_the_runtime_can_be_read_in_one_go():
    for path in (SOURCES / "weights").glob("*.json"):
        assert path.stat().st_size < 300_000, path
    assert len((SOURCES / "rnn.js").read_text(encoding="utf-8").splitlines()) < 400


# ---- What holds for every page -------------------------------------------------------------------


@needs_browser
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where, theme", [("phone", "light"), ("wide", "dark")])
def test_a_page_fits_a_phone_and_a_wide_screen_and_has_two_themes(browser, name, where, theme):
    size = PHONE if where == "phone" else {}
    with opened(browser, name, color_scheme=theme, **size) as page:
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        picture(page, f"{name}-{where}-{theme}")
        page.click("#theme")
        assert page.evaluate("document.documentElement.dataset.theme") != theme
        picture(page, f"{name}-{where}-not-{theme}")


def picture(page, name):
    """Save a screenshot if the variable BROWSER_PICTURES names a folder."""
    if folder := os.environ.get("BROWSER_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@needs_browser
@pytest.mark.parametrize("name", NAMES)
def test_every_control_has_a_name_and_is_reached_by_the_keyboard(browser, name):
    with opened(browser, name) as page:
        controls = page.locator(
            "button:not(:disabled):not([tabindex='-1']), input:not(:disabled), select"
        )
        page.wait_for_timeout(300)
        named = controls.evaluate_all(
            "all => all.map(e => [e.id, e.getAttribute('aria-label') || e.innerText"
            " || e.labels?.[0]?.innerText])"
        )
        for own, words in named:
            assert words and words.strip(), own
        left = {own for own, _ in named if own}
        for _ in range(120):
            if not left:
                break
            page.keyboard.press("Tab")
            left.discard(page.evaluate("document.activeElement.id"))
        assert not left, f"{left} are not reached with the tabulator"
        pictures = page.locator("canvas, svg[role='img']")
        assert all(picture.get_attribute("aria-label") for picture in pictures.all())


@needs_browser
@pytest.mark.parametrize("name", NAMES)
def test_without_scripts_there_is_a_picture_and_its_text(browser, name):
    tour = browser.new_context(java_script_enabled=False)
    page = tour.new_page()
    page.goto((PAGES / f"{name}.html").as_uri())
    picture = page.locator("img.still")
    assert picture.is_visible() and len(picture.get_attribute("alt")) > 100
    assert not page.locator("#theme").is_visible()
    tour.close()


@needs_browser
@pytest.mark.parametrize("name", NAMES)
def test_a_page_runs_in_the_frame_of_a_notebook(browser, name):
    tour = browser.new_context(viewport={"width": 860, "height": 900})
    page, complaints = tour.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    text = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    page.set_content(f"<p>before</p>{_frame(text, 'a page')}")
    page.locator("iframe").scroll_into_view_if_needed()
    frame = page.locator("iframe").element_handle().content_frame()
    frame.wait_for_function("document.getElementById('said').textContent.length > 20")
    # It stands in its frame without a second bar to scroll with, and cannot look out of it.
    assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert (
        frame.evaluate("() => { try { return parent.document.title; } catch { return null; } }")
        is None
    )
    assert complaints == []
    tour.close()


@needs_browser
@pytest.mark.skipif("AXE" not in os.environ, reason="AXE names no axe.min.js")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_barrier(browser, name, theme):
    with opened(browser, name, color_scheme=theme) as page:
        page.wait_for_timeout(300)
        page.add_script_tag(content=Path(os.environ["AXE"]).read_text(encoding="utf-8"))
        found = page.evaluate("axe.run()")["violations"]
        serious = [
            (v["id"], [n["html"][:200] for n in v["nodes"]])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert serious == []


# ---- The note a network keeps --------------------------------------------------------------------


def read(model, text, off=()):
    """The states (T + 1, H) while a network reads a name, some of its units held at 0."""
    alphabet = weights("note")["alphabet"]
    h, states = np.zeros((1, len(model.cell.b_h))), []
    for k in "." + text:
        x = one_hot([[alphabet.index(k)]], len(alphabet))
        hs, h, _ = rnn_forward(x, h, model.cell)
        h[:, list(off)] = 0
        states.append(h[0])
    return np.array(states)


@needs_browser
def test_the_note_and_its_expectations_are_the_librarys(browser):
    model = speller(weights("note")["params"])
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    names = [str(name)[:24] for name in rng.choice(dinosaur_names(), 40, replace=False)]
    names += ["".join(rng.choice(letters, 9)) for _ in range(20)] + [""]
    with opened(browser, "note") as page:
        for n, name in enumerate(names):
            off = [int(unit) for unit in rng.choice(32, n % 4, replace=False)]
            page.evaluate("off => { page.off = new Set(off); }", off)
            page.fill("#text", name)
            hs, p = page.evaluate("[page.hs.map(h => [...h]), [...page.p]]")
            wanted = read(model, name, off)
            close(hs, wanted)
            close(p, softmax(output_step(wanted[-1:], model.out))[0])
        page.evaluate("page.off.clear()")
        page.fill("#text", "tyrannosau")
        likeliest = weights("note")["alphabet"][
            int(output_step(read(model, "tyrannosau")[-1:], model.out).argmax())
        ]
        assert page.locator("#best").inner_text().startswith(f"It expects {likeliest} ")


@needs_browser
def test_what_a_unit_does_over_all_names_is_the_librarys(browser):
    model, stored = speller(weights("note")["params"]), weights("note")
    letters, states = [], []
    for name in stored["names"]:
        letters += list("." + name)
        states.append(read(model, name))
    letters, states = np.array(letters), np.concatenate(states)
    wanted = np.array([states[letters == letter].mean(axis=0) for letter in stored["alphabet"]])
    with opened(browser, "note") as page:
        page.wait_for_function("overview !== null")
        close(page.evaluate("overview.means.map(m => [...m])"), wanted.T)


@needs_browser
def test_the_note_is_played_with_the_keyboard_alone(browser):
    with opened(browser, "note") as page:
        page.focus("#text")
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("rex")
        assert page.evaluate("[page.text, page.letter]") == ["rex", 3]
        page.focus("#letter")
        page.keyboard.press("ArrowLeft")
        assert page.evaluate("page.letter") == 2
        page.focus("#unit")
        page.keyboard.press("ArrowRight")
        unit = page.evaluate("page.unit")
        before = page.evaluate("[...page.p]")
        page.focus("#off")
        page.keyboard.press("Enter")
        assert page.evaluate("[...page.off]") == [unit]
        assert page.evaluate("[...page.p]") != before
        page.wait_for_function(
            "document.getElementById('said').textContent.includes('switched off')"
        )


@needs_browser
def test_the_note_is_played_by_touch(browser):
    with opened(browser, "note", **PHONE) as page:
        strip = page.locator("#strip")
        strip.scroll_into_view_if_needed()
        box = strip.bounding_box()
        page.touchscreen.tap(box["x"] + 60, box["y"] + 24 + 13 * 20 + 6)
        assert page.evaluate("page.unit") == 20
        assert page.evaluate("page.letter < page.text.length")


BAD = {
    "letters that it has not learned": ("Tÿr4nno!", "trnno", "Left out: ÿ 4 !"),
    "nothing": ("", "", "Nothing is typed yet"),
    "ten thousand letters": ("a" * 10_000, "a" * 24, "first 24 of 10,000 letters"),
    "pasted HTML": ("<img src=x onerror=alert(1)>", "imgsrcxonerroralert", "Left out: < space ="),
    "only what it cannot read": ("日本 123", "", "Left out"),
}


@needs_browser
@pytest.mark.parametrize("kind", BAD)
def test_bad_input_gets_a_sentence(browser, kind):
    typed, text, sentence = BAD[kind]
    with opened(browser, "note") as page:
        page.fill("#text", typed)
        assert page.evaluate("page.text") == text
        assert sentence in page.locator("#message").inner_text()
        assert page.locator("main img:not(.still)").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# ---- How far back --------------------------------------------------------------------------------


def random_networks():
    """The networks of spectral radius 1 and what they read, as the page has them."""
    stored, H = weights("reach"), 32
    rnn = from_json(stored["rnn"], RNNParams(np.zeros((2, H)), np.zeros((H, H)), np.zeros(H)))
    lstm = LSTMParams(np.zeros((2, 4 * H)), np.zeros((H, 4 * H)), np.zeros(4 * H))
    given = from_json(stored["given"], Given(np.zeros((100, 2)), np.zeros(H)))
    return rnn, from_json(stored["lstm"], lstm), given


class Given:
    """Inputs and the gradient on the last state: no parameters, but stored in the same form."""

    def __init__(self, xs, dh):
        self.xs, self.dh = xs, dh

    def items(self):
        return [("xs", self.xs), ("dh", self.dh)]

    def map(self, f):
        return Given(*(f(array) for _, array in self.items()))


def wanted_reach(kind, radius, bias, T):
    """Lengths of the gradient by lag, and the bound or what comes along the cell, from rnnlib."""
    rnn, lstm, given = random_networks()
    xs, h0 = given.xs[:T, None], np.zeros((1, 32))
    # One step at a time, so that every gradient on the way can be looked at.
    dstate = given.dh[None]
    if kind == "rnn":
        params = RNNParams(rnn.W_xh, radius * rnn.W_hh, rnn.b_h)
        hs, _, _ = rnn_forward(xs, h0, params)
        lengths = [1.0]
        for t in reversed(range(T)):
            before = hs[t - 1] if t else h0
            _, _, cache = rnn_forward(xs[t : t + 1], before, params)
            _, dstate, _ = rnn_backward(None, dstate, cache)
            lengths.append(np.linalg.norm(dstate))
        return lengths, jacobian_bound(hs[:, 0], params)[::-1]
    b_h = lstm.b_h.copy()
    b_h[32:64] = bias
    params = LSTMParams(lstm.W_xh, radius * lstm.W_hh, b_h)
    hs, _, cache = lstm_forward(xs, LSTMState(h0, h0), params)
    dstate, lengths, alone = LSTMState(dstate, np.zeros((1, 32))), [1.0], []
    along = None
    for t in reversed(range(T)):
        before = LSTMState(hs[t - 1], cache.cs[t - 1]) if t else LSTMState(h0, h0)
        _, _, step = lstm_forward(xs[t : t + 1], before, params)
        _, dstate, _ = lstm_backward(None, dstate, step)
        lengths.append(np.hypot(np.linalg.norm(dstate.h), np.linalg.norm(dstate.c)))
        along = dstate.c if along is None else along * step.f[0]
        alone.append(np.linalg.norm(along))
    return lengths, alone


SETTINGS = [
    (kind, float(radius), float(bias), int(T))
    for kind in ("rnn", "lstm")
    for radius, bias, T in zip(
        np.random.default_rng(1).choice(np.arange(0.1, 3.01, 0.05), 28),
        np.random.default_rng(2).choice(np.arange(-3, 8.01, 0.25), 28),
        [5, 100, *np.random.default_rng(3).integers(5, 101, 26)],
    )
]


@needs_browser
def test_gradients_by_lag_are_the_librarys(browser):
    assert len(SETTINGS) >= 50
    with opened(browser, "reach") as page:
        for kind, radius, bias, T in SETTINGS:
            found = page.evaluate(
                """([kind, radius, bias, steps]) => {
                    choose({ kind, radius, bias, steps });
                    const { lengths, bound, alone } = page.found;
                    return [lengths, bound || alone];
                }""",
                [kind, radius, bias, T],
            )
            for got, wanted in zip(found, wanted_reach(kind, radius, bias, T)):
                np.testing.assert_allclose(np.array(got, float), wanted, rtol=1e-5, atol=1e-300)


@needs_browser
def test_the_bound_lies_above_every_gradient(browser):
    with opened(browser, "reach") as page:
        for radius in (0.1, 0.5, 0.9, 1.5, 3.0):
            lengths, bound = page.evaluate(
                "radius => { choose({ radius }); return [page.found.lengths, page.found.bound]; }",
                radius,
            )
            assert (np.array(lengths, float) <= np.array(bound, float) * (1 + 1e-6)).all()


@needs_browser
def test_reach_is_played_with_the_keyboard_and_says_what_changed(browser):
    with opened(browser, "reach") as page:
        page.focus("#kind-lstm")
        page.keyboard.press("Space")
        page.focus("#bias")
        page.keyboard.press("End")
        assert page.evaluate("[page.kind, page.bias]") == ["lstm", 8]
        assert "along the cell" in page.locator("#verdict").inner_text()
        page.focus("#steps")
        page.keyboard.press("Home")
        assert page.evaluate("[page.steps, page.lag]") == [5, 5]
        page.wait_for_function("document.getElementById('said').textContent.includes('lag 5')")


# ---- Inside a cell -------------------------------------------------------------------------------


def sum_for(gate):
    """The sum whose sigmoid is a gate; for 0 and 1 one that rounds to them."""
    with np.errstate(divide="ignore"):
        return np.clip(np.log(gate) - np.log1p(-gate), -40, 40)


def wanted_cells(x, i, f, o, z, r):
    """Cells and states (T, 3): the LSTM's c and h, the GRU's h, by the library's steps."""
    state, h, found = LSTMState(np.zeros((1, 1)), np.zeros((1, 1))), np.zeros((1, 1)), []
    for t in range(len(x)):
        x_t = np.array([[x[t]]])
        b_h = np.array([sum_for(i[t]), sum_for(f[t]), 0, sum_for(o[t])])
        lstm = LSTMParams([[0.0, 0, 1.5, 0]], [[0.0, 0, 0.5, 0]], b_h)
        state, _ = lstm_step(x_t, state, lstm)
        b_h = np.array([sum_for(r[t]), sum_for(z[t]), 0])
        h, _ = gru_step(x_t, h, GRUParams([[0.0, 0, 1.5]], [[0.0, 0, 0.5]], b_h, [0.0]))
        found.append([state.c.item(), state.h.item(), h.item()])
    return np.array(found)


STATES = "results().lstm.map((s, t) => [s.c, s.h, results().gru[t].h])"


@needs_browser
def test_the_inside_of_both_cells_is_the_librarys(browser):
    rng = np.random.default_rng(7)
    with opened(browser, "cell") as page:
        for n in range(60):
            x = rng.choice([-1, -0.35, 0, 0, 0, 0.6, 1], 16)
            gates = np.round(rng.uniform(size=(5, 16)) * 20) / 20
            if n % 3 == 0:  # wide open and quite shut
                gates = gates.round()
            given = dict(zip("xifozr", np.vstack([x, gates]).tolist()))
            found = page.evaluate(f"given => {{ choose(given); return {STATES}; }}", given)
            close(found, wanted_cells(x, *gates))


@needs_browser
def test_the_other_meaning_of_z_is_the_same_cell_with_one_minus_z(browser):
    with opened(browser, "cell") as page:
        page.get_by_role("button", name="let it fade").click()
        before = page.evaluate(STATES)
        page.click("#z-taken")
        assert page.evaluate(STATES) != before
        page.click("#z-swap")
        close(page.evaluate(STATES), before)
        assert "replaces" in page.locator("#z-said").inner_text()


@needs_browser
def test_what_the_cells_examples_are_to_show(browser):
    with opened(browser, "cell") as page:
        ends = {}
        for button in page.locator("#examples button").all():
            button.click()
            ends[button.inner_text()] = page.evaluate(STATES)[-1]
            if button.inner_text() == "hide it till the end":
                assert abs(page.evaluate(STATES)[10][1]) < 1e-9
    lstm, gru = {k: v[0] for k, v in ends.items()}, {k: v[2] for k, v in ends.items()}
    assert lstm["keep it"] > 0.9 and gru["keep it"] > 0.9
    assert lstm["let it fade"] < 0.05 and gru["let it fade"] < 0.05
    assert lstm["three pulses"] > 2.5 and gru["three pulses"] < 1  # added up; replaced
    assert lstm["forget at step 9"] == gru["forget at step 9"] == 0


@needs_browser
def test_a_cell_is_played_with_the_keyboard_and_by_touch(browser):
    with opened(browser, "cell") as page:
        page.focus("#step")
        page.keyboard.press("End")
        page.focus("#f")
        page.keyboard.press("Home")
        assert page.evaluate("[page.step, page.f[14], page.f[15]]") == [16, 1, 0]
        page.focus("#scope-all")
        page.keyboard.press("Space")
        page.focus("#z")
        page.keyboard.press("Home")
        assert page.evaluate("Math.max(...page.z)") == 0
        page.focus("#x")
        page.keyboard.press("End")
        assert page.evaluate("page.x.filter(x => x !== 0).length") == 2, "a pulse is of one step"
        page.wait_for_function("document.getElementById('said').textContent.includes('step 16')")
    with opened(browser, "cell", **PHONE) as page:
        page.locator("#score").scroll_into_view_if_needed()
        box = page.locator("#score").bounding_box()
        row = page.evaluate("score.rows.find(row => row.key === 'i').top")
        column = page.evaluate("score.left + 4.5 * score.cell")
        page.touchscreen.tap(box["x"] + column, box["y"] + row + 15)
        assert page.evaluate("[page.step, page.i[4]]") == [5, 1]


@needs_browser
def test_a_cell_without_any_pulse_says_so(browser):
    with opened(browser, "cell") as page:
        page.evaluate("choose({ x: constant(0) })")
        assert "No pulse" in page.locator("#verdict").inner_text()


# ---- A network learns to spell -------------------------------------------------------------------


def written(model, us, temperature, beginning, alphabet):
    """A name and the probabilities of each of its draws, by the library; `us` are the numbers."""
    h, text, draws = read(model, beginning)[-1:], beginning, []
    for u in us[: 24 - len(beginning)]:
        p = softmax(output_step(h, model.out) / temperature)[0]
        draws.append(p)
        k = min(int(np.searchsorted(np.cumsum(p), u, side="right")), len(p) - 1)
        if k == 0:
            break
        text += alphabet[k]
        h = rnn_forward(one_hot([[k]], len(alphabet)), h, model.cell)[1]
    return text, draws


@needs_browser
def test_names_and_their_draws_are_the_librarys(browser):
    stored, rng, seen = weights("spelling"), np.random.default_rng(3), 0
    models = [speller(stage["params"]) for stage in stored["stages"]]
    with opened(browser, "spelling") as page:
        for n in range(20):
            stage, beginning = n % 5, str(rng.choice(["", "", "t", "micro", "zzqx"]))
            temperature = float(rng.choice([0.1, 0.5, 0.8, 1, 1.3, 2]))
            given = {"stage": stage, "temperature": temperature, "beginning": beginning}
            us, found = page.evaluate(
                """given => {
                    const seed = page.seed + 1;
                    choose({ ...given, seed, us: luck(seed) });
                    const names = page.written.map(({ text, draws }) =>
                        [page.beginning + text, draws.map(({ p }) => [...p])]);
                    return [page.us, names];
                }""",
                given,
            )
            for numbers, (text, draws) in zip(us, found):
                name, wanted = written(
                    models[stage], numbers, temperature, beginning, stored["alphabet"]
                )
                assert text == name
                close(draws, wanted)
                seen += 1
    assert seen >= 50


@needs_browser
def test_perplexities_are_the_librarys(browser):
    stored = weights("spelling")
    alphabet = Vocabulary(stored["alphabet"])
    lists = [letter_batch(stored[which], alphabet) for which in ("training", "held_out")]
    with opened(browser, "spelling") as page:
        for k, stage in enumerate(stored["stages"]):
            model = speller(stage["params"])
            wanted = [np.exp(letter_loss(model, *batch)) for batch in lists]
            found = page.evaluate("k => stages[k].perplexity", k)
            np.testing.assert_allclose(found, wanted, rtol=2e-4)  # stored with four digits
            page.evaluate("stage => choose({ stage })", k)
            words = page.locator("#perplexity").inner_text()
            assert f"{found[1]:.1f} on 118 names held out" in words.replace("\n", " ")
        assert "overfitting" in words


@needs_browser
def test_spelling_is_played_with_the_keyboard_and_says_what_changed(browser):
    with opened(browser, "spelling") as page:
        page.focus("#stage")
        page.keyboard.press("Home")
        assert page.evaluate("page.stage") == 0
        assert "guesses blindly" in page.locator("#perplexity").inner_text()
        page.keyboard.press("End")
        page.focus("#temperature")
        page.keyboard.press("Home")
        names = page.locator("#names button").all_inner_texts()
        assert len(set(names)) < 12, "at 0.1 it nearly always takes the likeliest letter"
        page.focus("#next")
        for _ in range(30):
            page.keyboard.press("Enter")
        assert page.evaluate("page.name") > 0
        before = page.evaluate("page.us")
        page.focus("#anew")
        page.keyboard.press("Enter")
        assert page.evaluate("page.us") != before
        page.focus("#names button >> nth=4")
        page.keyboard.press("Enter")
        assert page.evaluate("[page.name, page.place]") == [4, 0]
        page.wait_for_function("document.getElementById('said').textContent.includes('Name 5 is')")


@needs_browser
@pytest.mark.parametrize("typed", ["<b>x</b>", "日本", "q" * 10_000, "Tyr 9"])
def test_bad_beginnings_of_names_get_a_sentence(browser, typed):
    with opened(browser, "spelling", **PHONE) as page:
        page.fill("#beginning", typed)
        kept = "".join(c for c in typed.lower() if "a" <= c <= "z")[:12]
        assert page.evaluate("page.beginning") == kept
        assert re.search("Left out|Only the first 12", page.locator("#message").inner_text())
        assert page.locator("main b:not(.value):not(.lead b)").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert all(page.evaluate("page.written.map(w => w.draws.length > 0)"))
