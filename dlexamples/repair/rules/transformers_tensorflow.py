"""`TFAutoModel`: transformers 5 has no classes for TensorFlow.

https://github.com/huggingface/transformers/blob/main/MIGRATION_GUIDE_V5.md. The class without `TF` is PyTorch's: the
code around it would have to change as well, so nothing is edited.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from dlexamples.model import Applicability, Proposal
from dlexamples.repair import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Stop

NAME = re.compile(r"\b(TF[A-Z]\w+)\b")


@rule
def transformers_tensorflow(stop: Stop) -> Iterator[Proposal]:
    transformers = sys.modules.get("transformers")
    if transformers is None or not isinstance(stop.error, (ImportError, AttributeError)):
        return
    found = NAME.search(str(stop.error))
    if found is None or "transformers" not in str(stop.error) or hasattr(transformers, found[1]):
        return
    torch_class = found[1].removeprefix("TF")
    also = f"; `{torch_class}` is the class for PyTorch" if torch_class in dir(transformers) else ""
    yield Proposal(
        rule="transformers_tensorflow",
        code="DL202",
        message=f"transformers {transformers.__version__} has no models for TensorFlow, so no `{found[1]}`{also}",
        applicability=Applicability.DISPLAY,
        description="transformers 4 is the last version that has it",
        sources=stop.sources,
        final=True,
    )
