"""What becomes of the old names of a list under the libraries that are installed here, as a page of Markdown.

    python benchmarks/repairs.py --mappings mappings.json --keras keras2_to_keras3.json > docs/repairs.md

`--mappings` is a list of `{"lib", "old", "new"}` (the 145 pairs of "LLMs Meet Library Evolution", ICSE 2025); `--keras`
has `missing_in_keras3`, a list of names, and `removed_params`, by function the parameters that it lost (tf_keras
against Keras 3).

Each name is looked up against the live objects as the rules do: the old name is asked of the library, the rows of
`repair/tables` and the library's own messages give the new one, which is asked of the library too. No snippet is run,
and a `call` row may refuse a call whose arguments it cannot place; the runs are the cases of
`tests/cases/repair/renamed`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections import Counter
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from dlexamples.repair.keras.imports import kept_for_tensorflow
from dlexamples.repair.live import MISSING, undisturbed
from dlexamples.repair.renamed.advice import named, of_member
from dlexamples.repair.renamed.resolve import importable
from dlexamples.repair.tables import Call, Gone, Keyword, Name, rows
from dlexamples.repair.tensorflow1.upgrade import in_v1, replacement

REPAIRED, WORKS, NO_TARGET, HUMAN, ABSENT = "repaired", "still works", "no target", "needs a human", "not installed"
DISTRIBUTIONS = {"tensorflow": "tensorflow-cpu", "sklearn": "scikit-learn"}
ENDED = re.compile(r"removed|no longer", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    old: str
    status: str
    what: str = ""


@click.command()
@click.option("--mappings", type=click.Path(path_type=Path, exists=True))
@click.option("--keras", type=click.Path(path_type=Path, exists=True))
def main(mappings: Path | None, keras: Path | None) -> None:
    """Prints the page."""
    print("# Renamed, moved and removed: what is repaired\n")
    print("Made by `benchmarks/repairs.py`, by looking every name up against live objects; nothing of it was run.\n")
    if mappings:
        pairs = json.loads(mappings.read_text("utf-8"))
        title = f'The {len(pairs)} pairs of "LLMs Meet Library Evolution"'
        _section(title, [_finding(pair["old"], pair["new"]) for pair in pairs])
    if keras:
        told = json.loads(keras.read_text("utf-8"))
        missing = [_finding(old, "") for old in told["missing_in_keras3"]]
        _section(f"The {len(missing)} names of Keras 2 that Keras 3 lacks", missing)
        lost = [_lost(of, name) for of, entry in told["removed_params"].items() for name in entry["removed"]]
        _section(f"The {len(told['removed_params'])} signatures that lost parameters", lost)


def _finding(old: str, new: str) -> Finding:
    library = old.partition(".")[0]
    if not _installed(library):
        return Finding(old, ABSENT)
    found = importable(old)
    if found is not MISSING and not _is_only_a_message(found):
        return Finding(old, WORKS)
    if target := _target(old):
        return Finding(old, REPAIRED, f"`{target}`")
    if gone := next((row for row in rows(Gone) if old == row.old or old.startswith(row.old + ".")), None):
        return Finding(old, HUMAN, gone.instead)
    if new and importable(new) is MISSING:
        return Finding(old, NO_TARGET, f"`{new}` is not there")
    return Finding(
        old, HUMAN if new else NO_TARGET, f"`{new}` is listed, and no row says that it is the same" * bool(new)
    )


def _target(old: str) -> str:
    """What the rules would write: of the row for the name, else of that for its module, else of the message."""
    forms = [row for row in rows(Call) if row.old == old]
    if forms:
        new = forms[0].new
        return new if isinstance(new, str) else " and ".join(filter(None, new))
    covering = [row for row in rows(Name) if old == row.old or old.startswith(row.old + ".")]
    for row in sorted(covering, key=lambda row: -len(row.old)):
        target = row.new + old[len(row.old) :]
        if importable(target) is not MISSING:
            return target
    module, _, name = old.rpartition(".")
    told = named(of_member(module, name))
    return told if told and importable(told) is not MISSING else _live_target(old)


def _live_target(old: str) -> str:
    """What the rules write that ask the installed Keras and TensorFlow and need no rows."""
    library, _, path = old.partition(".")
    if library == "tensorflow" and in_v1(path) is not MISSING:
        return f"tensorflow.{replacement(path) or f'compat.v1.{path}'}"
    if path.startswith("optimizers.legacy.") and importable(f"keras.{path.replace('legacy.', '')}") is not MISSING:
        return f"keras.{path.replace('legacy.', '')}"
    if library != "keras" or kept_for_tensorflow(old) is MISSING:
        return ""
    return f"tensorflow.{old}"


def _is_only_a_message(found: Any) -> bool:
    """A name that is there to say that it was removed."""
    if not inspect.isroutine(found) and not inspect.isclass(found):
        return False
    try:
        parameters = inspect.signature(found).parameters.values()
    except ValueError:
        return False
    needed = [None for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    try:
        with undisturbed():
            found(*needed)
    except Exception as error:  # what it raises for None tells whether it is there at all
        return ENDED.search(str(error)) is not None
    return False


def _lost(of: str, name: str) -> Finding:
    shown = f"{of}({name}=)"
    function = importable(of)
    if function is MISSING:
        return Finding(shown, NO_TARGET, "the function is not there")
    if target := of.startswith("keras.optimizers.legacy.") and _live_target(of):
        return Finding(shown, REPAIRED, f"`{target}`")
    form = next((row for row in rows(Call) if row.old == of and name in _parameters(row)), None)
    if form is not None:
        return Finding(shown, REPAIRED, f"`{form.new}`" + (f" where `{form.when}`" if form.when else ""))
    row = next((row for row in rows(Keyword) if row.old == name and _is_of(function, row)), None)
    if row is None:
        return Finding(shown, WORKS if _is_taken(function, name) else HUMAN)
    return Finding(shown, REPAIRED, f"`{row.new}=`" if row.new else f"left out: {row.note}")


def _is_taken(function: Any, name: str) -> bool:
    """Whether a class hands the argument on to a class above that has it, or takes it out of its `**kwargs` itself."""
    above = [cls.__init__ for cls in getattr(function, "__mro__", ()) if "__init__" in vars(cls) and cls is not object]
    return any(
        name in inspect.signature(init).parameters or f'kwargs.pop("{name}"' in inspect.getsource(init)
        for init in above
    )


def _parameters(row: Call) -> set[str]:
    return {one.arg for one in (*row.parameters.args, *row.parameters.kwonlyargs)}


def _is_of(function: Any, row: Keyword) -> bool:
    wanted = [importable(of) for of in row.of]
    above = [cls for cls in wanted if isinstance(cls, type) and isinstance(function, type)]
    return any(function is found for found in wanted) or any(issubclass(function, cls) for cls in above)


def _installed(library: str) -> bool:
    try:
        with undisturbed():
            importlib.import_module(library)
    except Exception:  # a library that breaks while it is imported is as good as not there
        return False
    return True


def _section(title: str, findings: list[Finding]) -> None:
    counts = Counter(finding.status for finding in findings)
    libraries = sorted({finding.old.partition(".")[0] for finding in findings})
    print(f"## {title}\n")
    print(f"Under {', '.join(filter(None, map(_version, libraries)))}:", end=" ")
    print(", ".join(f"{count} {status}" for status, count in counts.most_common()) + ".\n")
    print("| old | | |\n|---|---|---|")
    for finding in findings:
        print(f"| `{finding.old}` | {finding.status} | {finding.what} |")
    print()


def _version(library: str) -> str:
    try:
        return f"{library} {metadata.version(DISTRIBUTIONS.get(library, library))}"
    except metadata.PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
