"""Collapse: what the live page hears, and CTC's grid, loss and beam in it, are the library's."""

import numpy as np
import pytest
from live_pages import PHONE, close, opened, weights

from rnnlib.activations import log_softmax
from rnnlib.bidirectional import bidirectional_forward
from rnnlib.course.grading.attacks.chromium import why_no_browser
from rnnlib.ctc import collapse, ctc_gradient, ctc_log_alpha, ctc_posteriors, extend_labels
from rnnlib.ctc_decoding import ctc_align, ctc_greedy, prefix_beam_search
from rnnlib.dense import output_step
from rnnlib.json_params import from_json
from rnnlib.speech import init_recognizer
from rnnlib.stack import zero_state

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())
STORED = weights("collapse")
TRUTHS = [each["labels"] for each in STORED["spoken"]]

RESULTS = """given => {
    choose(given);
    const { heard, found } = page;
    const finite = rows => rows.map(row => [...row].map(x => Number.isFinite(x) ? x : null));
    return { frames: heard.frames.map(x => [...x]), logProbs: finite(heard.logProbs),
             greedy: heard.greedy, beam: heard.beam.map(({ labels, logP }) => [labels, logP]),
             alphas: finite(found.alphas), posteriors: finite(found.posteriors),
             loss: Number.isFinite(found.loss) ? found.loss : null, best: found.best };
}"""


def network():
    """The page's network, with exactly its numbers."""
    return from_json(STORED["params"], init_recognizer(13, 32, 11, np.random.default_rng(0)))


def heard(model, frames):
    """Logits (T, 11) of some frames, in float64."""
    xs = np.array(frames)[:, None]
    hs, _, _ = bidirectional_forward(xs, zero_state(model.cell, 1), model.cell)
    return output_step(hs, model.out)[:, 0]


def labels_to_try(rng, truth):
    """The truth, and one with a digit changed, left out, said twice, and others."""
    k, digit = int(rng.integers(len(truth))), str(rng.integers(10))
    return [
        truth,
        truth[:k] + digit + truth[k + 1 :],
        truth[:k] + truth[k + 1 :],
        truth[:k] + truth[k] + truth[k:],
        "".join(str(d) for d in rng.integers(10, size=int(rng.integers(0, 17)))),
    ]


def test_frames_grid_loss_and_beam_are_the_librarys(browser):
    model, rng, seen = network(), np.random.default_rng(8), 0
    with opened(browser, "collapse") as page:
        for which, truth in enumerate(TRUTHS):
            for noise in (0, 1.2):
                for text in labels_to_try(rng, truth):
                    given = {"which": which, "noise": noise, "label": text}
                    found = page.evaluate(RESULTS, given)
                    logits = heard(model, found["frames"])
                    log_probs = log_softmax(logits)
                    labels = [int(digit) + 1 for digit in text]
                    close(found["logProbs"], log_probs)
                    assert collapse(found["greedy"]) == ctc_greedy(logits)
                    alphas = ctc_log_alpha(log_probs, labels)
                    got = np.array(found["alphas"], float)
                    np.testing.assert_array_equal(np.isnan(got), alphas == -np.inf)
                    close(got[alphas > -np.inf], alphas[alphas > -np.inf])
                    close(found["loss"], ctc_gradient(logits, labels)[0])
                    by_symbol = np.zeros_like(log_probs)
                    np.add.at(by_symbol.T, extend_labels(labels), np.array(found["posteriors"]).T)
                    close(by_symbol, ctc_posteriors(log_probs, labels))
                    assert found["best"] == ctc_align(log_probs, labels).tolist()
                    seen += 1
                best, log_p = prefix_beam_search(log_probs, 10)
                assert found["beam"][0][0] == best
                close(found["beam"][0][1], log_p)
    assert seen >= 50


def test_paths_that_are_drawn_spell_the_label_and_are_as_frequent_as_they_should(browser):
    with opened(browser, "collapse") as page:
        found = page.evaluate(RESULTS, {"which": 2, "noise": 1.5, "label": "614"})
        paths = page.evaluate(
            """() => {
                const random = uniform(3);
                const { alphas, labels } = page.found;
                return Array.from({ length: 2000 }, () => ctcDrawPath(alphas, labels, random));
            }"""
        )
    states = extend_labels([7, 2, 5])
    assert all(collapse(states[path]) == [7, 2, 5] for path in paths)
    shares = np.array([(np.array(paths) == s).mean(axis=0) for s in range(len(states))]).T
    assert np.abs(shares - np.array(found["posteriors"], float)).max() < 0.05


def test_what_the_examples_are_to_show(browser):
    with opened(browser, "collapse") as page:
        for which, truth in enumerate(TRUTHS):
            page.locator("#spoken button").nth(which).click()
            said = page.locator("#verdict").inner_text()
            assert "That is what was said" in said
            assert ("but the network hears 9644" in said) == (truth == "9444")
            path = page.locator("#collapse dd").all_inner_texts()
            assert path[2] == truth and set(path[1]) <= set("·" + truth)
        page.fill("#label", "8" * 16)
        assert page.locator("#collapse dd").nth(2).inner_text() == "8" * 16
        page.evaluate("choose({ label: '8'.repeat(18) })")
        assert "the loss is infinite" in page.locator("#verdict").inner_text()
        assert page.locator("#draw-one").is_disabled()


def test_the_grid_is_played_with_the_keyboard_and_says_what_changed(browser):
    with opened(browser, "collapse") as page:
        page.focus("#label")
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("944")
        assert page.evaluate("[page.label, page.paths.length]") == ["944", 1]
        page.focus("#draw-many")
        page.keyboard.press("Enter")
        assert page.evaluate("page.paths.length") == 10
        page.focus("#clear")
        page.keyboard.press("Enter")
        assert page.evaluate("page.paths.length") == 0
        page.focus("#draw-one")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        assert page.evaluate("page.paths.length") == 2
        page.focus("#show-alpha")
        page.keyboard.press("Enter")
        assert "beginnings of paths" in page.locator("#grid-told").inner_text()
        page.focus("#noise")
        page.keyboard.press("End")
        assert page.evaluate("page.noise") == 2
        page.focus("#frame")
        page.keyboard.press("Home")
        page.wait_for_function("document.getElementById('said').textContent.includes('Frame 1 of')")


def test_the_recording_is_played_frame_by_frame(browser):
    with opened(browser, "collapse") as page:
        page.evaluate("choose({ frame: 0 })")
        page.focus("#play")
        page.keyboard.press("Enter")
        page.wait_for_function("page.frame > 10")
        assert page.get_attribute("#play", "aria-pressed") == "true"
        page.wait_for_function("!page.playing")  # it ends by itself
        assert page.get_attribute("#play", "aria-pressed") == "false"


def test_a_frame_is_chosen_by_touch(browser):
    with opened(browser, "collapse", **PHONE) as page:
        page.locator("#grid").scroll_into_view_if_needed()
        box = page.locator("#grid").bounding_box()
        page.touchscreen.tap(box["x"] + page.evaluate("left(30.5)"), box["y"] + 20)
        assert page.evaluate("page.frame") == 30


@pytest.mark.parametrize(
    "typed, kept, sentence",
    [
        ("", "", "the label of silence"),
        ("nine", "", "Left out: n i e"),
        ("<b>4</b>", "4", "Left out: < b > /"),
        ("4" * 10_000, "4" * 16, "first 16 of 10,000"),
    ],
)
def test_bad_labels_get_a_sentence(browser, typed, kept, sentence):
    with opened(browser, "collapse", **PHONE) as page:
        page.fill("#label", typed)
        assert page.evaluate("page.label") == kept
        assert sentence in page.locator("#message").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("#verdict").inner_text()
