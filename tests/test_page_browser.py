"""The page in a browser: nothing asks for anything, nothing fails, and what can be pressed does what it says.

It needs Chromium: the one that `DLEXAMPLES_BROWSER` names, or one on the path. Without it these tests are skipped, but
not in continuous integration.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from pages import CASES, MENDED, POST, every_verdict, page_of, passing

from dlexamples.formats import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

ROOT = CASES.parent.parent
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def chromium() -> str:
    named = os.environ.get("DLEXAMPLES_BROWSER", "")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    if not found:
        missing = "no Chromium here: install one, or name it in DLEXAMPLES_BROWSER"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if sys.version_info >= (3, 15):
        pytest.importorskip("playwright", reason="Playwright has no wheels for this Python yet")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        # As root, and in a container, Chromium has no sandbox and little shared memory.
        launched = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages that are opened."""
    folder = tmp_path_factory.mktemp("pages")
    pages = {
        "post": page_of(every_verdict()),
        "several": page_of(every_verdict("a.md"), passing(read(CASES / "document" / "containers.md"))),
        "hostile": page_of(passing(read(CASES / "page" / "hostile.md"))),
        "prose": page_of(passing(read(CASES / "page" / "prose.md"))),
        "swallowing": page_of(passing(read(CASES / "page" / "swallowing.md"))),
    }
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return folder


@contextmanager
def opened(browser: Browser, file: Path, address: str = "", **context: Any) -> Iterator[Page]:
    """The file in a window of its own. Fails where something on it asked for anything or went wrong."""
    with browser.new_context(**{"viewport": WIDE, **context}) as window:
        page = window.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith("data:") else None)
        page.goto(f"{file.as_uri()}{address}")
        assert wrong.pop(0).startswith(file.as_uri())
        yield page
        assert not [each for each in wrong if not each.startswith(file.as_uri())]


def shown(page: Page) -> list[str]:
    return [str(card.get_attribute("data-card")) for card in page.locator("article:visible").all()]


def hash_of(page: Page) -> str:
    return str(page.evaluate("location.hash"))


@pytest.mark.parametrize(
    ("name", "colours", "size"),
    [
        ("post", "light", WIDE),
        ("post", "dark", WIDE),
        ("post", "light", NARROW),
        ("post", "dark", NARROW),
        ("several", "light", NARROW),
        ("several", "dark", WIDE),
        ("hostile", "light", WIDE),
        ("hostile", "dark", NARROW),
        ("prose", "light", NARROW),
        ("prose", "dark", WIDE),
    ],
)
def test_everybody_can_use_the_page(
    browser: Browser, folder: Path, name: str, colours: str, size: dict[str, int]
) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    with opened(browser, folder / f"{name}.html", "#block=training-1", color_scheme=colours, viewport=size) as page:
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        page.evaluate(axe)
        for pressed in (False, True):
            if pressed:  # A filter hides the prose.
                page.evaluate("for (const each of document.querySelectorAll('.filter')) each.click()")
            found = page.evaluate("axe.run()")
            told = [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found["violations"]]
            assert not told
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_filters_show_what_they_name_and_stay_in_the_address(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "post.html") as page:
        everything = shown(page)
        assert len(everything) == 6  # One is in a `<details>` that is shut.
        page.click("[data-show=failed]")
        assert shown(page) == ["training-3"]
        page.click("[data-show=filled]")
        assert shown(page) == ["training-2", "training-3"]
        assert hash_of(page) == "#show=failed,filled"
        assert page.locator(".hits").inner_text() == "2 of 7 fences"
        assert not page.locator("text=A single neuron").is_visible()
        page.reload()
        assert shown(page) == ["training-2", "training-3"]
        assert page.locator(".blocks a:visible").count() == 2
        page.keyboard.press("a")
        assert (shown(page), hash_of(page)) == (everything, "")


@pytest.mark.parametrize("name", ["post", "several"])
def test_a_filter_shows_as_many_blocks_as_it_counts(browser: Browser, folder: Path, name: str) -> None:
    with opened(browser, folder / f"{name}.html") as page:
        everything = shown(page)
        for button in page.locator(".filter").all():
            button.click()
            count, _, rest = page.locator(".hits").inner_text().partition(" of ")
            assert (len(shown(page)), rest.endswith(" fences")) == (int(count), True)
            assert all(each.is_visible() for each in page.locator("details:has(.hit) > summary").all())
            button.click()
            assert shown(page) == everything
    with opened(browser, folder / f"{name}.html", "#show=skipped") as page:
        (skipped,) = shown(page)
        page.keyboard.press("j")
        page.keyboard.press("a")
        assert skipped in shown(page), "the opened block is not hidden again"


def test_the_switch_turns_a_card_and_all_cards(browser: Browser, folder: Path) -> None:
    def kinds(page: Page) -> list[int]:
        return [
            page.locator(f"article[data-card='training-1'] .{kind}:visible").count() for kind in ("same", "del", "ins")
        ]

    with opened(browser, folder / "post.html") as page:
        card = page.locator("article[data-card='training-1']")
        assert kinds(page) == [3, 1, 3]
        card.locator(".fold button").click()
        assert kinds(page) == [11, 1, 3]
        card.get_by_role("button", name="published").click()
        assert (kinds(page), hash_of(page)) == ([11, 1, 0], "#block=training-1&as=published")
        page.reload()
        assert kinds(page) == [11, 1, 0]
        assert page.locator("article[data-card='training-2']").get_attribute("data-view") == "diff"
        page.locator(".top [data-view=runnable]").click()
        assert (kinds(page), hash_of(page)) == ([11, 0, 3], "#view=runnable&block=training-1")
        assert page.locator("article[data-card='training-2']").get_attribute("data-view") == "runnable"
        page.keyboard.press("v")
        assert card.get_attribute("data-view") == "diff"


def test_the_runnable_block_is_copied(browser: Browser, folder: Path) -> None:
    from playwright.sync_api import expect

    with opened(browser, folder / "post.html", permissions=["clipboard-read", "clipboard-write"]) as page:
        for view in ("diff", "published", "runnable"):
            card = page.locator("article[data-card='training-1']")
            card.get_by_role("button", name=view, exact=True).click()
            page.evaluate("navigator.clipboard.writeText('')")
            expect(card.locator("[data-copy]")).to_have_text("Copy runnable")
            card.locator("[data-copy]").click()
            page.wait_for_function(
                "document.querySelector('[data-copy]') && navigator.clipboard.readText().then(Boolean)"
            )
            assert page.evaluate("navigator.clipboard.readText()") == MENDED
            expect(card.locator("[data-copy]")).to_have_text("Copy runnable")
        assert page.locator("article[data-card='training-3'] [data-copy]").inner_text() == "Copy"
        page.locator("article[data-card='training-3'] [data-copy]").click()
        page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('1'))")
        assert page.evaluate("navigator.clipboard.readText()") == "1 / 0\n"


def test_keys_lead_from_block_to_block(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "post.html") as page:
        opened_blocks = []
        for key in "jnkpjjjjjjjjj":
            page.keyboard.press(key)
            opened_blocks.append(hash_of(page).removeprefix("#block="))
        names = ["xor-with-two-layers-1", *(f"training-{number}" for number in range(1, 6))]
        assert opened_blocks[:5] == [names[0], names[1], names[0], names[0], names[1]]
        assert opened_blocks[-1] == names[-1]
        assert page.evaluate("document.activeElement.dataset.card") == names[-1]
        assert page.locator("article.current:visible").count() == 1
        page.keyboard.press("?")
        assert page.get_by_role("dialog").is_visible()
        page.keyboard.press("Escape")
        assert not page.get_by_role("dialog").is_visible()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_theme_is_the_readers_until_it_is_turned(browser: Browser, folder: Path, colours: str) -> None:
    def ground(page: Page) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    with opened(browser, folder / "post.html", color_scheme=colours) as page:
        grounds = {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 19, 24)"}
        assert ground(page) == grounds.pop(colours)
        page.get_by_role("button", name="Light or dark").click()
        (other,) = grounds.values()
        assert ground(page) == other
        page.reload()
        assert ground(page) == other
        page.emulate_media(media="print")
        assert ground(page) == "rgb(255, 255, 255)"
        assert not page.locator(".tools").first.is_visible()


@pytest.mark.parametrize(("name", "count"), [("hostile", 6), ("swallowing", 1)])
def test_nothing_of_a_hostile_post_happens(browser: Browser, folder: Path, name: str, count: int) -> None:
    with opened(browser, folder / f"{name}.html", "#block=<img%20src=x%20onerror=hit(0)>&show=__proto__") as page:
        assert len(shown(page)) == count
        assert page.evaluate("typeof hit") == "undefined"
        assert page.evaluate("document.querySelectorAll('script, style').length") == 2
        for each in page.locator("article").all():
            assert each.is_visible()


def style_of(page: Page, selector: str, name: str) -> str:
    """The computed style of the first element that the selector names."""
    return str(page.locator(selector).first.evaluate("(element, name) => getComputedStyle(element)[name]", name))


def test_what_an_author_strikes_out_or_underlines_looks_like_it(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "prose.html") as page:
        for each in page.locator(".prose s").all():
            assert each.evaluate("(s) => getComputedStyle(s).fontSize") == style_of(page, ".prose p", "fontSize")
            assert each.evaluate("(s) => getComputedStyle(s).textDecorationLine") == "line-through"
            assert each.evaluate("(s) => getComputedStyle(s, '::before').content") == "none"
        assert style_of(page, ".prose u", "textDecorationStyle") == "solid"
    with opened(browser, folder / "hostile.html") as page:
        assert style_of(page, ".card s", "fontSize") == "0px"
    with opened(browser, folder / "post.html") as page:
        assert style_of(page, ".card u.m-warning", "textDecorationStyle") == "wavy"
        assert style_of(page, ".card u.m-error", "textDecorationColor") == style_of(page, ".note.error a", "color")


def test_output_has_the_colours_that_it_asks_for(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "post.html") as page:
        red = style_of(page, ".a-1", "color")
        assert red not in {style_of(page, "body", "color"), style_of(page, ".a-on-2", "color")}
        assert style_of(page, ".a-1.a-on-3", "color") == red
        grounds = {style_of(page, selector, "backgroundColor") for selector in (".a-on-2", ".a-on-3", ".a-1")}
        assert len(grounds) == 3


def test_what_tells_a_block_from_others_is_in_sight(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "post.html") as page:
        assert page.locator(".blocks .name").all_text_contents()[:2] == ["xor-with-two-layers-1", "training-1"]
        long = "figures-bars-and-columns-of-several-tables"
        page.evaluate("(long) => document.querySelectorAll('.name span').forEach((s) => s.textContent = long)", long)
        lines = page.locator(".blocks small").first.bounding_box()
        assert lines
        for name in page.locator(".blocks .name").all():
            assert name.evaluate("(name) => name.scrollWidth <= name.clientWidth")
            ends = name.evaluate(
                "(name) => { const range = document.createRange(); range.selectNode(name.lastChild);"
                " return range.getBoundingClientRect().right }"
            )
            assert ends <= lines["x"]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_what_differs_and_what_is_supplied_has_its_ground(browser: Browser, folder: Path, colours: str) -> None:
    with opened(browser, folder / "post.html", color_scheme=colours) as page:
        rows = (".r.same", ".r.del", ".r.ins:not(.supplied)", ".r.supplied")
        card = "article[data-card='training-1'] "
        assert len({style_of(page, card + row, "backgroundColor") for row in rows}) == 4
        page.click(".top [data-view=runnable]")
        same, inserted, supplied = (
            style_of(page, card + row, "backgroundColor") for row in (rows[0], rows[2], rows[3])
        )
        assert same == inserted != supplied
        assert page.locator(".supplied em:visible").all_inner_texts() == ["XOR_data: real", "XOR_data: synthetic"]


def test_figures_and_curves_are_in_sight(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "post.html") as page:
        assert page.locator(".figures img:visible").count() == 2
        assert page.evaluate("[...document.querySelectorAll('.figures img')].every((each) => each.naturalWidth == 1)")
        widths = [box["width"] for svg in page.locator("svg").all() if (box := svg.bounding_box())]
        assert min(widths) > 300
        assert style_of(page, "polyline", "stroke") == style_of(page, ".blocks + .prose a", "color")
        assert style_of(page, ".plot", "fontSize") == "12px"


def test_keys_copy_and_turn_the_theme(browser: Browser, folder: Path) -> None:
    from playwright.sync_api import expect

    with opened(browser, folder / "post.html", permissions=["clipboard-read", "clipboard-write"]) as page:
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("c")
        expect(page.locator("article[data-card='training-1'] [data-copy]")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == MENDED
        before = style_of(page, "body", "backgroundColor")
        page.keyboard.press("t")
        assert style_of(page, "body", "backgroundColor") != before


def test_a_block_is_copied_where_the_clipboard_is_refused(browser: Browser, folder: Path) -> None:
    from playwright.sync_api import expect

    with opened(browser, folder / "post.html") as page:
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
        page.evaluate("() => { document.execCommand = (name) => { copied = [name, document.activeElement.value]; }; }")
        page.locator("article[data-card='training-1'] [data-copy]").click()
        expect(page.locator("article[data-card='training-1'] [data-copy]")).to_have_text("Copied")
        assert page.evaluate("copied") == ["copy", MENDED]
        assert page.locator("textarea").count() == 0


def test_all_is_unfolded_on_paper(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "several.html") as page:
        folded = page.locator("details:not([open])").count()
        assert folded
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details:not([open])").count() == folded


def test_the_page_of_the_first_post_is_small_and_for_everybody(browser: Browser, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dlexamples", "check", "--html", "page.html", str(ROOT / "post.md")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    file = tmp_path / "page.html"
    assert file.exists(), done.stderr
    assert file.stat().st_size < 100_000
    axe = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    for colours, size in (("light", WIDE), ("dark", NARROW)):
        with opened(browser, file, color_scheme=colours, viewport=size) as page:
            assert page.locator("article:visible").count() == 3
            assert page.locator("svg:visible").count() == 3
            page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
            page.evaluate(axe)
            assert [each["id"] for each in page.evaluate("axe.run()")["violations"]] == []
            assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_the_header_is_as_high_as_what_is_in_it(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "post.html") as page:
        heights = []
        for width in (1280, 390, 700, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            heights.append(page.evaluate("document.querySelector('.top').offsetHeight"))
        assert heights[0] == heights[-1] < heights[1]
        switch = page.locator(".top .switch").bounding_box()
        assert switch
        assert switch["x"] > 640, "what does not fit into its line stands on the right, too"


def test_a_code_leads_to_its_explanation(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "post.html", "#show=repaired") as page:
        assert not page.get_by_text("Why it happens").first.is_visible()
        page.locator(".note a", has_text="DL201").click()
        assert page.locator("#DL201").get_by_text("Why it happens").is_visible()
        assert shown(page) == ["training-1"]


def test_an_address_opens_the_post_of_a_block(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "several.html") as page:
        assert shown(page) == []
    with opened(browser, folder / "several.html", "#block=1.training-5") as page:
        assert "1.training-5" in shown(page)
        assert page.locator("details.post[open]").count() == 1
        page.click("[data-show=failed]")
        assert page.locator("details.post:visible").count() == 1


def test_without_script_everything_is_there(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "post.html", java_script_enabled=False) as page:
        page.locator("summary", has_text="More").click()
        assert len(shown(page)) == POST.count("```") / 2
