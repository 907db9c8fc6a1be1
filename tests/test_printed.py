"""What a block prints, beside what its post shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlexamples.model import Printed, Span
from dlexamples.printed import Difference, differs, expected_exception, matches_exception

KERAS_2 = "1/1 [==============================] - 0s 50ms/step - loss: 0.5000"
KERAS_3 = (
    "\x1b[1m1/1\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m0s\x1b[0m 12ms/step - loss: 0.5000"
)


def difference(shown: str, got: str, *options: str) -> Difference | None:
    return differs(Printed(1, shown, Span(1, 1, 1, 1), frozenset(options)), got)


SAME = {
    "the last newline": ("1", "1\n"),
    "line ends": ("1\r\n2\r\n", "1\n2\n"),
    "trailing blanks": ("1   \n2", "1\n2"),
    "a float to the digits shown": ("0.333", "0.33333334"),
    "a rounded float": ("0.67", "0.6666667"),
    "a cut float": ("0.66", "0.6666667"),
    "trimmed zeros": ("1.", "1.0000"),
    "the limit of the last digit": ("0.5", "0.55"),
    "the last of four decimals": ("0.0432", "0.0433"),
    "an exponent": ("1e-05", "0.00001"),
    "an exponent with decimals": ("1.00e-05", "1.0003e-05"),
    "one part in ten thousand": ("123456.78", "123456.99"),
    "minus zero": ("-0.", "0."),
    "not a number": ("tensor([nan, inf, -inf])", "tensor([nan, inf, -inf])"),
    "NumPy's alignment before 1.14": ("array([ 1.,  2.])", "array([1., 2.])"),
    "wrapping": ("[[1 2]\n [3 4]]", "[[1 2] [3 4]]"),
    "complex numbers aligned": ("array([1.0+0.j, 2.5-1.j])", "array([1. +0.j, 2.5-1.j])"),
    "an ellipsis in a line": ("<object at ...>", "<object at any other place>"),
    "an ellipsis for lines": ("first\n...\nlast", "first\nsecond\nthird\nlast"),
    "an ellipsis for nothing": ("a ... b", "a b"),
    "the typographer's ellipsis": ("a … b", "a c b"),
    "an ellipsis within a word": ("hel...ld", "hello world"),
    "a number cut by an ellipsis": ("loss 0.6931... at 12...", "loss 0.69314718 at 12345"),
    "a cut number beside a rounded one": ("0.6931... and 0.333", "0.69314718 and 0.33333334"),
    "ellipses in any order of sizes": ("... 0.5 ... 0.7", "0.1 0.5 0.9 0.7"),
    "a summarised array": ("[0 1 ... 8 9]", "[0 1 ... 8 9]"),
    "an empty line": ("a\n<BLANKLINE>\nb", "a\n\nb"),
    "an address": ("<function f at 0x7f3a>", "<function f at 0x55bc>"),
    "NumPy 2's float": ("0.5", "np.float64(0.5)"),
    "NumPy 2's float in the post": ("np.float32(0.5)", "0.5"),
    "NumPy 2's exponent": ("1e-16", "np.float64(1e-16)"),
    "NumPy 2's complex": ("(1+2j)", "np.complex128(1+2j)"),
    "NumPy 2's imaginary": ("1j", "np.complex128(1j)"),
    "NumPy 2's truth": ("[True, False]", "[np.True_, np.False_]"),
    "NumPy 2's string": ("'cat'", "np.str_('cat')"),
    "NumPy 2.2's shape": ("array([0, ..., 9])", "array([0, ..., 9],\n      shape=(1001,))"),
    "the order of a set": ("{'cat', 'dog', 'ox'}", "{'ox', 'cat', 'dog'}"),
    "kinds of quotation marks": ('"beagle"', "'beagle'"),
    "a measured time": ("took 0.3 s", "took 1.72 s"),
    "a measured time in other units": ("12ms/step", "2s/step"),
    "a rate": ("100 of 100, 5.2it/s", "100 of 100, 7.91it/s"),
    "tqdm's clock": ("[00:01<00:02, 12.3it/s]", "[00:07<00:09, 1.3it/s]"),
    "a clock": ("Elapsed 0:00:03", "Elapsed 0:01:10.5"),
    "Keras 2 beside Keras 3": (KERAS_2, KERAS_3),
    "what a terminal overwrites": ("step 3\ndone", "step 1\rstep 2\rstep 3\ndone"),
    "what backspaces overwrite": ("1/2", "0/2\b\b\b1/2"),
    "a note": ("array([1, 2])  # two of them", "array([1, 2])"),
    "a note that it varies": ("array([0.3, 0.7]) # may vary", "array([0.1, 0.9])"),
    "a note that it is random": ("0.3  # random", "seven"),
    "nothing but a note": ("# about a half", "0.4993"),
    "a hash that is printed": ("# 1\n2  # 3", "# 1\n2  # 3"),
}


@pytest.mark.parametrize(("shown", "got"), SAME.values(), ids=SAME)
def test_same(shown: str, got: str) -> None:
    assert difference(shown, got) is None


NUMBERS = {
    "another loss": ("loss 0.693", "loss 0.701"),
    "a float without decimals": ("1.", "1.4"),
    "the third decimal": ("0.693", "0.694"),
    "one decimal is not cut": ("0.5", "0.59"),
    "another sign": ("0.5", "-0.5"),
    "a power of ten": ("1e-05", "1e-04"),
    "cut and with an exponent": ("1.52e-05", "1.5267e-02"),
    "an unseeded sample": ("tensor([ 0.1227, -0.5631])", "tensor([-1.3847,  0.2345])"),
    "a number behind an ellipsis": ("... loss 0.2", "epoch 1 loss 0.7"),
}


@pytest.mark.parametrize(("shown", "got"), NUMBERS.values(), ids=NUMBERS)
def test_other_numbers(shown: str, got: str) -> None:
    found = difference(shown, got)
    assert found
    assert found.kind == "numbers"


TEXT = {
    "another word": ("True", "False"),
    "an integer": ("3", "4"),
    "an integer for a float": ("1.", "1"),
    "an integer of another sign": ("-1", "1"),
    "digits joined": ("1 2", "12"),
    "another shape": ("torch.Size([2, 3])", "torch.Size([3, 2])"),
    "another shape of a summary": ("array([0, ..., 9], shape=(99,))", "array([0, ..., 9], shape=(1001,))"),
    "another device": ("tensor([1.], device='cuda:0')", "tensor([1.])"),
    "another gradient": ("tensor(1., grad_fn=<AddBackward0>)", "tensor(1., grad_fn=<MulBackward0>)"),
    "another version": ("2.13.0", "2.13.1"),
    "not a number": ("tensor(0.3)", "tensor(nan)"),
    "a line less": ("1\n2", "1"),
    "a line more": ("1", "1\n2"),
    "nothing": ("1", ""),
    "something": ("", "1"),
    "another set": ("{1, 2}", "{1, 3}"),
    "a list for a set": ("[1, 2]", "[2, 1]"),
    "an ellipsis whose end is missing": ("a ... z", "a b c"),
    "an ellipsis whose middle is missing": ("a ... m ... z", "a b z"),
    "an ellipsis that may not overlap": ("1 2 ... 2 3", "1 2 3"),
    "a name beside an address": ("<Net at 0x7f>", "<Model at 0x7f>"),
    "a number that is no time": ("3 steps", "4 steps"),
    "a note where a hash is printed": ("1  # one", "1  # two"),
    "text beside a bar": (KERAS_2, KERAS_3.replace("loss", "accuracy")),
}


@pytest.mark.parametrize(("shown", "got"), TEXT.values(), ids=TEXT)
def test_other_text(shown: str, got: str) -> None:
    found = difference(shown, got)
    assert found
    assert found.kind == "text"


@pytest.mark.parametrize("option", ["SKIP", "IGNORE", "IGNORE_OUTPUT", "IGNORE_WANT"])
def test_output_that_is_only_to_be_read(option: str) -> None:
    assert difference("1", "2", option) is None


def test_integers_are_floats_where_the_post_says_so() -> None:
    assert difference("[1 2]", "[1. 2.]", "FLOAT_CMP") is None
    assert difference("[1 2]", "[1. 3.]", "FLOAT_CMP")
    assert difference("[1 2]", "[1. 2.]", "ELLIPSIS", "NORMALIZE_WHITESPACE")


MESSAGES = [
    ("0.693", "0.701", 1, "the post shows `0.693`, the block prints `0.701`"),
    ("a\nb 1\nc", "a\nb 2\nc", 2, "the post shows `b 1`, the block prints `b 2`"),
    ("a\nb", "a", 2, "the post shows `b`, and the block does not print it"),
    ("a", "a\nb", 1, "the block prints `b`, and the post does not show it"),
    ("a\n...\nz", "a\nb", 3, "the post shows `z`, the block prints `b`"),
    ("a\n...\nm\n...\nz", "a\nb\nz", 3, "the post shows `m`, and the block does not print it"),
    ("\nx", "y", 2, "the post shows `x`, the block prints `y`"),
]


@pytest.mark.parametrize(("shown", "got", "line", "message"), MESSAGES)
def test_message_and_line(shown: str, got: str, line: int, message: str) -> None:
    found = difference(shown, got)
    assert found
    assert (found.line, found.message) == (line, message)


def test_of_a_long_line_the_part_that_differs_is_shown() -> None:
    words = " ".join(f"word{number}" for number in range(100))
    found = difference(words, words.replace("word50", "other"))
    assert found
    assert "word50" in found.message
    assert "`…" in found.message
    assert len(found.message) < 220


def test_of_a_wide_line_the_blanks_are_not_shown() -> None:
    found = difference(f"a{' ' * 300}b", f"a{' ' * 300}c")
    assert found
    assert found.message == "the post shows `a b`, the block prints `a c`"


# `#` begins an author's note, `…` and `...` stand for anything.
printable = st.text(st.characters(codec="utf-8", exclude_characters="#…"), max_size=60).filter(lambda t: "..." not in t)
floats = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(printable)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert difference(text, text) is None


@given(printable)
def test_an_ellipsis_is_the_same_as_anything(text: str) -> None:
    assert difference("...", text) is None


@given(
    st.lists(st.sampled_from(["a", "loss", "0.5", "7", "[", "]", ",", "tensor("]), min_size=1, max_size=12), st.data()
)
def test_what_is_cut_out_may_be_an_ellipsis(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words)))
    end = data.draw(st.integers(start, len(words)))
    assert difference(" ".join([*words[:start], "...", *words[end:]]), " ".join(words)) is None


@given(st.lists(floats, min_size=1, max_size=8), st.integers(2, 8))
def test_rounding_is_no_difference(values: list[float], decimals: int) -> None:
    shown, got = (f"[{', '.join(f'{value:.{digits}f}' for value in values)}]" for digits in (decimals, 12))
    assert difference(shown, got) is None


@given(st.lists(floats, min_size=1, max_size=8), st.lists(floats, min_size=1, max_size=8))
def test_floats_alone_are_numbers(shown: list[float], got: list[float]) -> None:
    found = difference(str(shown), str(got))
    expected = {None, "numbers"} if len(shown) == len(got) else {"text"}
    assert (found.kind if found else None) in expected


@given(floats, st.floats(1.01, 100))
def test_a_hundredth_is_a_difference(value: float, factor: float) -> None:
    if abs(value) > 1e-30:
        assert difference(f"{value:.8e}", f"{value * factor:.8e}")


TRACEBACKS = {
    "doctest's": (
        'Traceback (most recent call last):\n  File "<stdin>", line 1, in <module>\nValueError: bad\n',
        ("ValueError", "bad"),
    ),
    "cut in the middle": ("Traceback (most recent call last):\n    ...\nKeyError: 'cat'\n", ("KeyError", "'cat'")),
    "without a message": ("Traceback (most recent call last):\n  ...\nAssertionError\n", ("AssertionError", "")),
    "dotted": (
        "Traceback (most recent call last):\n  ...\ntorch.OutOfMemoryError: CUDA out of memory.\n",
        ("torch.OutOfMemoryError", "CUDA out of memory."),
    ),
    "of several lines": (
        "Traceback (most recent call last):\n  ...\nRuntimeError: in loading:\n\tMissing key\nNote: see above\n",
        ("RuntimeError", "in loading:\n\tMissing key\nNote: see above"),
    ),
    "one that led to another": (
        "Traceback (most recent call last):\n  ...\nKeyError: 1\n\nDuring handling of the above exception, another "
        "exception occurred:\n\nTraceback (most recent call last):\n  ...\nValueError: two\n",
        ("ValueError", "two"),
    ),
    "behind what was printed": (
        "epoch 1\nTraceback (most recent call last):\n  ...\nValueError: nan\n",
        ("ValueError", "nan"),
    ),
    "IPython's": (
        "---------------------------------------------------------------------------\n"
        "RuntimeError                              Traceback (most recent call last)\n"
        "<ipython-input-3-0a1b> in <module>\n"
        "----> 1 a @ b\n\n"
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)\n",
        ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"),
    ),
    "its last line alone": ("ValueError: too many dimensions", ("ValueError", "too many dimensions")),
    "a dotted last line alone": ("jax.errors.TracerError: Leaked", ("jax.errors.TracerError", "Leaked")),
    "a measurement": ("MeanSquaredError: 0.3", None),
    "an iteration": ("Iteration: 5", None),
    "a warning": ("UserWarning: slow", None),
    "a dictionary": ("{'ValueError': 1}", None),
    "a value": ("tensor(1.)", None),
    "nothing": ("", None),
    "a header alone": ("Traceback (most recent call last):\n", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TRACEBACKS.values(), ids=TRACEBACKS)
def test_expected_exception(text: str, expected: tuple[str, str] | None) -> None:
    assert expected_exception(text) == expected


@pytest.mark.parametrize(
    ("expected", "matches"),
    [
        ("OutOfMemoryError", True),
        ("torch.OutOfMemoryError", True),
        ("torch.cuda.OutOfMemoryError", True),
        ("RuntimeError", True),
        ("Exception", True),
        ("ValueError, RuntimeError", True),
        ("(ValueError, RuntimeError)", True),
        ("RuntimeError: CUDA ... memory", True),
        ("RuntimeError: CPU ... memory", False),
        ("ValueError", False),
        ("MemoryError", False),
        ("ValueError, TypeError", False),
    ],
)
def test_matches_exception(expected: str, matches: bool) -> None:
    kinds = ("OutOfMemoryError", "RuntimeError", "Exception", "BaseException", "object")
    assert matches_exception(expected, kinds, "CUDA is out of memory") is matches
