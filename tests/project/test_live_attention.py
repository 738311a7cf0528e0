"""Where does it look: the live page's dates, weights and beams are the library's, in a browser."""

import numpy as np
import pytest
from live_pages import PHONE, close, opened, weights

from rnnlib.attention import attention_forward
from rnnlib.course.grading.attacks.chromium import why_no_browser
from rnnlib.data import date_readings
from rnnlib.decoding import beam_search
from rnnlib.gru_sequence import gru_forward
from rnnlib.json_params import from_json
from rnnlib.text import Vocabulary, one_hot
from rnnlib.translation import decoder_step, encode, init_translator, pair_batch

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())
STORED = weights("attention")
SOURCE, TARGET = Vocabulary(STORED["source"]), Vocabulary(STORED["target"])
START, END = TARGET.encode("^.")


def network(name):
    """One of the page's two networks, with exactly the page's numbers."""
    like = init_translator(
        len(SOURCE), len(TARGET), 48, np.random.default_rng(0), context=name == "attention"
    )
    return from_json(STORED[name]["params"], like)


def attend(queries, hs, mask):
    context, cache = attention_forward(queries, hs, hs, mask=mask)
    return context, cache.weights


def translated(model, text, width, look=None):
    """The texts of a beam, their log-probabilities, and attention weights along the best."""
    batch = pair_batch([text], ["2000-01-01"], SOURCE, TARGET, dtype=np.float64)
    hs, h, _ = encode(model, batch.xs, batch.mask)
    step = decoder_step(model, hs, batch.mask, look)
    texts, scores = beam_search(step, h, START, END, width, 11)
    if look is None:
        return texts, scores, None
    read = one_hot(np.r_[START, texts[0]][:-1, None], len(TARGET))
    states, _, _ = gru_forward(read, h, model.decoder)
    return texts, scores, look(states, hs, batch.mask)[1][:, 0]


def spelled(ids):
    return TARGET.decode(ids).partition(".")[0]


def typed_dates():
    """Dates held out, some misspelled, cut off or mixed, and what is no date."""
    rng = np.random.default_rng(5)
    texts = [text for text, _ in STORED["dates"][:40]]
    for text, _ in STORED["dates"][40:60]:
        k = int(rng.integers(len(text)))
        texts.append(text[:k] + str(rng.choice(list("aeñ,7 "))) + text[k + 1 :])
    return [*texts, "3/4/26", "see you tomorrow", "z", " ", "4 de March, 2026", "1" * 40]


def test_dates_weights_and_beams_are_the_librarys(browser):
    attentive, plain = network("attention"), network("plain")
    texts = [t for t in typed_dates() if set(t.lower()) <= set(SOURCE.symbols)]
    assert len(texts) >= 50
    with opened(browser, "attention") as page:
        for n, text in enumerate(texts):
            width = n % 6 + 1
            page.evaluate("width => choose({ width })", width)
            page.fill("#text", text)
            written, looked, without, beam = page.evaluate(
                """() => {
                    const { written, without, beam } = page.found;
                    return [spelled(written), written.map(({ weights }) => [...weights]),
                            spelled(without),
                            beam.rounds.at(-1).map(({ symbols, score }) =>
                                [symbols.map(k => TARGET[k]).join(""), score])];
                }"""
            )
            (best,), _, matrix = translated(attentive, text.lower(), 1, attend)
            assert written == spelled(best)
            close(looked, matrix[: len(looked)])
            assert without == spelled(translated(plain, text.lower(), 1)[0][0])
            found, scores, _ = translated(attentive, text.lower(), width, attend)
            assert [answer for answer, _ in beam] == [spelled(ids) for ids in found]
            close([score for _, score in beam], scores)


def test_what_is_said_about_dates_held_out_is_so(browser):
    for name, look in (("attention", attend), ("plain", None)):
        model, shown = network(name), STORED["dates"]
        found = [spelled(translated(model, text.lower(), 1, look)[0][0]) for text, _ in shown]
        right = [date == iso for date, (_, iso) in zip(found, shown)]
        wrong = [(date, iso) for date, (_, iso) in zip(found, shown) if date != iso]
        days = [date[:7] == iso[:7] for date, iso in wrong]
        assert not wrong or np.mean(days) > 0.5, "most often it is the day that is lost"
        wanted = sum(r for r, _ in STORED[name]["right"]) / sum(n for _, n in STORED[name]["right"])
        assert abs(np.mean(right) - wanted) < 0.12  # 150 of them stand in the page
    assert all(date_readings(text) == (iso,) for text, iso in STORED["dates"])
    rates = {k: [r / n for r, n in STORED[k]["right"]] for k in ("attention", "plain")}
    assert min(rates["attention"]) > 0.95 > max(rates["plain"])


def test_what_the_examples_are_to_show(browser):
    with opened(browser, "attention") as page:
        said = {}
        for button in page.locator("#examples button").all()[:-1]:
            button.click()
            said[button.inner_text()] = page.locator("#plain-told").inner_text()
        for text in ("Setpember 17, 1998", "4 de mrzo de 2026", "Sunday, September 16, 2001"):
            assert ": right." in said[text]
        assert "Without it, 1991-02-15" in said["domingo, 17 de febrero de 1991"]
        assert "nobody can know which" in said["3/4/26"]
        assert "only you can know" in said["see you tomorrow"]
        page.get_by_role("button", name="3/4/26").click()
        both = page.locator("#answers li").all_inner_texts()[:2]
        assert {one[:10] for one in both} == {"2026-03-04", "2026-04-03"}


def test_dates_are_played_with_the_keyboard_and_say_what_changed(browser):
    with opened(browser, "attention", reduced_motion="reduce") as page:
        page.focus("#text")
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("4 March 2026")
        assert page.evaluate("[page.text, page.iso]") == ["4 march 2026", None]
        page.focus("#k")
        page.keyboard.press("Home")
        assert page.evaluate("page.k") == 1
        page.wait_for_function("document.getElementById('said').textContent.includes('It writes')")
        page.focus("#play")
        page.keyboard.press("Enter")
        assert page.evaluate("page.k === page.found.written.length")
        page.focus("#width")
        page.keyboard.press("End")
        assert page.locator("#answers li").count() == 6
        page.focus("#another")
        page.keyboard.press("Enter")
        assert page.evaluate("page.iso") == STORED["dates"][0][1]


def test_a_date_grows_symbol_by_symbol_and_by_touch(browser):
    with opened(browser, "attention", **PHONE) as page:
        page.click("#play")
        assert page.evaluate("page.k") < 5
        page.wait_for_function("page.k === page.found.written.length")
        page.locator("#look").scroll_into_view_if_needed()
        page.locator("#look [data-k='9']").tap()
        assert page.evaluate("page.k") == 9


@pytest.mark.parametrize(
    "typed, kept, sentence",
    [
        ("", "", "Nothing is typed yet"),
        ("日本", "", "Left out: 日 本"),
        ("<b>4</b> March", "b4/b march", "Left out: < >"),
        ("4 " * 5_000, "4 " * 20, "first 40 of 10,000"),
    ],
)
def test_bad_dates_get_a_sentence(browser, typed, kept, sentence):
    with opened(browser, "attention", **PHONE) as page:
        page.fill("#text", typed)
        assert page.evaluate("page.text") == kept
        assert sentence in page.locator("#message").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.fill("#text", "4 March 2026")
        assert page.locator("#message").inner_text() == ""
        assert page.locator("#answers li").count() == 3
