"""The KDD Cup of 1999, as scikit-learn reads it: invented connections, of every kind as many as there."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

from .remote import Data

CONNECTIONS = Data(
    "kddcup99",
    "synthetic",
    "494,021 invented connections with the original's columns and numbers of attacks; not the recorded ones",
    (494_021, 41),
    "object",
)


class Kind(NamedTuple):
    label: str
    number: int
    protocol: str
    service: str
    flag: str
    sent: int
    received: int
    """Bytes."""
    others: int
    """Connections to the same host within two seconds."""


KINDS = (
    Kind("smurf.", 280_790, "icmp", "ecr_i", "SF", 900, 0, 500),
    Kind("neptune.", 107_201, "tcp", "private", "S0", 0, 0, 200),
    Kind("back.", 2_203, "tcp", "http", "SF", 54_000, 8_000, 8),
    Kind("satan.", 1_589, "tcp", "private", "REJ", 0, 0, 300),
    Kind("ipsweep.", 1_247, "icmp", "eco_i", "SF", 8, 0, 2),
    Kind("portsweep.", 1_040, "tcp", "private", "RSTR", 0, 0, 2),
    Kind("warezclient.", 1_020, "tcp", "ftp_data", "SF", 300_000, 0, 3),
    Kind("teardrop.", 979, "udp", "private", "SF", 28, 0, 90),
    Kind("pod.", 264, "icmp", "ecr_i", "SF", 1_480, 0, 5),
    Kind("nmap.", 231, "icmp", "eco_i", "SF", 8, 0, 2),
    Kind("guess_passwd.", 53, "tcp", "telnet", "RSTO", 125, 180, 2),
    Kind("buffer_overflow.", 30, "tcp", "telnet", "SF", 1_400, 6_000, 1),
    Kind("land.", 21, "tcp", "finger", "S0", 0, 0, 1),
    Kind("warezmaster.", 20, "tcp", "ftp_data", "SF", 20, 4_000_000, 1),
    Kind("imap.", 12, "tcp", "imap4", "SF", 350, 54_000, 2),
    Kind("rootkit.", 10, "tcp", "telnet", "SF", 300, 3_700, 1),
    Kind("loadmodule.", 9, "tcp", "telnet", "SF", 150, 3_000, 1),
    Kind("ftp_write.", 8, "tcp", "ftp", "SF", 220, 5_000, 1),
    Kind("multihop.", 7, "tcp", "telnet", "SF", 400, 200_000, 1),
    Kind("phf.", 4, "tcp", "http", "SF", 51, 8_100, 1),
    Kind("perl.", 3, "tcp", "telnet", "SF", 260, 2_400, 1),
    Kind("spy.", 2, "tcp", "telnet", "SF", 170, 2_700, 1),
    # Normal ones.
    Kind("normal.", 56_518, "tcp", "http", "SF", 230, 3_500, 8),
    Kind("normal.", 9_571, "tcp", "smtp", "SF", 1_000, 330, 2),
    Kind("normal.", 3_891, "tcp", "ftp_data", "SF", 12_000, 40, 3),
    Kind("normal.", 27_298, "udp", "domain_u", "SF", 44, 80, 60),
)
"""The labels' numbers are those of the cup's 10 percent. Of those that have logged in, 58,725 use http, 9,571 smtp, and
all together are 73,237, as in scikit-learn's subsets."""
COLUMNS = [
    "duration", "protocol_type", "service", "flag", "src_bytes", "dst_bytes", "land", "wrong_fragment",
    "urgent", "hot", "num_failed_logins", "logged_in", "num_compromised", "root_shell", "su_attempted",
    "num_root", "num_file_creations", "num_shells", "num_access_files", "num_outbound_cmds", "is_host_login",
    "is_guest_login", "count", "srv_count", "serror_rate", "srv_serror_rate", "rerror_rate", "srv_rerror_rate",
    "same_srv_rate", "diff_srv_rate", "srv_diff_host_rate", "dst_host_count", "dst_host_srv_count",
    "dst_host_same_srv_rate", "dst_host_diff_srv_rate", "dst_host_same_src_port_rate",
    "dst_host_srv_diff_host_rate", "dst_host_serror_rate", "dst_host_srv_serror_rate", "dst_host_rerror_rate",
    "dst_host_srv_rerror_rate", "labels",
]  # fmt: skip
LOGGED_IN = ("http", "smtp", "ftp_data", "ftp", "telnet")
NOT_LOGGED_IN = ("guess_passwd.", "warezmaster.", "ftp_write.", "multihop.", "spy.", "perl.", "loadmodule.", "rootkit.")
FAILS = ("S0", "REJ", "RSTR", "RSTO")
SERROR, RERROR, SAME_SERVICE, OTHER_SERVICE, COUNTS = (
    [24, 25, 37, 38], [26, 27, 39, 40], [28, 33], [29, 30, 34, 35, 36], [31, 32],
)  # fmt: skip
"""Columns that say the same of a connection."""


@functools.lru_cache
def table() -> Any:
    """(494,021, 42) objects: integers, bytes, rates from 0 to 1, and the label last."""
    import numpy as np

    generator = np.random.default_rng(0)
    kind = generator.permutation(np.repeat(np.arange(len(KINDS)), [each.number for each in KINDS]))
    made = np.zeros((len(kind), 42), object)
    for column, texts in (
        (1, [each.protocol for each in KINDS]),
        (2, [each.service for each in KINDS]),
        (3, [each.flag for each in KINDS]),
        (41, [each.label for each in KINDS]),
    ):
        made[:, column] = np.array(texts, "S16").astype(object)[kind]
    spread = generator.lognormal(0, 0.3, (3, len(kind)))
    for column, numbers, drawn in zip((4, 5, 22), zip(*(each[5:] for each in KINDS), strict=True), spread, strict=True):
        made[:, column] = (np.array(numbers)[kind] * drawn).astype(int)
    made[:, 23] = made[:, 22]
    made[:, 0] = (generator.random(len(kind)) < 0.05) * generator.integers(1, 5_000, len(kind))
    made[:, 11] = np.array([each.service in LOGGED_IN and each.label not in NOT_LOGGED_IN for each in KINDS])[kind] * 1
    failing = np.array([FAILS.index(each.flag) if each.flag in FAILS else -1 for each in KINDS])[kind]
    noise = generator.beta(1, 30, (2, len(kind))).round(2)
    for columns, rates in (
        (SERROR, np.where(failing == 0, 1 - noise[0], noise[0])),
        (RERROR, np.where(failing > 0, 1 - noise[1], noise[1])),
        (SAME_SERVICE, 1 - noise[0]),
        (OTHER_SERVICE, noise[1]),
        (COUNTS, generator.integers(1, 256, len(kind))),
    ):
        made[:, columns] = rates[:, None]
    return made
