"""The page as text: what is in it, what is not, and where its cards stand."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
import re
import time
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pages import CASES, MENDED, POLICY, diagnostic, every_verdict, outcome, page_of, passing, png

from dlexamples import reports
from dlexamples.formats import parse, read, rendered
from dlexamples.model import Applicability, Claim, Curve, Fill, Fix, Report, Reports, Verdict
from dlexamples.page import write_page
from dlexamples.reports.html.curves import HEIGHT, MOST, WIDTH, drawn
from dlexamples.reports.html.highlight import Mark, as_html, coloured
from dlexamples.reports.html.screen import MOST_LINES, shown
from dlexamples.reports.rebuilt import rebuilt

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTS = sorted(
    path
    for family in ("document", "markers", "page", "recovery", "verdicts")
    for path in (CASES / family).rglob("*")
    if path.suffix in {".md", ".mdx", ".qmd", ".ipynb"}
)
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr", "col"}


class Elements(HTMLParser):
    """The elements of a page: each with its attributes and the elements around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.ends: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), list(self._open)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), list(self._open)))

    def handle_endtag(self, tag: str) -> None:
        self.ends.append(tag)
        assert self._open.pop() == tag

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes, _ in self.found if name == tag)

    def around(self, card: str) -> list[str]:
        """The elements round the card of a block."""
        return next(around for tag, found, around in self.found if tag == "article" and found["data-card"] == card)


def cards(html: str) -> list[str | None]:
    return [attributes["data-card"] for attributes in Elements(html).all("article")]


@pytest.mark.parametrize("path", POSTS, ids=[path.relative_to(CASES).as_posix() for path in POSTS])
def test_every_outcome_has_one_card_in_the_order_of_the_post(path: Path) -> None:
    document = read(path)
    pieces = rendered(document)
    assert [piece for piece in pieces if isinstance(piece, int)] == list(range(len(document.blocks)))
    assert cards(page_of(passing(document))) == [block.id for block in document.blocks]


def test_cards_stand_where_their_blocks_do() -> None:
    report = every_verdict()
    found = Elements(page_of(report))
    ids = [block.id for block in report.document.blocks]
    prose = found.around(ids[0])
    inside = [found.around(name)[len(prose) :] for name in ids]
    assert inside == [[], [], ["ol", "li"], ["blockquote"], ["div"], ["details"], []]


def test_a_block_without_a_place_stands_after_the_text_before_it() -> None:
    from dlexamples.formats.rendering import with_all

    assert with_all(("a", 1, "b"), 4) == ("a", 0, 1, "b", 2, 3)
    assert with_all(("a",), 2) == ("a", 0, 1)


def test_nothing_of_a_hostile_post_runs_styles_or_asks() -> None:
    html = page_of(passing(read(CASES / "page" / "hostile.md")))
    found = Elements(html)
    assert [len(list(found.all(tag))) for tag in ("script", "style", "article")] == [1, 1, 6]
    forbidden = {"iframe", "object", "embed", "base", "video", "audio", "mglyph", "template", "textarea", "select"}
    assert not forbidden & {tag for tag, _, _ in found.found}
    for tag, attributes, _ in found.found:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcset", "formaction"}]
        assert (attributes.get("src") or "data:image/png").startswith("data:image/png"), tag
        href = attributes.get("href") or "#"
        assert tag == "link" or href.startswith(("#", "http://", "https://", "mailto:")), href
    assert [attributes.get("id") for attributes in found.all("article")].count("block=forged") == 0
    assert html.count("{{ 7 * 7 }}") == 1
    titles = [attributes["title"] for attributes in found.all("a") if attributes.get("title")]
    assert titles == ["<table onclick=hit(27)>", "<img><iframe src=x>"]
    assert "<math><mi>x</mi></math>" in html, "HTML is not shown as it is written, but as what it may be"
    for tag in ("textarea", "title", "plaintext"):
        assert f"Never closed: &lt;{tag}&gt;" in html


def test_the_policy_names_the_style_and_the_script_alone() -> None:
    html = page_of(every_verdict())
    policy = next(a["content"] for a in Elements(html).all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "img-src data:" in policy


def test_the_page_of_a_json_report_is_that_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = every_verdict()
    stream = io.StringIO()
    reports.write("json", [report], POLICY, stream)
    again = rebuilt(json.loads(stream.getvalue())["documents"][0], parse(report.document.path, report.document.text))
    assert page_of(again) == page_of(report)


def test_the_page_is_written_beside_posts_that_were_named(tmp_path: Path) -> None:
    write_page(tmp_path / "page.html", Reports((every_verdict(),), problems=("b.md: no such <file>",)), POLICY)
    html = (tmp_path / "page.html").read_text("utf-8")
    assert "b.md: no such &lt;file&gt;" in html
    assert "✗ posts/xor.md · dlexamples" in html


def test_a_card_says_what_became_of_its_block() -> None:
    html = page_of(every_verdict())
    text = re.sub(r"[ \n]+", " ", re.sub(r"<[^>]*>", " ", html.partition("<main>")[2]))
    for said in (
        "what DL201 says of it xor.md:28",
        "line 27 model is made here",
        "fix train with a for loop unsafe fix · verified on CPU in 0.6\N{NO-BREAK SPACE}s",
        "help a smaller loop never written: only you know what is meant",
        "4\N{MULTIPLICATION SIGN}2 float32 · the name",
        "XOR_data: real",
        "8 unchanged lines",
        "needs result from block xor-1",
        "needs 8 GPUs",
        "0.7 0.1 step 1 49 loss 0.7 → 0.1 4 points, one in 16 steps, line 7, 1 not finite",
        "0.9 0.5 accuracy 0.5 → 0.9 2 points",
        "100%|████|",
    ):
        assert said in text, said
    assert "10%|█   |" not in text.replace("100%", "")
    assert html.count("data:image/png;base64,") == 2


def heads(html: str) -> list[str]:
    """The words at the top of each card."""
    found = re.findall(r'<div class="head">(.*?)</div>', html, re.DOTALL)
    return [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", each))).strip() for each in found]


def test_the_head_of_a_card_says_all_of_its_block() -> None:
    assert heads(page_of(every_verdict())) == [
        "✓ passed xor-with-two-layers-1 xor.md:5 · CPU · 0.2 s Copy",
        "~ repaired not accepted training-1 xor.md:16 · CPU · 0.6 s published runnable diff Copy runnable",
        "+ filled training-2 xor.md:33 · CPU · 0.2 s published runnable diff Copy runnable",
        "✗ failed not accepted training-3 xor.md:39 · CPU · 0.2 s Copy",
        "⊘ blocked not accepted training-4 xor.md:45 Copy",
        "\N{EN DASH} skipped training-5 xor.md:51 Copy",
        "· not Python training-text-1 xor.md:57 · text · the info string says text Copy",
    ]


def test_the_head_names_the_session_where_there_are_several() -> None:
    report = every_verdict()
    names = ("session-1", "session-2", "session-1", "session-2", "", "", "")
    each = zip(report.outcomes, names, strict=True)
    outcomes = tuple(replace(outcome, session=name) for outcome, name in each)
    first, second, *_ = heads(page_of(replace(report, outcomes=outcomes)))
    assert first == "✓ passed xor-with-two-layers-1 xor.md:5 · session-1 · CPU · 0.2 s Copy"
    assert "xor.md:16 · session-2 · CPU · 0.6 s" in second


def test_a_curve_is_lines_and_points() -> None:
    found = Elements(page_of(every_verdict()))
    lines = [(each.get("class"), each["points"]) for each in found.all("polyline")]
    assert lines == [(None, "6,6 108.7,48"), ("dot", "314.0,90.0 314.0,90.0"), (None, "6,90 314,6")]
    assert [each["aria-label"] for each in found.all("svg")] == [
        "loss over 4 points, one in 16 steps, 1 of them not finite: from 0.7 to 0.1, lowest 0.1, highest 0.7",
        "accuracy over 2 points: from 0.5 to 0.9, lowest 0.5, highest 0.9",
    ]


def test_several_posts_are_an_index() -> None:
    found = Elements(page_of(every_verdict("a.md"), every_verdict("b.md")))
    assert [attributes["id"] for attributes in found.all("details") if attributes.get("class") == "post"] == [
        "post=1",
        "post=2",
    ]
    anchors = [attributes["id"] for attributes in found.all("article")]
    assert len(set(anchors)) == len(anchors) == 14
    assert {"p1-training", "p2-training"} <= {str(attributes.get("id")) for attributes in found.all("h2")}


def test_an_empty_post_has_a_page() -> None:
    html = page_of(Report(parse(Path("empty.md"), ""), ()))
    assert "no Python block" in html


def test_what_shows_nothing_is_in_sight_and_is_kept() -> None:
    (line,) = coloured("x = '\u202e\x1b'", "python")
    html = as_html(line)
    assert '<s data-c="U+202E">\u202e</s>' in html
    assert '<s data-c="U+001B">\x1b</s>' in html


def test_a_mark_holds_its_columns_across_colours() -> None:
    (line,) = coloured("model.fit(1)", "python")
    html = as_html(line, (Mark(6, 11, "m-error", "<here>"), Mark(0, 8, "m-related")))
    assert re.sub(r"</?span[^>]*>", "", html) == (
        '<u class="m-related">model.</u><u class="m-error" title="&lt;here&gt;">fit(1</u>)'
    )


@pytest.mark.parametrize("language", ["python", "pycon", "bash", "text", "no-such-language", "console", "html"])
def test_colours_lose_nothing(language: str) -> None:
    source = "\n\n>>> x = '''\n  <b>&amp;</b>\t\x0c\u2028\n'''\n$ ls \\\n\n"
    lines = coloured(source, language)
    assert ["".join(piece.text for piece in line) for line in lines] == source.split("\n")


@pytest.mark.parametrize(
    ("output", "left"),
    [
        ("a\nb\n", "a\nb"),
        ("a\r\nb\r\n", "a\nb"),
        (" 10%\r 50%\r100%\n", "100%"),
        ("long line\rshort\n", "shortline"),
        ("long line\r\x1b[Kshort\n", "short"),
        ("1/2\b\b\b2/2\n", "2/2"),
        ("a\tb", "a       b"),
        ("one\ntwo\n\x1b[2Aupper\n", "upper\ntwo"),
        ("x\x1b[2J\x1b[Hy", " y"),
        ("\x1b]0;title\x07text\x1b[?25l", "text"),
        ("\b\b\x1b[5Aa", "a"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("日本語|\rAB", "AB本語|"),
        ("日本\rA", "A 本"),
        ("AB本\r日\b\b C", " C本"),
        ("日本\r 語|", " 語|"),
        ("e\u0301日\u0301\tx\ryz", "yz      x"),
        ("\u0301\ta", "\u0301       a"),
    ],
)
def test_output_is_left_as_a_terminal_leaves_it(output: str, left: str) -> None:
    assert re.sub(r"<[^>]*>", "", str(shown(output).html)).rstrip() == left


@pytest.mark.parametrize(
    ("sequence", "classes"),
    [
        ("31", "a-1"),
        ("1;32", "a-2 a-bold"),
        ("93", "a-11"),
        ("38;5;196", "a-1"),
        ("38;2;0;0;255", "a-4"),
        ("48;5;1", "a-on-1"),
        ("31;43", "a-1 a-on-3"),
        ("7", "a-inverse"),
        ("7;31", "a-on-1"),
        ("7;31;43", "a-3 a-on-1"),
        ("2;3;4", "a-dim a-italic a-underline"),
    ],
)
def test_colours_are_classes(sequence: str, classes: str) -> None:
    assert str(shown(f"\x1b[{sequence}mx\x1b[0m y").html) == f'<span class="{classes}">x</span> y'


def test_of_long_output_both_ends_are_shown() -> None:
    found = shown("".join(f"{number}\n" for number in range(10_000)))
    lines = str(found.html).split("\n")
    assert (found.lines, len(lines)) == (10_000, MOST_LINES + 1)
    assert (lines[0], lines[-1]) == ("0", "9999")
    assert "9,600 lines left out" in lines[MOST_LINES // 2]


def test_a_curve_is_drawn_in_its_box() -> None:
    found = drawn(Curve("loss", tuple(1 / (step + 1) for step in range(10_000))))
    assert found
    (line,) = found.lines
    points = [tuple(map(float, point.split(","))) for point in line.split()]
    assert len(points) <= 2 * MOST
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert points == sorted(points)
    assert found.label == "loss over 10,000 points: from 1 to 0.0001, lowest 0.0001, highest 1"


def test_a_curve_has_gaps_where_it_is_not_finite() -> None:
    found = drawn(Curve("loss", (1.0, 2.0, math.nan, 3.0, math.inf)))
    assert found
    assert (len(found.lines), len(found.dots), found.not_finite) == (1, 1, 2)
    assert drawn(Curve("loss", (math.nan,))) is None
    assert drawn(Curve("loss", ())) is None
    assert drawn(Curve("loss", (2.0, 2.0)))


@pytest.mark.parametrize(
    ("curve", "said"),
    [
        (Curve("loss", (1.0, 2.0)), ("2 points", "", "")),
        (Curve("loss", (1.0, 2.0), unit="epoch"), ("2 epochs", "epoch 1", "2")),
        (Curve("loss", (1.0,), unit="epoch"), ("1 epoch", "epoch 1", "")),
        (Curve("loss", (1.0,) * 100, unit="step", every=16), ("100 points, one in 16 steps", "step 1", "1,585")),
    ],
)
def test_a_curve_says_what_it_is_over(curve: Curve, said: tuple[str, str, str]) -> None:
    found = drawn(curve)
    assert found
    assert (found.count, found.first, found.last) == said


def test_the_published_and_the_runnable_text_are_in_the_rows() -> None:
    from dlexamples.reports.html.cards import cards as cards_of

    report = every_verdict()
    card = cards_of(report, POLICY, "")[1]
    rows = [row for section in card.code.sections for row in section.rows]

    def text(kinds: set[str]) -> str:
        plain = (re.sub(r"<[^>]*>", "", str(row.code)) for row in rows if row.kind in kinds)
        return "".join(f"{row}\n" for row in plain)

    assert text({"same", "del"}) == report.document.blocks[1].source
    assert text({"same", "ins"}) == MENDED
    assert [row.before for row in rows if row.before] == list(range(17, 29))
    assert [row.after for row in rows if row.after] == list(range(1, 15))
    assert [(row.supplied, row.claim) for row in rows if row.supplied] == [("XOR_data", "real")]
    assert [len(section.rows) for section in card.code.sections if section.folded] == [8]


def test_the_claim_of_data_stands_where_they_are() -> None:
    from dlexamples.reports.html.cards import cards as cards_of

    document = parse(Path("post.md"), "```python\nprint(XOR_data)\n```\n")
    source = "import numpy as np\n\nXOR_data = np.array(\n    [[0, 0]]\n)\n"
    fill = Fill("XOR_data", "xor", Claim.REAL, (1, 2), "int64", "the name", source)
    (block,) = document.blocks
    runnable = f"{source}{block.source}"
    report = Report(document, (outcome(block, Verdict.FILLED, runnable_source=runnable, fills=(fill,)),))
    rows = [row for section in cards_of(report, POLICY, "")[0].code.sections for row in section.rows]
    assert [(row.supplied, row.claim) for row in rows] == [
        ("XOR_data", ""),
        ("", ""),
        ("XOR_data", "real"),
        ("XOR_data", ""),
        ("XOR_data", ""),
        ("", ""),
    ]


@pytest.mark.parametrize(
    ("ran", "said"), [("CPU in 0.0 s", "CPU in < 0.1\xa0s"), ("CPU in 10.0 s", "CPU in 10.0\xa0s")]
)
def test_how_long_a_fix_ran_is_told_as_in_the_head(ran: str, said: str) -> None:
    document = parse(Path("post.md"), "```python\n1 / 0\n```\n")
    (block,) = document.blocks
    found = diagnostic(block, 1, "DL201", fix=Fix(Applicability.SAFE, "it", ran))
    assert f"verified on {said}" in unescape(
        page_of(Report(document, (outcome(block, Verdict.FAILED, diagnostics=(found,)),)))
    )


def test_what_stands_for_a_prompt_is_the_runnable_text() -> None:
    from dlexamples.reports.html.cards import cards as cards_of

    document = parse(Path("post.md"), "> ```pycon\n> >>> x = 1\n> >>> x\n> 1\n> >>> y = 2\n> >>> z = 3\n> ```\n")
    card = cards_of(passing(document), POLICY, "")[0]
    rows = [row for section in card.code.sections for row in section.rows]
    assert (card.view, card.copied) == ("published", "Copy the runnable block")
    assert not any(section.folded for section in card.code.sections)
    told, run = (
        [re.sub(r"<[^>]*>", "", str(text)).replace("&gt;", ">") for text in texts]
        for texts in ([row.code for row in rows], [row.runnable or row.code for row in rows])
    )
    assert told == [">>> x = 1", ">>> x", "1", ">>> y = 2", ">>> z = 3"]
    assert run == document.blocks[0].source.split("\n")[:-1]


def test_small_images_of_the_post_are_in_the_page_and_others_are_told(tmp_path: Path) -> None:
    (tmp_path / "posts" / "img").mkdir(parents=True)
    (tmp_path / "posts" / "img" / "a b.png").write_bytes(png())
    (tmp_path / "posts" / "not.png").write_bytes(b"secret")
    (tmp_path / "posts" / "large.png").write_bytes(png() + b"\0" * 100_000)
    (tmp_path / "outside.png").write_bytes(png())
    text = (
        "![one](img/a%20b.png) ![two](not.png) ![three](large.png) ![four](../outside.png) "
        '![five](https://evil.example/x.png) <img src="img/a b.png" alt="six" width="20">\n'
    )
    html = "".join(map(str, rendered(parse(tmp_path / "posts" / "post.md", text))))
    images = list(Elements(html).all("img"))
    assert [(image["alt"], image.get("width")) for image in images] == [("one", None), ("six", "20")]
    assert html.count(base64.b64encode(png()).decode()) == 2
    for told in ("not.png", "large.png", "../outside.png"):
        assert f"<code>{told}</code>" in html
    assert '<span class="md-image" title="https://evil.example/x.png"><i>five</i></span>' in html


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("a.md", "> [!TIP]\n> Do it.\n", ['<div class="md-box"><p class="md-title">Tip</p>\n<p>Do it.</p>']),
        ("a.md", "- [x] done\n- [ ] to do\n- [y] no\n", ["<li>☑ done</li>\n<li>☐ to do</li>\n<li>[y] no</li>"]),
        ("a.md", "1. [X] *it*\n\n   more\n", ["<p>☑ <em>it</em></p>"]),
        ("a.md", "https://a.org/b_c_(e)?f&g, www.b.org.\n", ['"https://a.org/b_c_(e)?f&amp;g"', ">www.b.org</a>."]),
        ("a.md", "(https://a.org/b) `https://c.org`\n", [">https://a.org/b</a>) <code>https://c.org</"]),
        ("a.md", "a xhttps://d.org\n", ["a xhttps://d.org"]),
        ("a.md", "[a https://b.org](https://c.org) javascript://e.org/%0ahit(1)\n", ["b.org</a> javascript:"]),
        ("a.md", '<iframe src="https://a.org/?b&amp;c" title="A film"></iframe>\n', ['b&amp;c"><i>A film</i></span>']),
        ("a.md", "<p>a <iframe src='x.html'>old</iframe></p>\n", ['title="x.html"><code>x.html</code></span></p>']),
        ("a.md", "!!! note \"Mind\"\n    it\n", ['<div class="md-box"><p class="md-title">Mind</p>\n<p>it</p>']),
        ("a.md", "=== \"PyTorch\"\n\n    it\n", ['<div class="md-tab"><p class="md-title">PyTorch</p>\n<p>it</p>']),
        ("a.md", "::: warning\nit\n:::\n", ['<div class="md-box"><p class="md-title">Warning</p>\n<p>it</p>\n</div>']),
        ("a.qmd", "::: {.callout-tip title=\"T\"}\nit\n:::\n", ['<p class="md-title">T</p>\n<p>it</p>\n</div>']),
        ("a.md", "$x_1 * y_1$ and $5 to $6 a\n", ["<msub><mi>x</mi><mn>1</mn></msub><mo>", "</span> and $5 to $6 a"]),
        ("a.md", "$$\n\\frac{1}{2}\n$$\n", ['<math display="block"><mrow><mfrac>']),
        ("a.md", "$$\n\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}\n$$\n", ["</mtr><mtr>", "<mi>d</mi></mtd>"]),
        ("a.md", "$\\begin{alignedat}{2} a &= b \\end{alignedat}$\n", ['"right"><mi>a</mi></mtd><mtd column']),
        ("a.md", "$\\begin{eqnarray*} a &=& b \\end{eqnarray*}$\n", ['<mtd columnalign="center"><mo>=</mo></mtd>']),
        ("a.md", "$\\begin{gathered} a \\\\ b \\end{gathered}$\n", ["<mi>a</mi></mtd></mtr><mtr><mtd><mi>b</mi>"]),
        ("a.md", "$\\begin{multline} a \\\\ b \\end{multline}$\n", ["<mi>a</mi></mtd></mtr><mtr><mtd><mi>b</mi>"]),
        ("a.md", "$a \\\\ b$, $a & b$.\n", ['"md-math">a \\\\ b</span>, <span class="md-math">a &amp; b</span>.']),
        ("a.md", "$\\mathop{\\mathbb{E}}_{x}$\n", ["<msub><mrow><mi>\U0001d53c</mi></mrow><mrow><mi>x</mi>"]),
        ("a.md", "$\\mathop{a \\mathop{b} +}$\n", ["<mrow><mi>a</mi><mrow><mi>b</mi></mrow><mo>+</mo></mrow>"]),
        ("a.md", "$\\unknown{x}$ and $x^$.\n", ['"md-math">\\unknown{x}</span> and <span class="md-math">x^</span>.']),
        ("a.md", "$\\text{<img src=x onerror=hit()>}<script>$\n", ["<mtext></mtext>"]),
        ("a.md", "| a |\n|--:|\n| 1 |\n", ['<th align="right">a</th>', '<td align="right">1</td>']),
        ("a.md", "---\ntitle: 'T & U'\n---\ntext\n", ["<h1>T &amp; U</h1>\n<p>text</p>"]),
        ("a.md", "---\ntitle: T\n---\n# Own\n", ['<h1 id="own">Own</h1>']),
        ("a.md", "[a](#own)\n\n# Own\n\n# Own\n", ['href="#own"', '<h1 id="own">', '<h1 id="own-1">']),
        ("a.mdx", "# Own title[[own]]\n", ['<h1 id="own">Own title</h1>']),
        ("a.qmd", "# Own title {#sec-own .unnumbered}\n", ['<h1 id="sec-own">Own title</h1>']),
        ("a.md", "# A {{ b }} {c}\n", ["A {{ b }} {c}</h1>"]),
        ("a.md", "note[^1]\n\n[^1]: the note\n", ["the note"]),
        ("a.mdx", "import X from 'y'\n\n<X a={[{b: \">\"}]}>in {/* no */}it</X>\n", ["<p>in it</p>"]),
        ("a.mdx", '<TabItem label="JAX">\n\nit\n\n</TabItem>\n', ['<p class="md-title">JAX</p>']),
    ],
)  # fmt: skip
def test_prose_is_shown_as_its_site_shows_it(name: str, text: str, parts: list[str]) -> None:
    html = "".join(map(str, rendered(parse(Path(name), text))))
    for part in parts:
        assert part in html, html


def test_what_swallows_a_block_is_shown_as_it_is() -> None:
    html = "".join(map(str, rendered(read(CASES / "page" / "swallowing.md"))))
    assert "&lt;mglyph&gt;" in html
    assert html.endswith("<p>In sight.</p>\n")


@pytest.mark.parametrize(
    "above", ["<title>", "<textarea>", "<script>", "<select>", "<!--", "<template>", "<table>", "<svg>", "$$", "<b"]
)
def test_what_is_never_closed_swallows_no_block(above: str) -> None:
    document = parse(Path("post.md"), f"# A\n\n```python\nx = 1\n```\n\n{above}\n\n```python\ny = 2\n```\n\nthe end\n")
    assert cards(page_of(passing(document))) == [block.id for block in document.blocks]


def test_many_that_are_never_closed_cost_no_more_than_one() -> None:
    document = parse(Path("post.md"), "<div>\n" + "<script>x <style>y\n" * 20_000 + "</style>\n")
    started = time.monotonic()
    html = "".join(map(str, rendered(document)))
    assert time.monotonic() - started < 20
    assert html.count("&lt;script&gt;") == 1


def test_hidden_code_has_its_card_below_its_comment() -> None:
    document = parse(Path("post.md"), "above\n\n<!-- dlexamples: setup\nx = 1\n-->\n\nbelow\n")
    assert [block.form for block in document.blocks] == ["comment"]
    above, number, below = rendered(document)
    assert ("above" in str(above), number, "below" in str(below)) == (True, 0, True)


def test_a_notebook_has_its_cells_in_place() -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "text <script>1</script>"]},
        {"cell_type": "code", "metadata": {}, "source": ["x = 1"], "outputs": [], "execution_count": None},
        {"cell_type": "markdown", "metadata": {}, "source": ["- in a list\n", "\n", "  ```python\n", "  y\n", "  ```"]},
        {"cell_type": "raw", "metadata": {}, "source": ["raw <b>"]},
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 2}, indent=1)
    report = passing(parse(Path("post.ipynb"), text))
    found = Elements(html := page_of(report))
    assert cards(html) == [block.id for block in report.document.blocks]
    assert found.around(report.document.blocks[1].id)[-2:] == ["ul", "li"]
    assert "raw &lt;b&gt;" in html


def test_half_a_surrogate_pair_is_written(tmp_path: Path) -> None:
    report = every_verdict()
    document = parse(Path("post.md"), "```python\nx = '\ud800'\n```\n")
    write_page(tmp_path / "page.html", Reports((report, passing(document))), POLICY)
    assert "U+D800" in (tmp_path / "page.html").read_text("utf-8")


def test_the_page_is_small() -> None:
    html = page_of(every_verdict())
    assert len(html.encode()) < 60_000


def test_verdicts_have_words_and_marks() -> None:
    from dlexamples.reports.html.cards import MARKS, WORDS
    from dlexamples.reports.html.summary import ORDER

    assert set(MARKS) == set(WORDS) == set(ORDER) == set(Verdict)
