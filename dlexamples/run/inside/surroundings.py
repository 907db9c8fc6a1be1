"""What a block finds around it: folders, environment, `__main__`, seeds, the device."""

from __future__ import annotations

import linecache
import os
import random
import site
import sys
import tempfile
import types
import warnings
from typing import Any


def enter(job: dict[str, Any]) -> None:
    """A folder to work in, the job's environment, nothing on standard input, nothing of ours."""
    os.environ.update(job["environment"])
    for name in job["unset"]:
        os.environ.pop(name, None)
    os.chdir(job["folder"])
    _keep_keras_here()
    tempfile.tempdir = None
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", write_through=True)
    sys.path[:] = [job["folder"], *(path for path in sys.path if path)]
    for name in _ours or look_round():
        sys.modules.pop(name, None)


_ours: dict[str, types.ModuleType] = {}
"""Our own modules: what holds them here is not torn down when a block is no longer to see them."""


def look_round() -> dict[str, types.ModuleType]:
    """Our modules are looked up once, by the server: to read each name costs every run a page of memory."""
    package = __name__.partition(".")[0]
    _ours.update({name: module for name, module in sys.modules.items() if name.partition(".")[0] == package})
    return _ours


def see(folder: str) -> None:
    """Packages in `folder` are found where the installed ones, which come first, have none of their name. An
    interpreter that was started without those (`-S`) has `exit` and its like all the same."""
    if sys.flags.no_site:
        site.setquit()
        site.setcopyright()
        site.sethelper()
    if folder:
        sys.path.append(folder)


def _keep_keras_here() -> None:
    """Keras took its folder from the environment, and made it, when the server imported it: that is not the block's."""
    if config := sys.modules.get("keras.src.backend.config"):
        config.__dict__["_KERAS_DIR"] = os.environ["KERAS_HOME"]
        os.makedirs(os.environ["KERAS_HOME"], exist_ok=True)


def prepare(job: dict[str, Any]) -> bool:
    """Seeds everything and puts work on the device. False when the device is not here."""
    seed_all(job["seed"])
    torch, tensorflow = (sys.modules.get(name) for name in ("torch", "tensorflow"))
    if job["device"] != "cuda":
        return True
    if torch and torch.cuda.is_available():
        default_to(torch, "cuda")  # TensorFlow places what it can on the GPU by itself.
    return sees_gpu() or not (torch or tensorflow)


def seed_all(seed: int) -> None:
    """Of the frameworks that are imported."""
    random.seed(seed)
    numpy, torch, tensorflow = (sys.modules.get(name) for name in ("numpy", "torch", "tensorflow"))
    if numpy:
        numpy.random.seed(seed)
    if torch and torch.version.cuda is None and torch.version.hip is None:
        # The same for a build that knows no other device; the other notes where it was called, for milliseconds.
        torch.default_generator.manual_seed(seed)
    elif torch:
        torch.manual_seed(seed)
    if tensorflow:
        tensorflow.random.set_seed(seed)


def sees_gpu() -> bool:
    """Whether a framework that is imported sees one."""
    torch, tensorflow = (sys.modules.get(name) for name in ("torch", "tensorflow"))
    if torch and torch.cuda.is_available():
        return True
    return bool(tensorflow and tensorflow.config.list_physical_devices("GPU"))


def default_to(torch: Any, device: str) -> None:
    """Makes `device` torch's default, and keeps the order of a shuffled loader on the CPU all the same.

    torch's own samplers draw from a CPU generator on the default device and raise (pytorch issue 44714). The post did
    not ask for that device, so that is not its fault; where it sets a default of its own, torch is left as it is.
    """
    torch.set_default_device(device)
    ours = _default_device_context(torch)
    data = torch.utils.data
    draw, split = data.RandomSampler.__iter__, data.random_split

    def order(sampler: Any) -> Any:
        if _default_device_context(torch) is not ours:
            return draw(sampler)
        with torch.device(sampler.generator.device if sampler.generator else "cpu"):
            return iter(list(draw(sampler)))

    def random_split(dataset: Any, lengths: Any, generator: Any = None) -> Any:
        options = {} if generator is None else {"generator": generator}
        if _default_device_context(torch) is not ours:
            return split(dataset, lengths, **options)
        with torch.device(generator.device if generator else "cpu"):
            return split(dataset, lengths, **options)

    data.RandomSampler.__iter__ = order
    data.random_split = data.dataset.random_split = random_split


def _default_device_context(torch: Any) -> Any:
    return getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)


def main_module(job: dict[str, Any]) -> types.ModuleType:
    """A real `__main__` with a real file, so that pickle, dataclasses and multiprocessing find it."""
    sys.argv = [job["script"]]
    main = types.ModuleType("__main__")
    main.__file__ = job["script"]
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    view = session_view(job["blocks"])
    # A process that the block spawns runs this file again: what does not compile is left out of it.
    script = session_view([block for block in job["blocks"] if _compiles(block["source"])])
    with open(job["script"], "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        file.write(script)
    # No modification time: linecache then never compares the view with the post on the disk.
    lines = [f"{row}\n" for row in view.split("\n")]
    linecache.cache[job["filename"]] = (len(view), None, lines, job["filename"])
    return main


def _compiles(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def session_view(blocks: list[dict[str, Any]]) -> str:
    """The document with every line that is not this session's code blank, so that `inspect` can parse it."""
    lines: list[str] = []
    for block in blocks:
        lines.extend([""] * (block["first_line"] - 1 - len(lines)))
        lines.extend(block["source"].removesuffix("\n").split("\n"))
    return "\n".join([*lines, ""])
