"""The .mat files of Street View House Numbers."""

from __future__ import annotations

import io
import re

from . import images
from .remote import Data, Remote, lies_at

LENGTHS = {"train": 73_257, "test": 26_032}
DISTINCT = 5_000
"""Each digit in a few colours."""
WHY = "no house numbers but 1,797 real handwritten digits, those of scikit-learn enlarged and coloured, repeated"


@lies_at(r"housenumbers/(train|test)_32x32\.mat")
def svhn(url: re.Match[str]) -> Remote:
    """`X` (32, 32, 3, N) uint8, `y` (N, 1) with 10 for the digit 0."""
    import numpy as np
    import scipy.io

    part = images.digits()[url[1] == "test"].resampled(DISTINCT)
    ink = np.pad(part.images, ((0, 0), (2, 2), (2, 2)))[..., None].astype(np.float32) / 255
    generator = np.random.default_rng(0)
    paper, colour = generator.integers((0, 130), (110, 255), (3, len(ink), 2)).transpose(2, 1, 0)[:, :, None, None]
    coloured = (paper + (colour - paper) * ink).astype(np.uint8)
    made = images.Labelled(coloured, np.where(part.labels == 0, 10, part.labels)).resampled(LENGTHS[url[1]])
    file = io.BytesIO()
    scipy.io.savemat(file, {"X": made.images.transpose(1, 2, 3, 0), "y": made.labels[:, None]})
    data = Data("svhn", "stand-in", WHY, made.images.shape, "uint8")
    return Remote(data, [(url[0].rpartition("/")[2], file.getvalue())])
