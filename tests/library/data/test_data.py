import datetime
import gzip
import hashlib
import re
from importlib.resources import files

import numpy as np
import pytest

from rnnlib.data import (
    date_readings,
    dinosaur_names,
    el_nino,
    irish_tunes,
    japanese_vowels,
    make_date_formats,
    make_digits,
    make_dinosaur_names,
    make_film_opinions,
    make_irish_tunes,
    make_japanese_vowels,
    make_named_text,
    make_novels,
    make_series,
    make_spanish_proverbs,
    make_surnames,
    make_verses,
    spanish_proverbs,
    sunspots,
    surnames,
    written_dates,
)


def test_dinosaur_names():
    names = dinosaur_names()
    assert len(names) == len(set(names)) == 1318
    assert list(names) == sorted(names)
    assert all(re.fullmatch("[a-z]+", name) for name in names)
    assert "tyrannosaurus" in names


def test_irish_tunes():
    tunes = irish_tunes()
    assert len(tunes) == len(set(tunes)) == 765
    for tune in tunes:
        assert re.match(r"M:(C|C\||\d/\d)\nL:1/8\nK:[A-G] (Major|Minor|Dorian|Mixolydian)\n", tune)
        assert not re.search(r"^[A-JN-Z]:", tune, re.MULTILINE)  # no titles, no names


def test_japanese_vowels():
    training, testing = japanese_vowels()
    assert np.bincount(training.speakers).tolist() == [30] * 9
    assert np.bincount(testing.speakers).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    lengths = [len(sequence) for part in (training, testing) for sequence in part.sequences]
    assert len(lengths) == 640 and (min(lengths), max(lengths)) == (7, 29)
    for part in (training, testing):
        assert len(part.sequences) == len(part.speakers)
        assert {sequence.shape[1] for sequence in part.sequences} == {12}
    # The first and the last number of the first utterance in JapaneseVowels_TRAIN.ts.
    assert training.sequences[0][0, 0] == 1.8609 and training.sequences[0][-1, -1] == -0.1760


def test_spanish_proverbs():
    proverbs = spanish_proverbs()
    assert list(proverbs) == sorted(set(proverbs))
    assert all(re.fullmatch(r"[a-záéíóúüñA-ZÁÉÍÓÚÜÑ ,.;:¿?¡!]{12,80}", p) for p in proverbs)
    assert sum(any(c in "áéíóúñ" for c in p) for p in proverbs) > 1500


HUNDRED_YEARS = np.arange("1950-01-01", "2050-01-01", dtype="datetime64[D]")


def test_a_written_date_can_be_read_again_and_most_in_one_way_only():
    rng = np.random.default_rng(0)
    dates = written_dates(rng.permutation(HUNDRED_YEARS)[:4000], rng)
    for date in dates:
        assert date.iso in date_readings(date.text)
    short = {d for d in dates if d.kind == "short" and d.locale != "en_GB"}
    two = {d for d in dates if len(date_readings(d.text)) > 1}
    assert two < short
    assert all(int(part) <= 12 for d in two for part in d.text.split("/")[:2])
    assert 0.05 < len(two) / len(dates) < 0.08


def test_all_formats_come_up_about_equally_often():
    rng = np.random.default_rng(1)
    dates = written_dates(rng.choice(HUNDRED_YEARS, 6000), rng)
    keys, counts = np.unique([f"{d.locale} {d.kind}" for d in dates], return_counts=True)
    assert len(keys) == 12 and counts.min() > 400 and counts.max() < 600


def test_dates_in_words():
    texts = {}
    for seed in range(60):
        (date,) = written_dates([datetime.date(1999, 9, 8)], np.random.default_rng(seed))
        assert date.iso == "1999-09-08"
        texts[date.locale, date.kind] = date.text
    assert texts == {
        ("en_US", "full"): "Wednesday, September 8, 1999",
        ("en_US", "long"): "September 8, 1999",
        ("en_US", "medium"): "Sep 8, 1999",
        ("en_US", "short"): "9/8/99",
        ("en_GB", "full"): "Wednesday 8 September 1999",
        ("en_GB", "long"): "8 September 1999",
        ("en_GB", "medium"): "8 Sept 1999",
        ("en_GB", "short"): "08/09/1999",
        ("es_ES", "full"): "miércoles, 8 de septiembre de 1999",
        ("es_ES", "long"): "8 de septiembre de 1999",
        ("es_ES", "medium"): "8 sept 1999",
        ("es_ES", "short"): "8/9/99",
    }


def test_what_is_no_date_has_no_reading():
    for text in ("", "31/2/1999", "31 February 1999", "Monday, September 8, 1999", "8 sept 99"):
        assert date_readings(text) == (), text
    with pytest.raises(ValueError, match="from 1950-01-01 to 2049-12-31, got 2050-01-01"):
        written_dates([datetime.date(2050, 1, 1)], np.random.default_rng(0))


def test_surnames():
    names = surnames()
    assert list(names) == sorted(names) and len(names) == 10
    assert all(371 <= len(each) <= 800 for each in names.values())
    together = [name for each in names.values() for name in each]
    assert len(together) == len(set(together)) == 6514  # no name of two languages
    assert all(re.fullmatch("[a-z]+", name) for name in together)
    assert all(list(each) == sorted(each) for each in names.values())


def test_surnames_are_read_from_the_lists_without_accents():
    source = (
        'class Provider(P):\n    last_names_male = ("Müller", "Weiß")\n    first_names = ("Ana",)\n'
    )
    assert list(make_surnames.last_names(source)) == ["Müller", "Weiß"]
    assert [make_surnames.plain(name) for name in ("Müller", "Weiß", "Đurić")] == [
        "muller", "weiss", "duric",
    ]  # fmt: skip


def test_series_are_in_equal_steps_and_hold_what_the_sources_hold():
    for series, step, first, last in (
        (sunspots(), 1, 5.0, 2.9),
        (sunspots(monthly=True), 1 / 12, 58.0, 2.6),
        (el_nino(), 1 / 12, 23.11, 22.07),
    ):
        np.testing.assert_allclose(np.diff(series.times), step, atol=1e-9)
        assert series.values.shape == series.times.shape and np.isfinite(series.values).all()
        assert (series.values[0], series.values[-1]) == (first, last)
    # A year's number is the mean of its months (they were rounded).
    months = sunspots(monthly=True)
    of_1957 = months.values[np.floor(months.times + 1e-9) == 1957]
    assert len(of_1957) == 12
    assert of_1957.mean() == pytest.approx(sunspots().values[1957 - 1700], abs=0.5)


def test_every_file_is_the_one_the_licences_speak_of():
    folder = files("rnnlib.data")
    rows = dict(
        re.findall(
            r"^\| `([^`]+)`.*`([0-9a-f]{64})`",
            folder.joinpath("LICENSES.md").read_text(),
            re.MULTILINE,
        )
    )
    present = {f.name for f in folder.iterdir() if f.name.endswith((".txt", ".npz", ".csv", ".xz"))}
    assert rows.keys() == present
    for name, digest in rows.items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize(
    "make, source",
    [
        (make_date_formats.make, b"PK"),
        (make_digits.make, gzip.compress(b"0,0,5\n", mtime=0)),
        (make_dinosaur_names.make, b"tyrannosaurus\n"),
        (make_film_opinions.make, b"\x1f\x8b"),
        (make_irish_tunes.make, b"X:1\nM:C\nL:1/8\nK:D Major\nABcd|"),
        (make_japanese_vowels.make, {"TRAIN": b"@data\n1:1\n", "TEST": b"@data\n1:1\n"}),
        (make_named_text.make, b"!<arch>\n"),
        (make_novels.make, b"!<arch>\n"),
        (make_series.make, dict.fromkeys(make_series.SOURCE, b"YEAR,SUNACTIVITY\n")),
        (make_spanish_proverbs.make, b"No hay mal que por bien no venga.\n%\n"),
        (make_surnames.make, b"PK"),
        (make_verses.make, [b"!<arch>\n"] * 2),
    ],
)
def test_a_maker_refuses_another_source(make, source):
    with pytest.raises(ValueError, match="its sha256 differs"):
        make(source)
