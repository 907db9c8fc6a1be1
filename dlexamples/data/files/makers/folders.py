"""Folders: of pictures in a folder for each class, of pictures, of texts."""

from __future__ import annotations

import ast
import os
import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from dlexamples.data.files.contents import classes
from dlexamples.data.files.literals import strings, value_of
from dlexamples.data.files.making import Asking, Made, generator, maker, shown_call
from dlexamples.data.files.pictures import is_here
from dlexamples.data.refusal import CannotTell
from dlexamples.data.scene import last_name
from dlexamples.model import Claim

if TYPE_CHECKING:
    from dlexamples.data.scene import Scene

PER_CLASS = 8
_PICTURES = re.compile(r"Image\.open|imread|load_img|read_image|decode_(jpeg|png|image)|PIL")
_TEXTS = re.compile(r"\bopen\(|read_text")
_LISTS = {"listdir", "scandir", "glob", "iterdir", "walk"}
_PICTURE_SUFFIX = {".jpg", ".jpeg", ".png"}


@maker("torchvision.ImageFolder", "keras.flow_from_directory", "keras.image_dataset_from_directory")
def classes_of_pictures(asking: Asking) -> Made:
    """A folder a class, as these three read it."""
    return _of_classes(asking, _names(asking))


@maker("os.listdir", "os.scandir", "glob.glob", "pathlib.iterdir", "/")
def listed(asking: Asking) -> Made:
    """What the code opens of what it finds there. Raises CannotTell."""
    if last_name(asking.call.func) not in _LISTS:
        raise CannotTell("what it holds is for the post to say")
    code = "\n".join(asking.scene.stop.sources)
    folder, suffix = _pattern(asking, code)
    if _PICTURES.search(code) and suffix in _PICTURE_SUFFIX:
        return _of_classes(asking, _names(asking)) if _is_nested(asking) else _pictures(asking, folder, suffix, code)
    if _TEXTS.search(code) and suffix in {".txt", ""}:
        return _texts(asking, folder)
    raise CannotTell("nothing in the code says what the files in it are")


def _of_classes(asking: Asking, names: list[str]) -> Made:
    _need_pillow()
    rng, lines = generator(asking)
    makedirs, image = f"{asking.imports.module('os')}.makedirs", asking.imports.item("PIL", "Image")
    name, number = asking.unused("name", "folder"), asking.unused("number", "count")
    size, count = _size(asking.scene), _per_class(asking.scene)
    shown = ", ".join(f'"{each}"' for each in names)
    pixels = asking.unused("pixels", "noise")
    made = f'{pixels} = {rng}.integers(0, 256, ({size}, {size}, 3), dtype="uint8")'
    over = f"[{shown}]" if len(shown) < 80 else f'[f"class_{{n}}" for n in range({len(names)})]'
    return Made(
        [
            *lines,
            f"for {name} in {over}:",
            f'    {makedirs}(f"{asking.path}/{{{name}}}", exist_ok=True)',
            f"    for {number} in range({count}):",
            f"        {made}",
            f'        {image}.fromarray({pixels}).save(f"{asking.path}/{{{name}}}/{{{number}}}.jpg")',
        ],
        "image folder",
        f"{count} pictures of noise for each of {len(names)} classes, where the post has its own",
        Claim.SYNTHETIC,
        f"`{shown_call(asking)}`, which reads a folder for each class",
        (count * len(names), size, size, 3),
        "uint8",
        makes_folders=True,
    )


def _pictures(asking: Asking, folder: str, suffix: str, code: str) -> Made:
    _need_pillow()
    rng, lines = generator(asking)
    makedirs, image = f"{asking.imports.module('os')}.makedirs", asking.imports.item("PIL", "Image")
    name, number = asking.unused("name", "word"), asking.unused("number", "count")
    size = _size(asking.scene)
    between = "." if re.search(r"""split\(["']\.["']\)\[0\]""", code) else "_"
    below = f"{folder}/" if folder else ""
    words = _words(asking.scene) or ["cat", "dog"]
    pixels = asking.unused("pixels", "noise")
    made = f'{pixels} = {rng}.integers(0, 256, ({size}, {size}, 3), dtype="uint8")'
    shown = ", ".join(f'"{word}"' for word in words)
    return Made(
        [
            *lines,
            *([f'{makedirs}("{folder}", exist_ok=True)'] if folder else []),
            f"for {name} in [{shown}]:",
            f"    for {number} in range({PER_CLASS}):",
            f"        {made}",
            f'        {image}.fromarray({pixels}).save(f"{below}{{{name}}}{between}{{{number}}}{suffix}")',
        ],
        "images",
        f"{PER_CLASS * len(words)} pictures of noise, where the post has its own",
        Claim.SYNTHETIC,
        "its files are opened as pictures",
        (PER_CLASS * len(words), size, size, 3),
        "uint8",
        makes_folders=True,
    )


def _texts(asking: Asking, folder: str) -> Made:
    makedirs = f"{asking.imports.module('os')}.makedirs"
    below = f"{folder}/" if folder else ""
    number, file = asking.unused("number", "count"), asking.unused("file", "output")
    return Made(
        [
            *([f'{makedirs}("{folder}", exist_ok=True)'] if folder else []),
            f"for {number} in range({PER_CLASS}):",
            f'    with open(f"{below}{{{number}}}.txt", "w") as {file}:',
            f'        {file}.write(f"This is text number {{{number}}}.\\n" * 20)',
        ],
        "texts",
        f"{PER_CLASS} made-up texts, where the post has its own",
        Claim.SYNTHETIC,
        "its files are opened as text",
        (PER_CLASS,),
        makes_folders=True,
    )


def _need_pillow() -> None:
    if not is_here("PIL"):
        raise CannotTell("Pillow, which would write its pictures, is not installed")


def _pattern(asking: Asking, code: str) -> tuple[str, str]:
    """The folder and the suffix of what is listed."""
    if "*" not in asking.path:
        said = re.search(r"\.(jpe?g|png|txt)\b", code)
        suffix = f".{said[1]}" if said else (".jpg" if _PICTURES.search(code) else "")
        return asking.path, suffix
    folder, _, name = asking.path.rpartition("/")
    if "*" in folder:
        raise CannotTell("its pattern goes through folders whose names only its author knows")
    return folder, PurePath(name.replace("*", "x")).suffix.lower()


def _is_nested(asking: Asking) -> bool:
    """Whether what is listed is itself listed: `os.listdir(os.path.join(root, name))`."""
    for node in (node for tree in asking.scene.trees for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and node is not asking.call and last_name(node.func) in _LISTS:
            inner = node.args[0] if node.args else None
            if isinstance(inner, ast.Call | ast.JoinedStr | ast.BinOp):
                return True
    return False


def _names(asking: Asking) -> list[str]:
    """Of the classes: those that the call or the text names, else as many as the model tells apart."""
    for argument in ("classes", "class_names"):
        if named := strings(asking.argument(argument), asking.scene):
            return named
    below = {
        rest.partition("/")[0]
        for path in _spoken_paths(asking)
        if (rest := path.removeprefix(asking.path + "/")) != path
    }
    if len(below) > 1 and not any("." in name for name in below):
        return sorted(below)
    mode = value_of(asking.argument("class_mode") or asking.argument("label_mode"), asking.scene)
    count = 2 if mode == "binary" else classes(asking.scene)
    if found := re.search(r"([a-z]+)s?_(?:vs|and)_([a-z]+)", asking.path.lower()):
        return [found[1], found[2]]
    return ["cat", "dog"] if count == 2 else [f"class_{number}" for number in range(count)]


def _spoken_paths(asking: Asking) -> list[str]:
    """Paths that the text puts together."""
    nodes = (node for tree in asking.scene.trees for node in ast.walk(tree) if isinstance(node, ast.expr))
    values = (value_of(node, asking.scene) for node in nodes)
    return [os.path.normpath(value) for value in values if isinstance(value, (str, PurePath)) and "/" in str(value)]


def _words(scene: Scene) -> list[str]:
    """The words by which the code tells the files apart: `"cat" in name`, `name.startswith("dog")`."""
    found = []
    for node in (node for tree in scene.trees for node in ast.walk(tree)):
        match node:
            case ast.Compare(left=ast.Constant(value=str() as word), ops=[ast.In()]):
                found.append(word)
            case ast.Call(func=ast.Attribute(attr="startswith"), args=[ast.Constant(value=str() as word)]):
                found.append(word)
    words = [word for word in dict.fromkeys(found) if word.isidentifier()]
    return words if len(words) != 1 else [*words, "other"]


def _per_class(scene: Scene) -> int:
    """Enough for a batch where one that is not full is left out."""
    return 64 if "drop_last=True" in "\n".join(scene.stop.sources) else PER_CLASS


def _size(scene: Scene) -> int:
    """Of the square pictures: large enough to be cropped where the code crops."""
    return 256 if "Crop" in "\n".join(scene.stop.sources) else 64
