"""Made-up rows of a data set's schema: what the label is follows from the row, so that a model can learn it."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .words import ORGANISATIONS, PEOPLE, PLACES, THINGS, fact, opinion

Row = dict[str, Any]
Make = Callable[[random.Random, int, "tuple[str, ...]"], Row]
"""From a generator, the row's number and the names of the labels."""
SENTENCES = 12
"""Beside the one with the answer: about 120 words, as SQuAD's passages have."""
GRAIN = 28
"""Of the noise in a picture: dots a side."""
PAIRS = [
    "day jour Tag",
    "house maison Haus",
    "book livre Buch",
    "water eau Wasser",
    "city ville Stadt",
    "friend ami Freund",
]


def rows(make: Make, labels: tuple[str, ...], split: str, count: int) -> Iterator[Row]:
    """The same every time; those of other splits differ."""
    draw = random.Random(zlib.crc32(split.encode()))
    for number in range(count):
        yield make(draw, number, labels)


def class_of(number: int, labels: Sequence[str]) -> int:
    """Every class as often, and neighbours differ: a first slice of the rows holds them all."""
    return number % len(labels)


def judged(text: str, label: str = "label") -> Make:
    """A review: of two classes the second praises, of more the share of praise grows with the class."""

    def make(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
        kind = class_of(number, labels)
        good = round(3 * kind / (len(labels) - 1))
        said = [opinion(draw, place < good) for place in range(3)]
        draw.shuffle(said)
        return {text: " ".join(said), label: kind}

    return make


def about(text: str, label: str = "label") -> Make:
    """A text that names its class."""

    def make(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
        kind = class_of(number, labels)
        topic = labels[kind].replace("_", " ").replace("/", " and ").lower()
        return {text: f"{fact(draw)[0]} This is about {topic}, said {draw.choice(PEOPLE)}.", label: kind}

    return make


def compared(first: str, second: str) -> Make:
    """Two sentences: of the same people and places where the class says that they agree."""

    def make(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
        kind = class_of(number, labels)
        agree = "not" not in labels[kind] and labels[kind] not in {"neutral", "contradiction"}
        one = fact(draw)[0]
        other = f"It is said that {one[:-1]}." if agree else opinion(draw, bool(draw.randrange(2)))
        if labels[kind] == "contradiction":
            other = f"It is not true that {one[:-1]}."
        return {first: one, second: other, "label": kind}

    return make


def scored(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
    """Two sentences and how much they agree, from 0 to 5."""
    score = number % 6
    one = [draw.choice(THINGS) for _ in range(5)]
    other = one[:score] + [draw.choice(PLACES).lower() for _ in range(5 - score)]
    return {"sentence1": " ".join(one), "sentence2": " ".join(other), "label": float(score)}


def named(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
    """Words with the tags of CoNLL 2003: who moved where and worked for whom."""
    who, where, what = draw.choice(PEOPLE), draw.choice(PLACES), draw.choice(ORGANISATIONS)
    tagged = [
        *_tags(who, "PER"), ("moved", "O", "VBD", "B-VP"), ("to", "O", "TO", "B-PP"), *_tags(where, "LOC"),
        ("and", "O", "CC", "O"), ("joined", "O", "VBD", "B-VP"), *_tags(what, "ORG"), (".", "O", ".", "O"),
    ]  # fmt: skip
    words, entities, parts, chunks = zip(*tagged, strict=True)
    return {"tokens": list(words), "ner_tags": list(entities), "pos_tags": list(parts), "chunk_tags": list(chunks)}


def _tags(name: str, kind: str) -> Iterator[tuple[str, str, str, str]]:
    for place, word in enumerate(name.split()):
        begins = "I" if place else "B"
        yield word, f"{begins}-{kind}", "NNP", f"{begins}-NP"


def asked(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
    """A passage, a question, and the answer with its place in the passage."""
    sentence, question, answer = fact(draw)
    said = [opinion(draw, bool(draw.randrange(2))) for _ in range(SENTENCES)]
    said.insert(draw.randrange(SENTENCES), sentence)
    context = " ".join(said)
    start = context.index(sentence) + sentence.rindex(answer)
    found = {"text": [answer], "answer_start": [start]}
    return {"title": answer, "context": context, "question": question, "answers": found}


def translated(languages: tuple[str, str]) -> Make:
    """The same few words in two languages; a language that is not known here has the French words."""
    column = {"en": 0, "fr": 1, "de": 2}

    def make(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
        chosen = [draw.choice(PAIRS).split() for _ in range(4)]
        said = {name: " ".join(words[column.get(name, 1)] for words in chosen) + "." for name in languages}
        return {"translation": said}

    return make


def shortened(text: str, summary: str) -> Make:
    """Several sentences; the summary is the one that tells a fact."""

    def make(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
        told = fact(draw)[0]
        rest = [opinion(draw, bool(draw.randrange(2))) for _ in range(4)]
        return {text: " ".join([told, *rest]), summary: told}

    return make


def discussed(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
    """An issue of a project as GitHub's API gives it, its comments as texts; every third is a pull request."""
    import datetime

    home = "https://github.com/huggingface/datasets"
    api = f"https://api.github.com/repos/huggingface/datasets/issues/{number}"
    pulls = number % 3 == 1
    told, question, answer = fact(draw)
    day = datetime.datetime(2021, 1, 1) + datetime.timedelta(hours=number)
    comments = [" ".join(opinion(draw, bool(draw.randrange(2))) for _ in range(3)) for _ in range((number + 2) % 4)]
    nobody = ("assignee", "milestone", "active_lock_reason", "performed_via_github_app")
    return {
        "url": api,
        "repository_url": api.rpartition("/issues")[0],
        **{f"{each}_url": f"{api}/{each}" for each in ("labels", "comments", "events")},
        "html_url": f"{home}/{'pull' if pulls else 'issues'}/{number}",
        "id": 900_000_000 + number,
        "node_id": f"I_{number}",
        "number": number,
        "title": question,
        "user": {"login": draw.choice(PEOPLE).replace(" ", "-").lower()},
        "labels": [{"name": "enhancement" if pulls else "bug"}],
        "state": "closed" if number % 2 else "open",
        "locked": False,
        "assignees": [{"login": "maintainer"}],
        "comments": comments,
        **dict.fromkeys(("created_at", "updated_at", "closed_at"), day),
        "author_association": "CONTRIBUTOR",
        "pull_request": {"html_url": f"{home}/pull/{number}" if pulls else None},
        "body": f"{told} {question} I expected {answer}.",
        "is_pull_request": pulls,
        **dict.fromkeys(nobody),
    }


def plain(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
    """Running text."""
    return {"text": " ".join([fact(draw)[0], opinion(draw, True), opinion(draw, False)])}


def instructed(columns: dict[str, str]) -> Make:
    """What is asked for, with its context, and the answer; `columns` gives the data set's own names."""

    def make(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
        sentence, question, answer = fact(draw)
        said = {"question": question, "context": sentence, "answer": answer, "kind": "closed_qa"}
        said["all"] = f"{question}\n\n{sentence}\n\n{answer}"
        return {name: said[part] for name, part in columns.items()}

    return make


def pictured(column: str, label: str, size: tuple[int, int], mode: str) -> Make:
    """A picture in which the class is where a bright square is; noise lies on the rest."""

    def make(draw: random.Random, number: int, labels: tuple[str, ...]) -> Row:
        import io

        from PIL import Image

        kind = class_of(number, labels)
        noise = Image.frombytes("L", (GRAIN, GRAIN), draw.randbytes(GRAIN**2)).point(lambda value: value // 3)
        picture = noise.resize(size, Image.Resampling.NEAREST)
        side, across = min(size) // 4, 4
        left, top = kind % across * side, kind // across % across * side
        picture.paste(255 - 10 * (kind // across**2), (left, top, left + side, top + side))
        file = io.BytesIO()
        picture.convert(mode).save(file, "PNG")
        return {column: {"bytes": file.getvalue(), "path": None}, label: kind}

    return make
