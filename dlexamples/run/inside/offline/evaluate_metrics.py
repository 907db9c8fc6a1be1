"""`evaluate.load`: the scripts of the hub's metrics are not here; the packages that calculate are."""

from __future__ import annotations

import importlib
import os
from typing import Any

from . import Served, beneath, served
from .metric_scores import SCORES

PACKAGES = {"seqeval": "seqeval", "sacrebleu": "sacrebleu", "rouge": "rouge_score"}
"""Those that a metric's script imports first of all: what it lacks is told as it would be."""
OWNER = "evaluate-metric/"


@beneath("evaluate.loading")
def metrics(module: Any) -> None:
    """A known metric becomes a class of the library's own; comparisons and measurements stay the hub's."""
    factory, main_class = module.evaluation_module_factory, module.import_main_class

    def evaluation_module_factory(path: str, module_type: str | None = None, *args: Any, **options: Any) -> Any:
        name = path.removeprefix(OWNER)
        if name not in SCORES or module_type not in (None, "metric") or os.path.exists(path):
            return factory(path, module_type, *args, **options)
        importlib.import_module(PACKAGES.get(name, "sklearn"))
        why = "the hub's script was not downloaded: the same metric, calculated by the package that it uses"
        served(Served(f'evaluate.load("{path}")', name, "stand-in", why))
        return module.ImportableModule(f"{OWNER}{name}", "")

    def import_main_class(path: str) -> Any:
        name = path.removeprefix(OWNER)
        return _metric(name) if path != name and name in SCORES else main_class(path)

    module.evaluation_module_factory, module.import_main_class = evaluation_module_factory, import_main_class


def _metric(name: str) -> Any:
    import evaluate

    def _info(self: Any) -> Any:
        return evaluate.MetricInfo(description=name, citation="", features=_features(name, self.config_name))

    def _compute(self: Any, predictions: Any = None, references: Any = None, **options: Any) -> Any:
        return SCORES[name](self.config_name, predictions, references, **options)

    return type(name.title().replace("_", ""), (evaluate.Metric,), {"_info": _info, "_compute": _compute})


def _features(name: str, config: str) -> Any:
    from datasets import Features, Sequence, Value

    if name == "squad":
        answers = {"text": Sequence(Value("string")), "answer_start": Sequence(Value("int32"))}
        given = {"id": Value("string"), "prediction_text": Value("string")}
        return Features({"predictions": given, "references": {"id": Value("string"), "answers": answers}})
    if name in ("exact_match", "rouge"):
        return Features({"predictions": Value("string"), "references": Value("string")})
    if name == "sacrebleu":
        return Features({"predictions": Value("string"), "references": Sequence(Value("string"))})
    if name == "seqeval":
        return Features({column: Sequence(Value("string")) for column in ("predictions", "references")})
    is_real = name in ("mae", "mse", "pearsonr", "spearmanr") or config == "stsb"
    each = Value("float32" if is_real else "int32")
    several = config in ("multilabel", "multilist")
    return Features({column: Sequence(each) if several else each for column in ("predictions", "references")})
