"""Unit 01: what its text says is what its outputs show; students get no answers with it."""

import math
import re
import tomllib

import nbformat
import numpy as np
import pytest
from places import ROOT

import rnnlib
from rnnlib.course.authoring.effort import effort
from rnnlib.course.authoring.source import read_source
from rnnlib.course.exercises import unit_exercises
from rnnlib.course.exercises.u01_hidden_state.light_params import (
    LIGHT_PARAMS,
    MOST_UNITS,
    is_lit,
)
from rnnlib.data import dinosaur_names

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


def test_an_untrained_network_begins_near_log_27_and_learns_at_once():
    losses = {int(line[0]): line[1] for line in rows(printed("updates   loss on names held out"))}
    assert losses[0] == pytest.approx(math.log(27), abs=0.15)
    assert losses[0] > losses[10] + 0.5 > losses[100] + 0.9
    assert min(losses, key=losses.get) >= 100


def test_the_network_beats_the_table_of_pairs_and_that_the_frequencies():
    text = printed("your network")
    frequencies = number_after("frequencies of the letters", text)
    pairs = number_after("a table of pairs of letters", text)
    network = number_after("your network", text)
    assert network < pairs - 0.1 < pairs < frequencies - 0.1 < math.log(27)


def test_the_stages_of_spelling_are_one_figure_with_words_of_each_stage():
    (cell,) = [cell for cell in SOLUTION.cells if "SpellingStages(" in cell.source]
    (told,) = [o.data["text/plain"] for o in cell.outputs if "image/png" in o.get("data", {})]
    chances = list(map(int, re.findall(r"\((\d+)%\)", told)))
    assert len(chances) == 4
    assert chances[0] < 20 and chances[2] > 60  # "at first the bars are low"
    assert all(f"after {n} updates" in told for n in ("10", "100", "1,000"))


def test_the_words_that_it_finishes_begin_as_they_should():
    words = printed("robo").split(", ")
    assert len(words) == 5 and all(word.startswith("robo") for word in words)


def test_the_window_table_has_a_cliff_where_both_letters_are_out_of_sight():
    table = {}
    for line in printed("window of").splitlines():
        match = re.match(r"window of (\d) +(.*)", line)
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
    assert distances[1:] == sorted(distances[1:], reverse=True)  # "fainter with each letter"


def test_nothing_moves_before_the_changed_letter():
    (told,) = [
        o.data["text/plain"]
        for cell in SOLUTION.cells
        for o in cell.get("outputs", [])
        if "The distance is" in o.get("data", {}).get("text/plain", "")
    ]
    distances = list(map(float, re.findall(r"\d+\.\d", told)))
    assert len(distances) == 13
    assert max(distances[:5]) == 0 and min(distances[5:]) > 0


def test_the_answers_to_the_questions_are_what_the_arrays_say():
    questions = tomllib.loads((ROOT / "solutions" / f"{UNIT}.questions.toml").read_text("utf-8"))
    assert questions["window"]["right"] == 251 * 8 * 16
    params = rnnlib.init_rnn(3, 20, np.random.default_rng(0))
    xs, h0 = np.ones((6, 2, 3)), np.zeros((2, 20))
    changed, other = xs.copy(), h0.copy()
    changed[2, 0], other[1] = 2, 1
    before, after = (
        rnnlib.rnn_forward(xs, h0, params)[0],
        rnnlib.rnn_forward(changed, other, params)[0],
    )
    assert questions["changes"]["right"] == np.count_nonzero(before != after)
    layer = rnnlib.init_rnn(27, 100, np.random.default_rng(0)).size
    assert questions["parameters"]["right"] == 11 * layer


def test_the_lamp_in_the_text_does_what_the_text_says():
    text = "\n".join(cell.source for cell in SOLUTION.cells if cell.cell_type == "markdown")
    letters, light = (
        re.search(rf"^{word} +(.*)$", text, re.MULTILINE)[1].split()
        for word in ("letters", "light")
    )
    assert is_lit("".join(letters)) == [int(each == "●") for each in light]


def test_scores_in_the_text_are_those_of_known_answers():
    units = {version.name: version.function().b_h.size for version in LIGHT_PARAMS.variants}
    assert units["three_units"] == 3 == min(units.values())
    assert units["a_unit_that_knows_the_beginning"] == 4
    lines = rows(printed("our best"))
    assert [line[0] for line in lines] == [3, MOST_UNITS, 4, 3]


def test_place_in_the_word_is_learned_and_vowels_are_mostly_there_before():
    text = printed("place in the word")
    (vowel, vowel_after), (place, place_after) = re.findall(rf"{NUMBER} +{NUMBER}", text)
    assert float(place_after) > float(place) + 0.15
    assert abs(float(vowel_after) - float(vowel)) < 0.12


def test_states_grow_with_training():
    before, after = map(float, re.findall(NUMBER, printed("mean size over all units")))
    assert after > before + 0.2


def test_short_gaps_are_always_learned_and_long_ones_are_not():
    lines = {line[0]: line[1:] for line in rows(printed("three starts")) if len(line) == 4}
    assert min(lines[2] + lines[10]) > 0.95
    assert any(abs(share - 0.5) < 0.06 for share in lines[100])


def test_separate_cells_overfit_and_the_shared_one_a_little_too():
    found = re.findall(rf"in the end {NUMBER} .*?, {NUMBER} on names", printed("separate cells"))
    (known, new), (known_separate, new_separate) = [tuple(map(float, pair)) for pair in found]
    assert known_separate < known - 0.1 and new_separate > new + 0.1
    assert new > known


def test_steps_one_after_the_other_take_longer():
    (times,) = re.search(r"take ([\d.]+) times as long", printed("one by one")).groups()
    assert float(times) > 1


def test_the_numbers_in_words_are_right():
    text = "\n".join(cell.source for cell in SOLUTION.cells if cell.cell_type == "markdown")
    assert r"\tanh(0.2) \approx 0.197" in text and round(math.tanh(0.2), 3) == 0.197
    assert r"\log 27 \approx 3.30" in text and round(math.log(27), 2) == 3.30
    assert len(dinosaur_names()) == 1318
    h = 0.9
    for _ in range(200):
        h = np.tanh(3 * h)
    assert h > 0.99  # "close to 1"


def test_the_core_is_as_long_as_its_head_says():
    asked = effort(read_source(ROOT / "solutions" / f"{UNIT}.py"))
    assert asked.sentence() in SOLUTION.cells[0].source
    assert asked.words < 3200 and asked.functions <= 9
    assert asked.own_lines * 5 >= asked.given_lines


def test_points_add_up_to_20():
    points = [cell.metadata.get("nbgrader", {}).get("points", 0) for cell in RELEASE.cells]
    assert sum(points) == 20 == SOLUTION.metadata.rnnlib.points
    text = "\n".join(cell.source for cell in SOLUTION.cells)
    assert "| **Points** | 20:" in text


def test_it_ran_within_its_time_without_a_word_on_stderr():
    assert SOLUTION.metadata.rnnlib.seconds <= 60
    for cell in SOLUTION.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error" and output.get("name") != "stderr", cell.id


def test_every_figure_has_a_number_and_a_caption():
    numbers = []
    for cell, behind in zip(SOLUTION.cells, SOLUTION.cells[1:]):
        if any("image/png" in o.get("data", {}) for o in cell.get("outputs", [])):
            numbers.append(re.match(r"\*Figure 1\.(\d+)\. [^*]+\*\n", behind.source)[1])
    assert numbers == [str(k + 1) for k in range(len(numbers))]


def test_every_figure_is_told_in_words():
    figures = [
        (cell.id, output.metadata["image/png"]["alt"], output.data["text/plain"])
        for cell in SOLUTION.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert len(figures) >= 8
    for name, alt, plain in figures:
        assert len(alt.split()) >= 8, name
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
    for name in ("window", "changes", "parameters"):
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
