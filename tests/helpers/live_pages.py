"""The live pages in a headless Chromium, and the networks whose weights they hold, for tests."""

from __future__ import annotations

import contextlib
import json

import numpy as np
from places import ROOT

from rnnlib.cell_models import CellModel
from rnnlib.dense import DenseParams
from rnnlib.json_params import from_json
from rnnlib.rnn import RNNParams

SOURCES = ROOT / "docs" / "live"
PAGES = ROOT / "rnnlib" / "plotting" / "pages"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def weights(name):
    """What a page's file of weights holds."""
    return json.loads((SOURCES / "weights" / f"{name}.json").read_text(encoding="ascii"))


def speller(stored, V=27):
    """The network that a page of names holds: exactly the numbers that the page reads."""
    H = stored["cell.b_h"]["shape"][0]
    cell = RNNParams(np.zeros((V, H)), np.zeros((H, H)), np.zeros(H))
    return from_json(stored, CellModel(cell, DenseParams(np.zeros((H, V)), np.zeros(V))))


@contextlib.contextmanager
def opened(browser, name, **context):
    """A live page as from disk. Leaves with an error if it complained or asked anybody for more."""
    tour = browser.new_context(**({"viewport": {"width": 1000, "height": 900}} | context))
    tour.set_default_timeout(60_000)
    page, complaints, asked = tour.new_page(), [], []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((PAGES / f"{name}.html").as_uri())
    try:
        yield page
        assert complaints == []
        assert [url for url in asked if not url.startswith("data:")] == asked[:1], asked
    finally:
        tour.close()


def close(got, wanted):
    """Compare numbers of the page with those of the library: to 1e-5, relative where large."""
    np.testing.assert_allclose(np.array(got, float), np.array(wanted), rtol=1e-5, atol=1e-5)
