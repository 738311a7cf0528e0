"""Unit 01: what its text says is what its outputs show; students get no answers with it."""

import math
import re
import tomllib

import nbformat
import numpy as np
import pytest
from places import ROOT

from rnnlib.course.exercises import unit_exercises

UNIT = "01_hidden_state"
SOLUTION = nbformat.read(ROOT / "solutions" / UNIT / f"{UNIT}.ipynb", as_version=4)
RELEASE_PATH = ROOT / "course" / UNIT / f"{UNIT}.ipynb"
RELEASE = nbformat.read(RELEASE_PATH, as_version=4)
NUMBER = r"(\d+\.\d+)"


def printed(words):
    """What the one cell printed in whose output these words stand."""
    texts = [
        "".join(output.text for output in cell.get("outputs", []) if output.output_type == "stream")
        for cell in SOLUTION.cells
    ]
    (found,) = [text for text in texts if words in text]
    return found


def number_after(words, text):
    """The first number after these words."""
    return float(re.search(re.escape(words) + rf".*?{NUMBER}", text)[1])


def rows(text):
    """The numbers of each line that has any."""
    found = [re.findall(r"-?\d[\d,]*\.?\d*", line) for line in text.splitlines()]
    return [[float(number.replace(",", "")) for number in line] for line in found if line]


def test_the_text_says_log_27_and_the_first_loss_is_there():
    text = printed("names held out:")
    first, last = re.findall(rf"first {NUMBER}, at the end {NUMBER}", text)
    for start, end in (first, last):
        assert float(start) == pytest.approx(math.log(27), abs=0.1)
        assert float(end) < float(start) - 1


def test_the_network_beats_the_bigram_and_the_bigram_the_frequencies():
    text = printed("the recurrent network")
    frequencies = number_after("frequencies alone", text)
    bigram = number_after("the last letter (bigram)", text)
    network = number_after("the recurrent network", text)
    assert network < bigram - 0.1 < bigram < frequencies - 0.1 < math.log(27)


def test_the_window_table_has_a_cliff_where_both_letters_are_out_of_sight():
    table = {}
    for line in printed("window of").splitlines():
        match = re.match(r"window of +(\d+) letters? +(.*)", line)
        if match:
            table[int(match[1])] = match[2].split()
    assert list(table) == [1, 2, 3, 4]
    for window, cells in table.items():
        for gap, cell in enumerate(cells):
            if window > gap + 2:
                assert cell == "-"
            elif window > gap:  # one of the two letters is in the window
                assert float(cell) >= 0.99, (window, gap)
            else:
                assert abs(float(cell) - 0.5) < 0.05, (window, gap)


def test_the_state_carries_the_past_and_fades():
    distances = [distance for _, distance in rows(printed("distance between the two states"))]
    assert len(distances) == 6
    assert distances[-1] > 0.1
    assert distances[-1] < distances[2] < distances[1]


def test_an_untrained_network_expects_nothing():
    text = printed("probabilities: smallest")
    smallest, largest = map(float, re.findall(r"(?:smallest|largest) ([\d.]+)%", text))
    assert 1 < smallest < 100 / 27 < largest < 10


def test_separate_layers_grow_with_the_sequence_and_the_recurrent_one_does_not():
    lines = [line for line in rows(printed("one recurrent layer")) if len(line) == 3]
    steps, separate, recurrent = map(list, zip(*lines))
    assert steps == [1, 3, 12, 100]
    assert len(set(recurrent)) == 1 and separate[0] == recurrent[0]
    assert separate == sorted(separate) and separate[-1] > 50 * recurrent[-1]


def test_before_training_every_guess_is_weak_and_after_it_some_are_sure():
    text = printed("after reading")
    chances = [list(map(int, re.findall(r"(\d+)%", line))) for line in text.splitlines()]
    chances = [line for line in chances if line]
    before = [line[: len(line) // 2] for line in chances]
    after = [line[len(line) // 2 :] for line in chances]
    assert max(map(max, before)) < 15
    assert max(map(max, after)) > 80


def test_place_in_the_word_is_learned_and_vowels_are_mostly_there_before():
    text = printed("place in the word")
    (vowel, vowel_after), (place, place_after) = re.findall(rf"{NUMBER} +{NUMBER}", text)
    assert float(place_after) > float(place) + 0.25
    assert float(vowel_after) - float(vowel) < 0.15


def test_short_gaps_are_always_learned_and_long_ones_are_not():
    lines = {line[0]: line[1:] for line in rows(printed("three starts")) if len(line) == 4}
    assert min(lines[2] + lines[10]) > 0.95
    assert any(abs(share - 0.5) < 0.06 for share in lines[100])


def test_steps_one_after_the_other_take_longer():
    (times,) = re.search(r"take (\d+) times as long", printed("one after the other")).groups()
    assert int(times) > 1


def test_the_numbers_in_words_are_right():
    text = "\n".join(cell.source for cell in SOLUTION.cells if cell.cell_type == "markdown")
    assert r"\tanh(0.2) \approx 0.197" in text and round(math.tanh(0.2), 3) == 0.197
    assert r"\log 27 \approx 3.30" in text and round(math.log(27), 2) == 3.30
    assert "0.995" in text
    h = 0.9
    for _ in range(200):
        h = np.tanh(3 * h)
    assert round(float(h), 3) == 0.995


def test_points_add_up_to_20():
    points = [cell.metadata.get("nbgrader", {}).get("points", 0) for cell in RELEASE.cells]
    assert sum(points) == 20 == SOLUTION.metadata.rnnlib.points
    text = "\n".join(cell.source for cell in SOLUTION.cells)
    assert "| **Points** | 20:" in text


def test_it_ran_within_its_time_without_a_word_on_stderr():
    assert SOLUTION.metadata.rnnlib.seconds <= 30
    for cell in SOLUTION.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error" and output.get("name") != "stderr", cell.id


def test_every_figure_is_told_in_words():
    figures = [
        (cell.id, output.metadata["image/png"]["alt"], output.data["text/plain"])
        for cell in SOLUTION.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert len(figures) >= 8
    for name, alt, plain in figures:
        assert len(alt.split()) >= 10, name
        assert alt == plain


# --- what students get ------------------------------------------------------------------------


def test_the_release_holds_no_solution():
    text = RELEASE_PATH.read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" not in text and "HIDDEN TESTS" not in text
    stubs = {cell.id: cell.source for cell in RELEASE.cells}
    for cell in SOLUTION.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            inside = re.search(
                r"### BEGIN SOLUTION\n(.*?)\n\s*### END SOLUTION", cell.source, re.DOTALL
            )[1]
            for line in inside.splitlines():
                assert line.strip() not in stubs[cell.id], cell.id
    for name in unit_exercises(UNIT):
        assert "raise NotImplementedError()" in stubs[name.replace("_", "-")]


def test_the_release_holds_no_hidden_seed_and_no_output():
    for cell in RELEASE.cells:
        assert not cell.get("outputs"), cell.id
        assert not cell.get("execution_count")
        for seed in re.findall(r"^seed = (\d+)$", cell.source, re.MULTILINE):
            assert seed == "1"
    hidden = re.findall(r"seed = (\d{4,})", "\n".join(cell.source for cell in SOLUTION.cells))
    assert len(hidden) == len(unit_exercises(UNIT))
    text = RELEASE_PATH.read_text(encoding="utf-8")
    assert not any(seed in text for seed in hidden)


def test_the_release_holds_no_answer_and_no_remark():
    text = RELEASE_PATH.read_text(encoding="utf-8")
    path = ROOT / "solutions" / f"{UNIT}.questions.toml"
    for question in tomllib.loads(path.read_text(encoding="utf-8")).values():
        for remark in question["remarks"].values():
            assert remark not in text
    cells = {cell.id: cell.source for cell in RELEASE.cells}
    for name in ("window", "changes", "parameters", "simplest"):
        assert re.match(rf"answer_{name} = None *(#.*)?$", cells[f"answer-{name}"].strip())


def test_the_release_and_the_solution_have_the_same_cells_in_the_same_order():
    assert [cell.id for cell in RELEASE.cells] == [cell.id for cell in SOLUTION.cells]
    for given, solved in zip(RELEASE.cells, SOLUTION.cells):
        if given.cell_type == "markdown":
            assert given.source == solved.source


def test_every_exercise_has_its_check_before_its_marked_cell_and_hints_between():
    names = [cell.id for cell in RELEASE.cells]
    sources = [cell.source for cell in RELEASE.cells]
    for name in unit_exercises(UNIT):
        written = names.index(name.replace("_", "-"))
        marked = names.index(f"grade-{name.replace('_', '-')}")
        checked = sources.index(f"check({name})")
        assert written < checked < marked
        assert "<details>" in "".join(sources[checked:marked])
