"""The metrics of the hub, calculated by the packages that their published scripts use, with the same results' names.

A function takes the metric's configuration, predictions and references, and what `compute` passes on.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable
from typing import Any

Result = dict[str, Any]
Score = Callable[..., Result]
SCORES: dict[str, Score] = {}


def metric(*names: str) -> Callable[[Score], Score]:
    """Registers a function under these names on the hub."""

    def register(score: Score) -> Score:
        SCORES.update(dict.fromkeys(names, score))
        return score

    return register


def _of_sklearn(name: str, function: str, **fixed: Any) -> None:
    def score(config: str | None, predictions: Any, references: Any, **options: Any) -> Result:
        import sklearn.metrics

        found = getattr(sklearn.metrics, function)(references, predictions, **fixed, **options)
        return {name: float(found) if getattr(found, "size", 1) == 1 else found}

    metric(name)(score)


_of_sklearn("accuracy", "accuracy_score")
_of_sklearn("f1", "f1_score")
_of_sklearn("precision", "precision_score")
_of_sklearn("recall", "recall_score")
_of_sklearn("matthews_correlation", "matthews_corrcoef")
_of_sklearn("mae", "mean_absolute_error")
_of_sklearn("mse", "mean_squared_error")


@metric("pearsonr", "spearmanr")
def correlation(config: str | None, predictions: Any, references: Any) -> Result:
    """Those of GLUE's stsb."""
    from scipy.stats import pearsonr, spearmanr

    return {
        "pearson": float(pearsonr(predictions, references)[0]),
        "spearmanr": float(spearmanr(predictions, references)[0]),
    }


@metric("glue")
def glue(config: str | None, predictions: Any, references: Any) -> Result:
    """By configuration, as the benchmark has it."""
    if config == "stsb":
        return correlation(config, predictions, references)
    if config == "cola":
        return SCORES["matthews_correlation"](config, predictions, references)
    found = SCORES["accuracy"](config, predictions, references)
    return found | SCORES["f1"](config, predictions, references) if config in ("mrpc", "qqp") else found


@metric("exact_match")
def exact_match(config: str | None, predictions: Any, references: Any) -> Result:
    """The share of predictions that are the reference, letter by letter."""
    same = [one == other for one, other in zip(predictions, references, strict=True)]
    return {"exact_match": sum(same) / len(same)}


@metric("squad")
def squad(config: str | None, predictions: Any, references: Any) -> Result:
    """In percent: answers that are one of the references, and the best overlap of words with one of them."""
    given = {each["id"]: _words(each["prediction_text"]) for each in predictions}
    exact, overlap = [], []
    for each in references:
        answers = [_words(text) for text in each["answers"]["text"]]
        said = given.get(each["id"], [])
        exact.append(max(said == answer for answer in answers))
        overlap.append(max(_overlap(said, answer) for answer in answers))
    return {"exact_match": 100 * sum(exact) / len(exact), "f1": 100 * sum(overlap) / len(overlap)}


def _words(text: str) -> list[str]:
    letters = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", letters).split()


def _overlap(said: list[str], answer: list[str]) -> float:
    common = sum((Counter(said) & Counter(answer)).values())
    return 2 * common / (len(said) + len(answer)) if common else 0.0


@metric("seqeval")
def seqeval(config: str | None, predictions: Any, references: Any, **options: Any) -> Result:
    """For each kind of entity, and overall."""
    from seqeval.metrics import accuracy_score, classification_report

    report = classification_report(y_true=references, y_pred=predictions, output_dict=True, **options)
    report.pop("macro avg"), report.pop("weighted avg")
    overall = report.pop("micro avg")
    kinds = {
        kind: {
            "precision": each["precision"],
            "recall": each["recall"],
            "f1": each["f1-score"],
            "number": each["support"],
        }
        for kind, each in report.items()
    }
    of_all = {"precision": overall["precision"], "recall": overall["recall"], "f1": overall["f1-score"]}
    of_all["accuracy"] = accuracy_score(y_true=references, y_pred=predictions)
    return kinds | {f"overall_{name}": value for name, value in of_all.items()}


@metric("sacrebleu")
def sacrebleu(config: str | None, predictions: Any, references: Any, **options: Any) -> Result:
    """BLEU of translations, each with several references."""
    from sacrebleu import corpus_bleu

    found = corpus_bleu(predictions, [list(each) for each in zip(*references, strict=True)], **options)
    names = {"score": "score", "counts": "counts", "totals": "totals", "precisions": "precisions", "bp": "bp"}
    return {
        name: getattr(found, given) for name, given in (names | {"sys_len": "sys_len", "ref_len": "ref_len"}).items()
    }


@metric("rouge")
def rouge(config: str | None, predictions: Any, references: Any, use_stemmer: bool = False) -> Result:
    """F-measures, averaged over the texts."""
    from rouge_score.rouge_scorer import RougeScorer

    kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    scorer = RougeScorer(kinds, use_stemmer=use_stemmer)
    each = [scorer.score(reference, said) for said, reference in zip(predictions, references, strict=True)]
    return {kind: sum(one[kind].fmeasure for one in each) / len(each) for kind in kinds}
