"""A tone that rises from 100 to 1,000 hertz in a second: 16,000 samples, for code that takes sound."""

from __future__ import annotations

from dlexamples.data.things import Thing, Uses, thing
from dlexamples.model import Claim

WHAT = "a made-up tone that rises from 100 to 1,000 Hz in one second, at 16,000 samples a second"
_WRITES = {"append", "extend"}


@thing("sine_sweep", names=r"((raw|input|sample|my)_)?(waveform|audio|speech|wav|sound|audio_(data|array|signal))")
def sine_sweep(uses: Uses) -> Thing | None:
    """float32: a tensor (1, 16000) in PyTorch, as torchaudio loads it; else an array (16000,)."""
    if not (uses.calls or uses.attributes or uses.keys) or uses.attributes & _WRITES:
        return None
    numpy = uses.imports.module("numpy", "np")
    rate = uses.beside(r"sample_rate|sampling_rate|sr")
    seconds = uses.unused("seconds", f"{uses.name}_seconds")
    lines = [f"{rate} = 16_000"] if rate else []
    lines.append(f"{seconds} = {numpy}.arange({rate or '16_000'}) / {rate or '16_000'}")
    tone = f"{numpy}.sin(2 * {numpy}.pi * (100 + 450 * {seconds}) * {seconds})"
    if uses.scene.framework == "torch" and not _is_processed(uses):
        torch = uses.imports.module("torch")
        lines.append(f"{uses.name} = {torch}.tensor({tone}, dtype={torch}.float32)[None]")
    else:
        lines.append(f'{uses.name} = {tone}.astype("float32")')
    names = (uses.name, *([rate] if rate else []))
    return Thing(names, lines, WHAT, Claim.SYNTHETIC, "the code uses it as sound")


def _is_processed(uses: Uses) -> bool:
    """Whether a processor of transformers, or librosa, takes it: as an array."""
    called = (uses.scene.value(getattr(call.func, "value", call.func)) for call in uses.calls)
    homes = {(getattr(c, "__module__", None) or getattr(c, "__name__", "") or "").partition(".")[0] for c in called}
    return bool(homes & {"transformers", "librosa"}) or bool(uses.callees & {"feature_extractor", "processor"})
