"""Zachary's karate club: 34 members, 78 friendships, and the two clubs into which they parted.

Zachary, "An Information Flow Model for Conflict and Fission in Small Groups", 1977; networkx's copy (BSD-3-Clause), and
torch_geometric's (MIT), in four groups and with a feature for each member.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dlexamples.data.live import kind
from dlexamples.data.refusal import CannotTell
from dlexamples.data.things import Thing, Uses, thing
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

MEMBERS = 34
WHAT = "Zachary's karate club, 34 members and 78 friendships"
_BUILDS = {"add_node", "add_nodes_from", "add_edge", "add_edges_from"}
_NODES = {"nodes", "edges", "degree", "neighbors", "adjacency", "number_of_nodes", "number_of_edges", "subgraph"}


@thing("karate_club", names=r"G|g|graph|(zacharys?_)?karate(_?club)?(_graph)?|data|dataset|edge_index|x")
def karate_club(uses: Uses) -> Thing | None:
    """networkx's graph, torch_geometric's data set or its graph, or the edges alone, as the code uses it."""
    packages = uses.scene.packages
    if "torch_geometric" in packages and uses.attributes & {"edge_index", "num_node_features"}:
        return _geometric(uses, "[0]")
    if "torch_geometric" in packages and uses.attributes & {"num_features", "num_classes"}:
        return _geometric(uses, "")
    if uses.name == "edge_index" or (uses.name == "x" and uses.beside("edge_index")):
        return _edges(uses)
    if uses.name == "x":
        return None
    if "networkx" in packages and _is_graph(uses):
        networkx = uses.imports.module("networkx", "nx")
        line = f"{uses.name} = {networkx}.karate_club_graph()"
        return _club((uses.name,), [line], "the code uses it as a graph of networkx")
    return None


def _club(names: tuple[str, ...], lines: list[str], why: str) -> Thing:
    """Real where the name says so, else in the place of a graph that is not named."""
    if "karate" in names[0]:
        return Thing(names, lines, f"{WHAT}, real and complete", Claim.REAL, "the name", is_exact=True)
    return Thing(names, lines, f"{WHAT}, standing in for a graph not named", Claim.STAND_IN, why)


def _is_graph(uses: Uses) -> bool:
    if uses.attributes & _BUILDS:
        return False
    functions = (uses.scene.value(getattr(call.func, "value", call.func)) for call in uses.calls)
    return bool(uses.attributes & _NODES) or any(getattr(f, "__name__", "") == "networkx" for f in functions)


def _geometric(uses: Uses, index: str) -> Thing:
    if absent := uses.attributes & {"val_mask", "test_mask", "edge_attr"}:
        raise CannotTell(f"Zachary's karate club has no `{min(absent)}`")
    _check_width(uses.scene)
    club = uses.imports.item("torch_geometric.datasets", "KarateClub")
    form = "a graph" if index else "a data set"
    why = f"the code uses it as {form} of torch_geometric"
    return _club((uses.name,), [f"{uses.name} = {club}(){index}"], why)


def _edges(uses: Uses) -> Thing | None:
    """int64 (2, 156), each friendship in both directions, beside features of as many members."""
    if uses.scene.framework != "torch":
        return None
    features = uses.name if uses.name == "x" else uses.beside(r"x|features|node_features")
    if not features and not any(_has_members(value) for value in uses.scene.live.values()):
        return None
    torch = uses.imports.module("torch")
    lines = []
    if features:
        _check_width(uses.scene)
        lines = [f"{features} = {torch}.eye({MEMBERS})"]
    names = ("edge_index", *([features] if features else []))
    why = "the code passes it as the edges of a graph"
    if find_spec("torch_geometric"):
        club = uses.imports.item("torch_geometric.datasets", "KarateClub")
        return _club(names, [f"edge_index = {club}()[0].edge_index", *lines], why)
    networkx = uses.imports.module("networkx", "nx")
    graph = f"{networkx}.karate_club_graph().to_directed()"
    made = f"edge_index = {torch}.tensor(list({graph}.edges)).T.contiguous()"
    return _club(names, [made, *lines], why)


def _has_members(value: Any) -> bool:
    shape = getattr(value, "shape", ())
    return len(shape) == 2 and int(shape[0]) == MEMBERS if isinstance(shape, tuple) else False


def _check_width(scene: Scene) -> None:
    """Raises CannotTell for a model whose nodes have other features than one for each member."""
    layers = (layer for model in scene.live.values() if kind(model) == "torch" for layer in model.modules())
    widths = (getattr(layer, "in_channels", None) or getattr(layer, "in_features", None) for layer in layers)
    first = next((width for width in widths if isinstance(width, int) and width > 0), MEMBERS)
    if first != MEMBERS:
        raise CannotTell(f"the members of Zachary's karate club have {MEMBERS} features, and the model takes {first}")
