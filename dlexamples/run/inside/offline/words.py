"""English sentences whose words say what they are about, so that labels follow from the text and can be learned."""

from __future__ import annotations

import random

GOOD = [
    "wonderful",
    "brilliant",
    "moving",
    "charming",
    "superb",
    "delightful",
    "excellent",
    "funny",
    "gripping",
    "beautiful",
]
BAD = ["terrible", "boring", "awful", "dull", "clumsy", "disappointing", "weak", "tedious", "bland", "dreadful"]
THINGS = ["film", "story", "book", "song", "meal", "show", "performance", "plot", "ending", "cast", "script", "game"]
PEOPLE = [
    "Alice Johnson",
    "Peter Smith",
    "Maria Garcia",
    "John Miller",
    "Anna Schmidt",
    "David Brown",
    "Laura Rossi",
    "Paul Martin",
]
PLACES = ["Paris", "London", "Berlin", "New York", "Tokyo", "Madrid", "Vienna", "Boston"]
ORGANISATIONS = ["Acme Corporation", "United Nations", "Reuters", "European Commission", "Ford", "Red Cross"]
ADVERBS = ["truly", "really", "rather", "surprisingly", "simply", "quite"]


def opinion(draw: random.Random, good: bool) -> str:
    """A sentence that praises or blames."""
    word, thing = draw.choice(GOOD if good else BAD), draw.choice(THINGS)
    return draw.choice(
        (
            f"The {thing} was {draw.choice(ADVERBS)} {word}.",
            f"A {word} {thing}, and {draw.choice(ADVERBS)} {draw.choice(GOOD if good else BAD)} from start to end.",
            f"I found this {thing} {word} and would {'gladly' if good else 'never'} see it again.",
        )
    )


def fact(draw: random.Random) -> tuple[str, str, str]:
    """A sentence, a question that it answers, and the answer as it stands in it."""
    who, where = draw.choice(PEOPLE), draw.choice(PLACES)
    what, year = draw.choice(ORGANISATIONS), str(draw.randrange(1950, 2020))
    sentence = f"{who} moved to {where} in {year} and worked for {what}."
    return draw.choice(
        (
            (sentence, f"Where did {who} move?", where),
            (sentence, f"When did {who} move to {where}?", year),
            (sentence, f"For whom did {who} work?", what),
        )
    )


def sentences(count: int) -> list[str]:
    """The same every time."""
    draw = random.Random(0)
    return [opinion(draw, bool(number % 2)) if number % 3 else fact(draw)[0] for number in range(count)]
