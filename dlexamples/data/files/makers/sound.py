"""Recordings, for whatever opens them."""

from __future__ import annotations

import re

from dlexamples.data.files.making import Asking, Made, maker, shown_call
from dlexamples.model import Claim

SECONDS, RATE = 3, 16_000
"""Of a recording for which the code names no rate: that of speech models."""
_RATE = re.compile(r"\b(?:sample_?rate|sampling_?rate|fs|sr|rate)\b\s*(?:=|==|!=)\s*(\d[\d_]{3,6})\b", re.I)


@maker(".wav")
def wave_file(asking: Asking) -> Made:
    """One channel of 16-bit samples. A tone, and no speech: lines that anybody can read make it."""
    rates = {int(text) for source in asking.scene.stop.sources for text in _RATE.findall(source)}
    rate = rates.pop() if len(rates) == 1 else RATE
    numpy, wave = asking.imports.module("numpy", "np"), asking.imports.module("wave")
    seconds, tone, file = (asking.unused(name, f"{name}_made") for name in ("seconds", "tone", "file"))
    return Made(
        [
            f"{seconds} = {numpy}.arange({SECONDS} * {rate:_}) / {rate:_}",
            f"{tone} = {numpy}.sin(2 * {numpy}.pi * (100 + 150 * {seconds}) * {seconds})",
            f'with {wave}.open("{asking.path}", "wb") as {file}:',
            f'    {file}.setparams((1, 2, {rate:_}, 0, "NONE", "not compressed"))',
            f'    {file}.writeframes((30_000 * {tone}).astype("<i2").tobytes())',
        ],
        "sound",
        f"a made-up tone that rises from 100 to 1,000 Hz in {SECONDS} seconds, at {rate:,} samples a second",
        Claim.SYNTHETIC,
        f"its name, and `{shown_call(asking)}`, which opens it",
        (SECONDS * rate,),
        "int16",
    )
