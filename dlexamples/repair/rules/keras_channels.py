"""`Conv2D(32, 3, input_shape=(28, 28))`: a convolution takes images with channels, and one channel counts.

https://keras.io/api/layers/convolution_layers/convolution2d/: the input is `(batch, height, width, channels)`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from dlexamples.repair import rule
from dlexamples.repair.shapes import propose
from dlexamples.repair.shapes.keras_calls import shapes_written
from dlexamples.repair.shapes.sites import replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dlexamples.model import Proposal, Stop

LACKS_AN_AXIS = re.compile(
    r"of layer ['\"]?(?P<layer>\w+)['\"]? is incompatible with the layer: expected (?:min_)?ndim=(?P<wanted>\d), "
    r"found ndim=(?P<found>\d)\. Full shape received: \((?P<shape>None(?:, \d+)+)\)"
)


@rule
def keras_channels(stop: Stop) -> Iterator[Proposal]:
    said = LACKS_AN_AXIS.search(str(stop.error)) if isinstance(stop.error, ValueError) else None
    if said is None or not re.match(r"(?:\w+_)?(?:conv|max_pool|average_pool)", said["layer"]):
        return
    if int(said["wanted"]) != int(said["found"]) + 1:
        return
    sizes = tuple(int(size) for size in said["shape"].split(", ")[1:])
    written = list(shapes_written(stop, sizes))
    here = [site for site in written if site.block == stop.at.block and _is_at(stop, site.tree.line(site.node))]
    sites = here or written
    if len(sites) != 1 or not isinstance(sites[0].node, cst.Tuple):
        return
    listed = ", ".join(map(str, (*sizes, 1)))
    yield propose.mend(
        "keras_channels",
        propose.SHAPES,
        f"`{said['layer']}` takes {said['wanted']} axes, with the batch and the channels, and its input is "
        f"{'x'.join(('N', *map(str, sizes)))}",
        f"say that there is one channel: `({listed})`",
        replaced(stop, sites[0], listed),
    )


def _is_at(stop: Stop, line: int) -> bool:
    return stop.statement.line <= line <= stop.statement.end_line
