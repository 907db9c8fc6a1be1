"""Well-known data sets of tensorflow_datasets, and how many rows each of their splits has.

The package itself says what the rows look like, and reads these numbers from the network; they are those of its
catalogue. A name with a slash is a configuration; one without stands for every configuration that has no line.
"""

from __future__ import annotations

_CHARACTERS = {"train": 697_932, "test": 116_323}
_NLI = {
    "train": 392_702, "validation_matched": 9_815, "validation_mismatched": 9_832,
    "test_matched": 9_796, "test_mismatched": 9_847,
}  # fmt: skip
SPLITS: dict[str, dict[str, int]] = {
    "ag_news_subset": {"train": 120_000, "test": 7_600},
    "beans": {"train": 1_034, "validation": 133, "test": 128},
    "cats_vs_dogs": {"train": 23_262},
    "celeb_a": {"train": 162_770, "validation": 19_867, "test": 19_962},
    "cifar10": {"train": 50_000, "test": 10_000},
    "cifar100": {"train": 50_000, "test": 10_000},
    "citrus_leaves": {"train": 594},
    "cnn_dailymail": {"train": 287_113, "validation": 13_368, "test": 11_490},
    "colorectal_histology": {"train": 5_000},
    "deep_weeds": {"train": 17_509},
    "diamonds": {"train": 53_940},
    "emnist/balanced": {"train": 112_800, "test": 18_800},
    "emnist/byclass": _CHARACTERS,
    "emnist/bymerge": _CHARACTERS,
    "emnist/digits": {"train": 240_000, "test": 40_000},
    "emnist/letters": {"train": 88_800, "test": 14_800},
    "emnist/mnist": {"train": 60_000, "test": 10_000},
    "eurosat/rgb": {"train": 27_000},
    "fashion_mnist": {"train": 60_000, "test": 10_000},
    "food101": {"train": 75_750, "validation": 25_250},
    "glue/cola": {"train": 8_551, "validation": 1_043, "test": 1_063},
    "glue/mnli": _NLI,
    "glue/mrpc": {"train": 3_668, "validation": 408, "test": 1_725},
    "glue/qnli": {"train": 104_743, "validation": 5_463, "test": 5_463},
    "glue/qqp": {"train": 363_846, "validation": 40_430, "test": 390_965},
    "glue/rte": {"train": 2_490, "validation": 277, "test": 3_000},
    "glue/sst2": {"train": 67_349, "validation": 872, "test": 1_821},
    "glue/stsb": {"train": 5_749, "validation": 1_500, "test": 1_379},
    "glue/wnli": {"train": 635, "validation": 71, "test": 146},
    "horses_or_humans": {"train": 1_027, "test": 256},
    "imdb_reviews/plain_text": {"train": 25_000, "test": 25_000, "unsupervised": 50_000},
    "iris": {"train": 150},
    "kmnist": {"train": 60_000, "test": 10_000},
    "malaria": {"train": 27_558},
    "mnist": {"train": 60_000, "test": 10_000},
    "movielens/100k-movies": {"train": 1_682},
    "movielens/100k-ratings": {"train": 100_000},
    "movielens/1m-movies": {"train": 3_883},
    "movielens/1m-ratings": {"train": 1_000_209},
    "multi_nli": {"train": 392_702, "validation_matched": 9_815, "validation_mismatched": 9_832},
    "oxford_flowers102": {"train": 1_020, "validation": 1_020, "test": 6_149},
    "oxford_iiit_pet": {"train": 3_680, "test": 3_669},
    "patch_camelyon": {"train": 262_144, "validation": 32_768, "test": 32_768},
    "penguins/processed": {"train": 334},
    "penguins/simple": {"train": 344},
    "rock_paper_scissors": {"train": 2_520, "test": 372},
    "squad/v1.1": {"train": 87_599, "validation": 10_570},
    "stanford_dogs": {"train": 12_000, "test": 8_580},
    "stl10": {"train": 5_000, "test": 8_000, "unlabelled": 100_000},
    "svhn_cropped": {"train": 73_257, "test": 26_032, "extra": 531_131},
    "ted_hrlr_translate/pt_to_en": {"train": 51_785, "validation": 1_193, "test": 1_803},
    "tf_flowers": {"train": 3_670},
    "titanic": {"train": 1_309},
    "wine_quality/red": {"train": 1_599},
    "wine_quality/white": {"train": 4_898},
    "yelp_polarity_reviews": {"train": 560_000, "test": 38_000},
}


def splits(full_name: str) -> dict[str, int] | None:
    """Of `mnist/3.0.1`, or `glue/cola/2.0.0`: rows by split; None for a data set that is not known here."""
    name = full_name.rpartition("/")[0]
    return SPLITS.get(name) or SPLITS.get(name.partition("/")[0])
