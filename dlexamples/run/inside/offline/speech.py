"""Recorded speech: one sentence, and sets of spoken words that are cut from it."""

from __future__ import annotations

import functools
import io
import os
import re
import wave
from collections.abc import Iterator, Sequence
from typing import Any

from .images import BUNDLED, names
from .remote import Data, Remote, lies_at

RATE = 16_000
SENTENCE = os.path.join(BUNDLED, "speech", "jfk.wav")
LENGTH = 4_800
"""Samples of a word: 0.3 seconds. The originals have up to a second, and what reads them pads."""
SPEAKERS = 50
_FRAME, _VOICED = 320, 0.15
"""Samples of a frame, and the part of the loudest ones' power from which one is speech and no pause."""


@lies_at(r"samples/jfk\.wav")
def sentence(url: re.Match[str]) -> Remote:
    data = Data("speech", "real", "11 s of J. F. Kennedy's address, 1961 (public domain)", (176_000,), "int16")
    with open(SENTENCE, "rb") as file:
        return Remote(data, [("jfk.wav", file.read())])


@lies_at(r"data/mini_speech_commands")
def mini_speech_commands(url: re.Match[str]) -> Remote:
    """8,000 files in a folder a word: posts split them by these numbers."""
    words, folder = names("mini_speech_commands"), "mini_speech_commands"
    files = ((f"{folder}/{path}", sound) for path, sound in spoken(words, 1_000))
    return Remote(_cut("mini_speech_commands", len(words), 8_000), [(f"{folder}/README.md", b""), *files])


@lies_at(r"speech_commands_v0\.0([12])")
def speech_commands(url: re.Match[str]) -> Remote:
    """100 files a word instead of 1,500 to 4,000, and the lists of those that are for validation and for the test."""
    words = names("speech_commands")[: 30 if url[1] == "1" else 35]
    files = list(spoken(words, 100))
    listed = [path for path, _ in files]
    lists = {"validation_list.txt": listed[8::10], "testing_list.txt": listed[9::10]}
    texts = [(name, "".join(f"{path}\n" for path in paths).encode()) for name, paths in lists.items()]
    return Remote(_cut("speech_commands", len(words), len(files)), [*texts, *files])


def spoken(words: Sequence[str], count: int) -> Iterator[tuple[str, bytes]]:
    """`count` files a word, as `word/speaker_nohash_number.wav`: the word's own moment of the sentence, earlier or
    later by a fiftieth of a second, louder or softer, over noise. Each speaker has a voice, higher or lower."""
    import numpy as np

    generator = np.random.default_rng(0)
    voices = [(np.arange(LENGTH) * pitch).astype(int) for pitch in generator.uniform(0.9, 1.1, SPEAKERS)]
    moments, shape = _moments(len(words)), (len(words), 1)
    for number in range(count):
        take, speaker = divmod(number, SPEAKERS)
        starts = moments[:, None] + generator.integers(-RATE // 50, RATE // 50, shape, endpoint=True)
        heard = _samples()[starts + voices[speaker]] * generator.uniform(0.4, 1, shape)
        noisy = heard + generator.normal(0, 150, heard.shape)
        for word, samples in zip(words, noisy, strict=True):
            # Speakers have a number of eight hexadecimal digits there.
            yield f"{word}/{0x1000_0000 + 0x0010_0001 * speaker:08x}_nohash_{take}.wav", _file(samples)


def _file(samples: Any) -> bytes:
    """Of (LENGTH,) samples, from -32,768 to 32,767: one channel of 16 bits."""
    data: bytes = samples.clip(-32_768, 32_767).astype("<i2").tobytes()
    return _head() + data


@functools.cache
def _head() -> bytes:
    """What comes before the samples."""
    file = io.BytesIO()
    with wave.open(file, "wb") as silent:
        silent.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        silent.writeframes(bytes(2 * LENGTH))
    return file.getvalue()[: -2 * LENGTH]


@functools.cache
def _samples() -> Any:
    """float64 (176000,)."""
    import numpy as np

    with wave.open(SENTENCE) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)


def _moments(count: int) -> Any:
    """Where `count` pieces start that hold speech, as far apart as they can be."""
    import numpy as np

    samples = _samples()
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.sqrt((frames**2).mean(1))
    voiced = np.flatnonzero(power > _VOICED * np.percentile(power, 95)) * _FRAME
    middles = voiced[np.linspace(0, len(voiced) - 1, 2 * count + 1).astype(int)[1::2]]
    return (middles - LENGTH // 2).clip(RATE // 50, len(samples) - 2 * LENGTH)


def _cut(name: str, words: int, files: int) -> Data:
    why = f"{words} pieces of one sentence of recorded speech, one a word, each spoken in {files // words:,} ways"
    return Data(name, "stand-in", why, (files, LENGTH), "int16")
