"""What a program needs to read: the interpreter, packages, the system's libraries and settings; no one's home."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/nix/store", "/gnu/store", "/sys", "/proc")
"""Programs, libraries and the machine. Of processes that are not the run's own, /proc tells no memory and no environment
(see `landlock`)."""
SETTINGS = (
    "alternatives", "ca-certificates", "debian_version", "fonts", "gai.conf", "host.conf", "hosts", "ImageMagick-6",
    "java", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "locale.conf", "localtime", "lsb-release",
    "magic", "matplotlibrc", "mime.types", "nccl.conf", "nsswitch.conf", "OpenCL", "os-release", "pki/tls/certs",
    "pki/ca-trust/extracted", "protocols", "resolv.conf", "services", "ssl/cert.pem", "ssl/certs", "ssl/openssl.cnf",
    "static", "terminfo", "timezone", "vulkan",
)  # fmt: skip
"""Below /etc. Accounts (`passwd`) are not among them: HOME, USER and LOGNAME tell a program who it is."""
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NIX_SSL_CERT_FILE")
"""Variables of the environment that name them."""
NAME_SERVICE = ("/run/systemd/resolve", "/run/NetworkManager", "/run/resolvconf")
"""Where /etc/resolv.conf may lead."""
DEVICES = ("null", "zero", "full", "random", "urandom", "ptmx", "pts", "dri", "kfd", "dxg")
"""Below /dev, beside NVIDIA's."""


def readable(beside: str, *, network: bool) -> list[str]:
    """Files and folders. `beside`: a folder of packages, or ''."""
    return [
        *program_folders(beside),
        *SYSTEM,
        *(f"/etc/{name}" for name in SETTINGS),
        *(os.environ[name] for name in CERTIFICATES if os.environ.get(name)),
        *(NAME_SERVICE if network else ()),
    ]


def program_folders(beside: str) -> list[str]:
    """Where the interpreter, its packages and we lie."""
    here = os.path.dirname(os.path.abspath(__file__))
    return [
        *{sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix},
        *(path for path in sys.path if path),
        *_editable(),
        *(path for path in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if path),
        *([beside] if beside else []),
        os.path.dirname(os.path.dirname(here)),
    ]


def devices() -> list[str]:
    """Of the machine, that a program may use."""
    nvidia = [name for name in os.listdir("/dev") if name.startswith("nvidia")]
    return [f"/dev/{name}" for name in (*DEVICES, *nvidia)]


def _editable() -> Iterator[str]:
    """Packages that setuptools has installed in place: a finder of its own knows where they lie."""
    for finder in sys.meta_path:
        module = sys.modules.get(getattr(finder, "__module__", ""))
        mapping = getattr(module, "MAPPING", None)
        if isinstance(mapping, dict):
            yield from (path for path in mapping.values() if isinstance(path, str))
