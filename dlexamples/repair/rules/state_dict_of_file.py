"""`model.load_state_dict("model.pt")`: it takes what the file holds, and not the file's name.

https://docs.pytorch.org/tutorials/beginner/saving_loading_models.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlexamples.repair import live, rule
from dlexamples.repair.idioms.answers import answer, replaced
from dlexamples.repair.idioms.failed import failed_call
from dlexamples.repair.idioms.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop


@rule
def state_dict_of_file(stop: Stop) -> Iterator[Proposal]:
    found = failed_call(stop) if isinstance(stop.error, TypeError) and live.torch_module() else None
    if found is None or "Expected state_dict to be dict-like, got <class 'str'>" not in str(stop.error):
        return
    tree, call = found
    name = call.args[0].value if call.args else None
    if name is None or not isinstance(live.value_of(stop, tree.text(name)), str):
        return
    function, imports = spelled(stop, "torch.load")
    written = f"{function}({tree.text(name)})"
    yield answer(
        stop,
        "state_dict_of_file",
        replaced(stop, tree, name, written, imports),
        f"`{tree.text(call.func)}` takes a state dict, and `{tree.text(name)}` is the name of a file",
        f"read it: `{written}`",
        safe=True,
        code="DL203",
        label="a file's name",
    )
