"""What of our environment a server, and with it a block, gets: what a program needs, and nothing that is the author's.

A list of what may come: secrets have too many names for a list of what may not, and a post that reads a variable of
the author's gives its readers something else.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAY_COME = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TZDIR|SHELL|TERM|COLUMNS|TMPDIR|TEMP|TMP"
    # The loader's and the interpreter's.
    r"|LD_LIBRARY_PATH|LD_PRELOAD|DYLD_\w+|PYTHON\w+|VIRTUAL_ENV|CONDA_\w+"
    # Compilers and installed software.
    r"|CC|CXX|JAVA_HOME|SPARK_HOME|R_HOME|NIX_\w+|LOCALE_ARCHIVE|FONTCONFIG_\w+"
    # Devices and threads.
    r"|(CUDA|NVIDIA|NCCL|CUDNN|CUBLAS|HIP|HSA|ROCM|ROCR|OMP|GOMP|KMP|MKL|OPENBLAS|BLIS|NUMEXPR|VECLIB|MALLOC|GLOO)_\w+"
    # Frameworks' switches.
    r"|(TORCH|PYTORCH|TORCHINDUCTOR|TF|XLA|JAX|KERAS|TOKENIZERS)_\w+"
    r"|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    # Windows'.
    r"|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|PROGRAMFILES|PROGRAMDATA|NUMBER_OF_PROCESSORS|PROCESSOR_\w+"
    r"|USERPROFILE|APPDATA|LOCALAPPDATA",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"PYTHON(OPTIMIZE|STARTUP|INSPECT|WARNINGS)|TORCH_HOME|KERAS_HOME"
    r"|\w*(TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIALS?|AUTH)(_\w+)?",
    re.IGNORECASE,
)
"""Whatever it begins with: what would change how blocks are run, folders of the author, what may be a secret."""
_OF_NETWORK = re.compile(r"(HTTPS?|FTP|ALL|NO)_PROXY|HF_ENDPOINT", re.IGNORECASE)
"""A proxy's address may hold a password: it comes with the network alone."""


def inherited(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What of `given` a program needs."""
    return {name: text for name, text in given.items() if _MAY_COME.fullmatch(name) and not _NEVER.fullmatch(name)}


def of_network(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What of `given` leads to the network."""
    return {name: text for name, text in given.items() if _OF_NETWORK.fullmatch(name)}
