"""What a session is told of the rest of its post."""

from __future__ import annotations

from pathlib import Path

from dlexamples.elsewhere import elsewhere
from dlexamples.formats import parse
from dlexamples.model import Definition, Post
from dlexamples.sessions import sessions

TEXT = """\
```python
net = Net(size)
```

We use scikit-learn.

```python
import numpy as np
from torch import nn, optim as o
import os.path
from . import own
from math import *

class Net:
    pass

@decorated
def f():
    return np.pi

size = 3
size2 = size2 + 1
a, b = 1, 2
```
"""


def of(text: str, number: int = 0) -> Post:
    document = parse(Path("post.md"), text)
    return elsewhere(document, sessions(document, "block")[number])


def test_each_name_with_the_lines_that_bind_it() -> None:
    found = of(TEXT)
    assert {name: definition.source for name, definition in found.imports.items()} == {
        "np": "import numpy as np",
        "nn": "from torch import nn",
        "o": "from torch import optim as o",
    }
    assert {name: definition.source for name, definition in found.definitions.items()} == {
        "Net": "class Net:\n    pass",
        "f": "@decorated\ndef f():\n    return np.pi",
        "size": "size = 3",
    }
    assert found.definitions["size"] == Definition("post-2", "size = 3")
    assert found.packages == {"numpy", "torch", "os", "math", "sklearn"}


def test_nothing_is_taken_from_above() -> None:
    assert not of(TEXT, 1).definitions


def test_what_has_a_name_shares_nothing() -> None:
    named = TEXT.replace("```python\nnet", "```python session=a\nnet")
    marked = f"<!-- dlexamples: session a -->\n{TEXT}"
    assert of(named).definitions
    assert not of(marked).definitions


def test_what_other_fences_show() -> None:
    found = of(
        "```python\nnet = Net(size)\n```\n\n```bash\npip install -U pytorch-lightning torchmetrics==1.0\n```\n\n"
        "```diff\n+from accelerate.utils import Plugin, Config as C\n-import old\n+import a word\n```\n"
    )
    assert {name: definition.source for name, definition in found.imports.items()} == {
        "Plugin": "from accelerate.utils import Plugin",
        "C": "from accelerate.utils import Config as C",
    }
    assert found.packages == {"accelerate", "pytorch_lightning", "torchmetrics", "torch"}
