"""Which sentences tell what a training gives, and which tell of something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ABOUT = (
    r"(?:(?:about|around|approximately|approx\.|roughly|nearly|almost|over|above|more|better|less|lower|than|at|least"
    r"|below|under|well|just|to|as|low|high|something|like|a|an|of)\s+|[~≈><≥≤]\s*)*"
)
_NUMBER = r"(?P<number>\d+(?:\.\d+)?(?:e-?\d+)?)(?![\d.]*\d|[-\u2013]\d|[\w/])"
_PERCENT = r"\s?(?P<percent>%|percent\b|per cent\b)"
_ON = r"(?:\s+on\s+(?:the|our|this)\s+\w+(?:\s+(?:set|data|images|samples|split|dataset|digits))?)?"
_COMES = r"""(?:(?:that\s+|which\s+|should\s+|will\s+|now\s+)*
    (?:of|is|was|be|reach(?:es|ed)?|hits?|at|to|ends(?:\s+up)?\s+(?:at|with)|settles\s+at
    |(?:goes|go|went|rises|climbs|increases|improves|gets|falls|fell|drops|dropped|decreases|comes|came)
     (?:\s+(?:up|down|below|under|above|from\s+[\d.]+\s*%?))?(?:\s+to)?))"""
_COMES = re.sub(r"\s*\n\s*", "", _COMES)
_ACCURACY, _LOSS = r"\baccuracy", r"\b(?:loss|MSE|mean squared error|perplexity)"
_FORMS = (
    ("accuracy", rf"{_ACCURACY}{_ON}\s+{_COMES}\s+{_ABOUT}{_NUMBER}(?:{_PERCENT})?"),
    ("accuracy", rf"{_ACCURACY}\s*[:=]\s*{_ABOUT}{_NUMBER}(?:{_PERCENT})?"),
    ("accuracy", rf"(?<![\w.]){_NUMBER}{_PERCENT}\s+(?:\w+\s+){{0,2}}?{_ACCURACY}\b"),
    ("accuracy", rf"\bclassif(?:y|ies|ied)\s+{_ABOUT}{_NUMBER}{_PERCENT}\s+of\s+(?:\w+\s+){{1,4}}correctly\b"),
    ("loss", rf"{_LOSS}{_ON}\s+{_COMES}\s+{_ABOUT}{_NUMBER}"),
    ("epochs", rf"\bconverge[sd]?\s+(?:after|in|within)\s+{_ABOUT}{_NUMBER}\s+epochs\b"),
)
_PATTERNS = tuple((metric, re.compile(form, re.IGNORECASE)) for metric, form in _FORMS)
_ALONE = re.compile(
    r"\W*(?:the\s+)?(?:\w+\s+){0,2}(?:accuracy|loss)\W+(?:is\s+|of\s+)?(?:about\s+|around\s+|~)?[\d.]+\s*%?\W*", re.I
)
"""`Final accuracy of 97 %`, and nothing else."""
_OF_THIS = re.compile(
    r"\b(?:we|you|our|your|it|this|these|(?:the|my)\s+(?:\w+\s+)?(?:model|network|net|classifier|perceptron|mlp|cnn|rnn"
    r"|lstm|transformer|training|run|code|script|loop|program)"
    r"|the (?:final|test|validation|training) (?:accuracy|loss)|accuracy on (?:the|our) (?:\w+ )?(?:set|data))\b",
    re.IGNORECASE,
)
_COMES_OUT = re.compile(
    r"\b(?:get|gets|got|reach\w*|achiev\w*|obtain\w*|attain\w*|yield\w*|gives?|gave|results?|scor\w+|ends?|ended|see|saw"
    r"|converge\w*|hits?|has|have|is|was|be|trains|trained|falls?|fell|drops?|dropped|goes|went|classif\w+)\b",
    re.IGNORECASE,
)
_SOMETHING_ELSE = (
    # Somebody else's
    r"papers?|authors?|et al|state[- ]of[- ]the[- ]art|sota|benchmarks?|leaderboard|literature|published|reports?"
    r"|reported|original|humans?|people|others?|another|pre-?trained|fine-?tun\w+",
    # What needs no training
    r"baselines?|chance|random(?:ly)?|guess\w*|naive|dummy|always|majority",
    # Under conditions, possible, wished for
    r"if|unless|until|once|when\w*|as soon as|stops?|threshold|could|would|might|may|can|cannot|able"
    r"|try|tun(?:e|ed|ing)|tweak\w*|exercise|challenge|suppose|imagine|assum\w+|consider|say|for example|for instance"
    r"|want|aim|goal|target|need|hope|require\w*|wish|desired?",
    # Compared, or of another run
    r"previous\w*|earlier|before|last (?:chapter|section|post|time|week)|every|each|both|either|instead|alternativ\w+"
    r"|versus|vs|compar\w+|whereas|while|but|although|however|longer|larger|bigger|deeper|more epochs"
    r"|(?:improve(?:s|d|ment)?|increase[sd]?|decrease[sd]?|drop(?:s|ped)?) (?:of|by)|gain\w*|points",
    # Not so
    r"not|never|no|without|fails?|class|classes|depth",
    # Not at the end
    r"initial\w*|starts?|started|starting|begins?|beginning|first|untrained",
)
_OF_ANOTHER = re.compile(
    rf"\]\(|\[@|\[\d+\]|\?|\be\.g\.|https?:|\$|\w+n['\u2019]t\b|\b(?:{'|'.join(_SOMETHING_ELSE)})\b", re.IGNORECASE
)
"""Links, citations and questions, too."""


def told(sentence: str) -> Iterator[tuple[str, re.Match[str]]]:
    """The metrics that a sentence says that this training gives, each with the words that say so; `number` and
    `percent` are groups of theirs."""
    of_this = _OF_THIS.search(sentence) and _COMES_OUT.search(sentence)
    if not (of_this or _ALONE.fullmatch(sentence)) or _OF_ANOTHER.search(sentence):
        return
    for metric, pattern in _PATTERNS:
        yield from ((metric, match) for match in pattern.finditer(sentence) if _is_meant(metric, match))


def _is_meant(metric: str, match: re.Match[str]) -> bool:
    value = float(match["number"])
    return metric != "accuracy" or (0 < value <= 100 and (value <= 1 or bool(match["percent"])))
