"""Files that a post reads and never makes: what lies beside the cases `cases/fill/file-*.md`."""

from __future__ import annotations

import ast
import importlib.util
import json
import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from filling import fill, quiet

from dlexamples.paths import files_made, files_named

CASES = sorted((Path(__file__).parent / "cases" / "fill").glob("file-*.md"))

PLAIN = r"""
import contextlib, io, json, os, sys, tempfile
sys.modules["dlexamples"] = None
problems = {}
for name, text in json.load(sys.stdin).items():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(text, name, "exec"), {"__name__": "__main__"})
        except Exception as error:
            problems[name] = repr(error)
        os.chdir("/")
json.dump(problems, sys.stderr)
sys.exit(bool(problems))
"""


def test_what_is_made_needs_nothing_of_ours() -> None:
    texts = {
        path.stem: path.read_text("utf-8").partition("```python mended\n")[2].partition("```\n")[0] for path in CASES
    }
    assert all(texts.values())
    found = subprocess.run(
        [sys.executable, "-c", PLAIN], input=json.dumps(texts), capture_output=True, text=True, check=False, timeout=120
    )
    assert found.returncode == 0, found.stderr


@pytest.mark.skipif(importlib.util.find_spec("cv2") is None, reason="cv2 is not installed")
def test_a_picture_that_opencv_did_not_find_is_made_above_the_line_that_reads_it() -> None:
    post = 'import cv2\n\ngrey = cv2.imread("face.jpg", 0)\nedges = cv2.Canny(grey, 100, 200)\nprint(edges.shape)\n'
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=quiet) as pool:
        filled = pool.submit(fill, [post]).result()
    assert not filled.error
    (source,) = filled.sources
    assert source.index('.save("face.jpg")') < source.index("cv2.imread")


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ('torch.save(model.state_dict(), "net.pth")', {"net.pth"}),
        ('df.to_csv("./out/rows.csv", index=False)', {"out/rows.csv"}),
        ('open("notes.txt", mode="w")', {"notes.txt"}),
        ('open("notes.txt", "rb")', set()),
        ('open("w.txt")', set()),
        ('np.savez("a.npz", x=x)', {"a.npz"}),
        ('model.save_weights("m.weights.h5")', {"m.weights.h5"}),
        ('print("net.pth")', set()),
        ('torch.load("net.pth")', set()),
    ],
)
def test_the_files_that_a_block_makes(code: str, made: set[str]) -> None:
    assert files_made(ast.parse(code)) == made


def test_a_sentence_is_no_file() -> None:
    assert files_named(ast.parse('print("Saved to net.pth.", "1.5", "net.pth", "float32")')) == {"net.pth"}
