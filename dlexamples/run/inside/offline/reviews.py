"""Keras's IMDB reviews and Reuters newswires: lists of word numbers, and the words."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from .images import names
from .remote import Data, Remote, lies_at

WHY = "invented {}: word numbers as frequent as words are, some more frequent in one class"
REUTERS = (3_972, 2_423, 719, 543, 537, 473, 339, 209)
"""Newswires of the topics 3, 4, 19, 16, 1, 11, 20 and 13; of the 11,228, the other topics share the rest."""
FREQUENT = (3, 4, 19, 16, 1, 11, 20, 13)


def drawn(labels: Any, words: int, cues: Any, mean_length: float, shortest: int, seed: int) -> Any:
    """A list of word numbers from 1 a label: one in nine is a cue of its class, the others follow Zipf's law.

    `cues`: (classes, n) word numbers. The arrays hold Python lists, as the originals do.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    spread = 0.6
    drawn_lengths = generator.lognormal(np.log(mean_length) - spread**2 / 2, spread, len(labels))
    lengths = np.clip(drawn_lengths, shortest, 2_400).astype(int)
    count = int(lengths.sum())
    numbers = np.exp(generator.random(count) * np.log(words)).astype(int)
    of = np.repeat(labels, lengths)
    chosen = cues[of, generator.integers(0, cues.shape[1], count)]
    numbers = np.where(generator.random(count) < 1 / 9, chosen, numbers)
    held = np.empty(len(labels), object)
    for index, part in enumerate(np.split(numbers, np.cumsum(lengths)[:-1])):
        held[index] = part.tolist()
    return held


def npz(**arrays: Any) -> bytes:
    import numpy as np

    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def word_index(real: list[str], count: int) -> bytes:
    words = [*real, *(f"word{number}" for number in range(len(real) + 1, count + 1))]
    return json.dumps({word: number for number, word in enumerate(words, 1)}).encode()


IMDB_WORDS = 88_584
IMDB = Data("imdb", "synthetic", WHY.format("reviews"), (50_000,), "object")


@lies_at(r"imdb(?:_full)?\.npz")
def imdb(url: re.Match[str]) -> Remote:
    """25,000 and 25,000, half of them good; 5,000 and 5,000 are distinct."""
    import numpy as np

    common, praise, blame = (len(names(kind)) for kind in ("review words", "praise", "blame"))
    assert praise == blame
    good = common + 1 + np.arange(praise)
    cues = np.stack([good + praise, good])
    arrays: dict[str, Any] = {}
    for seed, part in enumerate(("train", "test")):
        labels = np.random.default_rng(seed).permutation(np.arange(5_000) % 2)
        texts = drawn(labels, IMDB_WORDS, cues, 238, 10, seed)
        # The longest numbers are there, whatever was drawn: a vocabulary has its full size.
        texts[0].append(IMDB_WORDS)
        arrays |= {f"x_{part}": np.tile(texts, 5), f"y_{part}": np.tile(labels, 5)}
    return Remote(IMDB, [("imdb.npz", npz(**arrays))])


@lies_at(r"imdb_word_index\.json")
def imdb_words(url: re.Match[str]) -> Remote:
    return Remote(
        IMDB,
        [("imdb_word_index.json", word_index([*names("review words"), *names("praise"), *names("blame")], IMDB_WORDS))],
    )


REUTERS_WORDS = 30_979
NEWSWIRES = Data("reuters", "synthetic", WHY.format("newswires"), (11_228,), "object")


@lies_at(r"reuters\.npz")
def reuters(url: re.Match[str]) -> Remote:
    """11,228 in 46 topics, as unevenly spread as the originals."""
    import numpy as np

    shares = np.full(46, (11_228 - sum(REUTERS)) // 38)
    shares[list(FREQUENT)] = REUTERS
    shares[3] += 11_228 - shares.sum()
    generator = np.random.default_rng(0)
    labels = generator.permutation(np.repeat(np.arange(46), shares))
    cues = 40 + np.arange(46 * 12).reshape(46, 12)
    texts = drawn(labels, REUTERS_WORDS, cues, 145, 12, 1)
    texts[0].append(REUTERS_WORDS)
    return Remote(NEWSWIRES, [("reuters.npz", npz(x=texts, y=labels))])


@lies_at(r"reuters_word_index\.json")
def reuters_words(url: re.Match[str]) -> Remote:
    return Remote(NEWSWIRES, [("reuters_word_index.json", word_index(names("newswire words"), REUTERS_WORDS))])
