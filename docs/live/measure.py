"""Measure the live pages in a Chromium, their bytes and their speed: ``make live-bench``.

For every page: its bytes; the milliseconds from opening the file to the first picture, the median
of five; and of all letters typed and all steps of all sliders the median and the slowest answer:
the work that the page does at once, in milliseconds of its own processor time, so that other
programs on the machine do not count. Where a page goes on in pieces of a few milliseconds, as the
tune does, all pieces up to the next question are counted. (The first picture is measured by the
clock.)
"""

import sys
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests" / "helpers"))
from browser import chromium

PAGES = Path(__file__).resolve().parent.parent.parent / "rnnlib" / "plotting" / "pages"

# What a person could change: for each control the values that are tried, its own at the end.
CHANGES = """() => {
    const changes = [];
    for (const input of document.querySelectorAll("main input:not(:disabled)")) {
        const first = input.value;
        const [low, high] = [Number(input.min), Number(input.max)];
        const text = first || "tyrannosaurus";
        const values = input.type === "range"
            ? Array.from({ length: 9 }, (_, k) => low + ((high - low) * k) / 8)
            : Array.from({ length: text.length + 1 }, (_, k) => text.slice(0, k));
        for (const value of [...values, first]) changes.push([input.id, String(value)]);
    }
    return changes;
}"""
CHANGE = """([id, value]) => {
    const input = document.getElementById(id);
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def measure(browser, path):
    """Milliseconds to the first picture, and (milliseconds, control) of every answer."""
    first = []
    for _ in range(5):
        tour = browser.new_context(viewport={"width": 1000, "height": 900})
        page = tour.new_page()
        page.goto(path.as_uri())
        page.wait_for_timeout(1000)
        paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        first.append(page.evaluate(paint))
        if len(first) == 5:
            answers = measure_answers(tour.new_cdp_session(page), page)
        tour.close()
    return median(first), answers


def measure_answers(session, page):
    """(milliseconds, control) for each change; each one twice, for code is compiled at first."""
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent():
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(1000 * each["value"] for each in metrics if each["name"] == "ScriptDuration")

    answers = []
    for turn in range(2):
        for change in page.evaluate(CHANGES):
            before = spent()
            page.evaluate(CHANGE, change)
            if turn:
                answers.append((spent() - before, change[0]))
            page.wait_for_timeout(20)
    return answers


def main():
    """Print a line for each page that is named, or for all."""
    chosen = sys.argv[1:] or sorted(path.stem for path in PAGES.glob("*.html"))
    print("page             bytes   first picture   answers: median   slowest")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        for name in chosen:
            path = PAGES / f"{name}.html"
            first, answers = measure(browser, path)
            slowest, control = max(answers)
            print(
                f"{name:<12} {path.stat().st_size:>9,} {first:>12.0f} ms "
                f"{median(ms for ms, _ in answers):>14.1f} ms {slowest:>6.1f} ms ({control})",
                flush=True,
            )
        browser.close()


if __name__ == "__main__":
    main()
