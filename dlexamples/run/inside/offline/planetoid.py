"""torch_geometric's Planetoid: citation graphs in the files that it reads, `ind.cora.x` and seven others."""

from __future__ import annotations

import os
import pickle
from typing import Any, NamedTuple

from . import beneath, remote
from .remote import Data


class Graph(NamedTuple):
    nodes: int
    """All but the 1,000 of the test have the lower numbers."""
    edges: int
    """Undirected, none twice."""
    features: int
    classes: int


GRAPHS = {
    "cora": Graph(2_708, 5_278, 1_433, 7),
    "citeseer": Graph(3_327, 4_552, 3_703, 6),
    "pubmed": Graph(19_717, 44_324, 500, 3),
}
TEST = 1_000
SAME_CLASS = 0.8
"""Of the edges; of Cora's, 81 in 100."""


@beneath("torch_geometric.datasets.planetoid")
def downloads(module: Any) -> None:
    download, process = module.Planetoid.download, module.Planetoid.__init__

    def download_here(self: Any) -> None:
        name = self.name.lower()
        if self.split == "geom-gcn" or name not in GRAPHS:
            download(self)
            return
        graph = GRAPHS[name]
        why = (
            f"an invented graph with the lengths of {self.name}'s: neighbours are mostly of one class, "
            "which has words of its own; no real papers"
        )
        data = Data(name, "synthetic", why, (graph.nodes, graph.features), "float32")
        for file, contents in files(graph).items():
            remote.write(os.path.join(self.raw_dir, f"ind.{name}.{file}"), contents, data)

    def init_here(self: Any, *arguments: Any, **options: Any) -> None:
        process(self, *arguments, **options)
        remote.stands_in(self.raw_paths[0], "torch_geometric.datasets.Planetoid")

    module.Planetoid.download, module.Planetoid.__init__ = download_here, init_here


def files(graph: Graph) -> dict[str, bytes]:
    """Sparse features and one-hot classes of the labelled nodes, of all that are not for the test, and of the test."""
    import numpy as np
    import scipy.sparse

    generator = np.random.default_rng(0)
    first = graph.nodes - TEST
    # Twenty of each class are labelled; the order of the others is left to chance.
    labels = np.arange(graph.nodes) % graph.classes
    labels[20 * graph.classes :] = generator.permutation(labels[20 * graph.classes :])
    features = scipy.sparse.csr_matrix(_words(graph, labels, generator))
    one_hot = np.eye(graph.classes, dtype=np.int32)[labels]
    labelled = 20 * graph.classes
    parts = {
        "x": features[:labelled],
        "y": one_hot[:labelled],
        "allx": features[:first],
        "ally": one_hot[:first],
        "tx": features[first:],
        "ty": one_hot[first:],
        "graph": _neighbours(graph, labels, generator),
    }
    held = {name: pickle.dumps(part) for name, part in parts.items()}
    return {**held, "test.index": "".join(f"{node}\n" for node in range(first, graph.nodes)).encode()}


def _words(graph: Graph, labels: Any, generator: Any) -> Any:
    """(nodes, features) float32: 18 words a paper, a third of them from the part of the words that is its class's."""
    import numpy as np

    anywhere = generator.integers(0, graph.features, (graph.nodes, 12))
    share = graph.features // graph.classes
    own = labels[:, None] * share + generator.integers(0, share, (graph.nodes, 6))
    words = np.zeros((graph.nodes, graph.features), np.float32)
    words[np.arange(graph.nodes)[:, None], np.hstack([anywhere, own])] = 1
    return words


def _neighbours(graph: Graph, labels: Any, generator: Any) -> dict[int, list[int]]:
    """Each edge once in either direction, none from a node to itself."""
    import numpy as np

    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(graph.classes + 1))
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < graph.edges:
        count = graph.edges - len(pairs)
        left = generator.integers(0, graph.nodes, count)
        low, high = starts[labels[left]], starts[labels[left] + 1]
        alike = order[generator.integers(low, high)]
        right = np.where(generator.random(count) < SAME_CLASS, alike, generator.integers(0, graph.nodes, count))
        ends = np.sort(np.column_stack([left, right]), axis=1)
        pairs |= {(a, b) for a, b in ends.tolist() if a != b}
    near: dict[int, list[int]] = {node: [] for node in range(graph.nodes)}
    for a, b in sorted(pairs):
        near[a].append(b)
        near[b].append(a)
    return near
