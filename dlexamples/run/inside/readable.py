"""What a program needs to read: the interpreter, packages, the system's libraries and settings; no one's home."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/nix/store", "/gnu/store", "/sys")
"""Programs, libraries and the machine."""
PROCESSES = "/proc"
"""Of those that are not the run's own it tells no memory and no environment, see `landlock`."""
SETTINGS = (
    "alternatives", "ca-certificates", "debian_version", "fonts", "gai.conf", "host.conf", "hosts", "java",
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "locale.conf", "localtime", "lsb-release", "magic",
    "matplotlibrc", "mime.types", "nccl.conf", "nsswitch.conf", "OpenCL", "os-release", "pki/ca-trust/extracted",
    "pki/tls/certs", "protocols", "resolv.conf", "services", "ssl/cert.pem", "ssl/certs", "ssl/openssl.cnf",
    "static", "terminfo", "timezone", "vulkan",
)  # fmt: skip
"""Below /etc. Accounts (`passwd`) are not among them: HOME, USER and LOGNAME tell a program who it is."""
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NIX_SSL_CERT_FILE")
"""Variables of the environment that name them."""
NAME_SERVICE = ("/run/systemd/resolve", "/run/NetworkManager", "/run/resolvconf")
"""Where /etc/resolv.conf may lead: with the network."""
DEVICES = ("null", "zero", "full", "random", "urandom", "ptmx", "pts", "dri", "kfd", "dxg")
"""Below /dev, beside NVIDIA's."""


@cache
def readable(*packages: str) -> tuple[str, ...]:
    """Folders and files that are there, none below another. `packages`: more folders of them, or ''."""
    certificates = (os.environ.get(name, "") for name in CERTIFICATES)
    return _outermost([*program_folders(*packages), *SYSTEM, *(f"/etc/{name}" for name in SETTINGS), *certificates])


@cache
def program_folders(*packages: str) -> tuple[str, ...]:
    """Where the interpreter, its packages and we lie."""
    ours = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    prefixes = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)
    return _outermost([*prefixes, *sys.path, *_editable(), *libraries, *packages, ours])


@cache
def devices() -> tuple[str, ...]:
    """Of the machine, that a program may use."""
    nvidia = [name for name in os.listdir("/dev") if name.startswith("nvidia")]
    return tuple(path for name in (*DEVICES, *nvidia) if os.path.exists(path := f"/dev/{name}"))


def _editable() -> Iterator[str]:
    """Packages that setuptools has installed in place: a finder of its own knows where they lie."""
    for finder in sys.meta_path:
        module = sys.modules.get(getattr(finder, "__module__", ""))
        mapping = getattr(module, "MAPPING", None)
        if isinstance(mapping, dict):
            yield from (path for path in mapping.values() if isinstance(path, str))


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for path in sorted({os.path.realpath(path) for path in paths if path}):
        if os.path.exists(path) and not any(path.startswith(outer + os.sep) for outer in found):
            found.append(path)
    return tuple(found)
