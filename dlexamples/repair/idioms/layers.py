"""A layer of one library for what was written among its layers: a function, a name, a class, the other's layer."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dlexamples.repair import live
from dlexamples.repair.idioms.spelling import resolved, spelled
from dlexamples.repair.signatures import accepts, public_name
from dlexamples.repair.torch_training.refusal import CannotMend

if TYPE_CHECKING:
    from dlexamples.model import Stop


@dataclass(frozen=True, slots=True)
class Elements:
    """What a container was given, and how the post writes it."""

    stop: Stop
    library: str
    """The container's."""
    given: tuple[Any, ...]
    code: tuple[str, ...]
    needed: dict[str, None] = field(default_factory=dict)

    def spell(self, path: str) -> str:
        text, imports = spelled(self.stop, path)
        self.needed.update(dict.fromkeys(imports))
        return text

    def imports(self) -> tuple[str, ...]:
        """What the spelled layers take."""
        return tuple(self.needed)


def layer_for(elements: Elements, number: int) -> str:
    """The code of the layer that says the same. Raises CannotMend."""
    value, code = elements.given[number], elements.code[number]
    is_torch = elements.library == "torch"
    base = resolved("torch.nn.Module" if is_torch else "keras.Layer")
    if isinstance(value, type) and issubclass(value, base):
        return _of_class(elements, number, value, code)
    if is_torch and isinstance(value, resolved("keras.Layer") if resolved("keras") is not live.MISSING else ()):
        return _torch_for_keras(elements, number)
    if not is_torch and live.is_module(value):
        return _keras_for_torch(elements, number)
    if is_torch and (isinstance(value, str) or (callable(value) and not isinstance(value, type))):
        return _of_class(elements, number, _module_named(value), "")
    if not is_torch and _is_activation(value):
        return f"{elements.spell('keras.layers.Activation')}({code})"
    raise CannotMend(f"no layer says what `{code}` does")


def _module_named(value: Any) -> type:
    """The class of torch.nn of a function's name: `relu`, `log_softmax`."""
    name = value if isinstance(value, str) else getattr(value, "__name__", "")
    home = value if isinstance(value, str) else _home(value)
    wanted = re.sub(r"_", "", name).lower()
    for known, cls in vars(resolved("torch.nn")).items():
        if isinstance(cls, type) and known.lower() == wanted and home and issubclass(cls, resolved("torch.nn.Module")):
            return cls
    raise CannotMend(f"torch has no layer for `{name or value}`")


def _home(value: Any) -> str:
    """torch's own functions, and none of the post's of the same name."""
    name = getattr(value, "__name__", "")
    for path in ("torch.nn.functional", "torch", "torch.Tensor"):
        if name and getattr(resolved(path), name, None) is value:
            return path
    return ""


def _of_class(elements: Elements, number: int, cls: type, code: str) -> str:
    code = code or elements.spell(public_name(cls))
    if not accepts(cls, 0, ()):
        raise CannotMend(f"`{cls.__name__}` has to be told its sizes")
    if elements.library == "torch" and "dim" in getattr(cls, "__constants__", ()) and _has_no_dim(cls):
        if number == 0 or not hasattr(elements.given[number - 1], "out_features"):
            raise CannotMend(f"over which dimension `{cls.__name__}` goes is not said")
        return f"{code}(dim=-1)"
    return f"{code}()"


def _has_no_dim(cls: type) -> bool:
    return getattr(cls(), "dim", 0) is None


def _is_activation(value: Any) -> bool:
    """A name that Keras knows, or a function of TensorFlow's or Keras's."""
    if isinstance(value, str):
        try:
            resolved("keras.activations").get(value)
        except ValueError:
            return False
        return True
    home = str(getattr(value, "__module__", "")).partition(".")[0]
    return callable(value) and not isinstance(value, type) and home in ("tensorflow", "keras")


def _call(code: str) -> ast.Call:
    node = ast.parse(code.strip(), mode="eval").body
    if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
        raise CannotMend(f"`{code}` is not made here")
    return node


def _only(code: str, *known: str) -> dict[str, str]:
    """The arguments of a constructor by the names in their order; other ones have no counterpart."""
    node = _call(code)
    if len(node.args) > len(known) or any(isinstance(argument, ast.Starred) for argument in node.args):
        raise CannotMend(f"not all that `{code}` says has a counterpart")
    named = dict(zip(known, map(ast.unparse, node.args), strict=False))
    named |= {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg}
    if other := [name for name in named if name not in known]:
        raise CannotMend(f"`{other[0]}` of `{code}` has no counterpart")
    return named


def _torch_for_keras(elements: Elements, number: int) -> str:
    layer, code = elements.given[number], elements.code[number]
    kind = type(layer).__name__
    if kind == "Dense":
        return _linear(elements, number)
    if kind == "Dropout":
        return f"{elements.spell('torch.nn.Dropout')}({_only(code, 'rate')['rate']})"
    if kind == "Flatten" and not _only(code):
        return f"{elements.spell('torch.nn.Flatten')}()"
    if kind == "Activation":
        return _activation(elements, layer.activation)
    if kind in ("ReLU", "Softmax") and not _only(code):
        return _activation(elements, layer)
    raise CannotMend(f"`{kind}` of Keras is to be written as torch's layers, and this says more than they do")


def _linear(elements: Elements, number: int) -> str:
    """`nn.Linear` with its activation behind it; `nn.LazyLinear` where the inputs' width is not said."""
    layer = elements.given[number]
    said = _only(elements.code[number], "units", "activation", "use_bias", "input_shape", "input_dim", "name")
    width = _width_before(elements, number, said)
    path = "torch.nn.Linear" if width else "torch.nn.LazyLinear"
    bias = "" if layer.use_bias else ", bias=False"
    linear = f"{elements.spell(path)}({width + ', ' if width else ''}{said['units']}{bias})"
    if layer.activation is resolved("keras.activations.linear"):
        return linear
    return f"{linear}, {_activation(elements, layer.activation)}"


def _width_before(elements: Elements, number: int, said: dict[str, str]) -> str:
    if "input_dim" in said:
        return said["input_dim"]
    if "input_shape" in said:
        shape = ast.parse(said["input_shape"], mode="eval").body
        return ast.unparse(shape.elts[0]) if isinstance(shape, (ast.Tuple, ast.List)) and len(shape.elts) == 1 else ""
    for before in range(number - 1, -1, -1):
        value = elements.given[before]
        if hasattr(value, "out_features"):
            return str(value.out_features)
        if hasattr(value, "units"):
            return _only(elements.code[before], "units", "activation", "use_bias", "input_shape", "input_dim")["units"]
    return ""


def _activation(elements: Elements, function: Any) -> str:
    name = getattr(function, "__name__", type(function).__name__).replace("_", "").lower()
    if name == "softmax":
        return f"{elements.spell('torch.nn.Softmax')}(dim=-1)"
    cls = _module_named(name)
    if not accepts(cls, 0, ()):
        raise CannotMend(f"torch has no plain `{name}`")
    return f"{elements.spell(public_name(cls))}()"


def _keras_for_torch(elements: Elements, number: int) -> str:
    module, code = elements.given[number], elements.code[number]
    kind = type(module).__name__
    if kind == "Linear":
        said = _only(code, "in_features", "out_features", "bias")
        bias = "" if module.bias is not None else ", use_bias=False"
        return f"{elements.spell('keras.layers.Dense')}({said['out_features']}{bias})"
    if kind == "Dropout":
        rate = _only(code, "p").get("p", "0.5")
        return f"{elements.spell('keras.layers.Dropout')}({rate})"
    if kind == "Flatten" and not _only(code):
        return f"{elements.spell('keras.layers.Flatten')}()"
    if kind in ("ReLU", "Sigmoid", "Tanh", "Softplus", "SiLU", "ELU", "SELU") and not _only(code, "inplace", "dim"):
        return f'{elements.spell("keras.layers.Activation")}("{kind.lower()}")'
    if kind == "Softmax" and _only(code, "dim").get("dim", "-1") in ("-1", "1"):
        return f'{elements.spell("keras.layers.Activation")}("softmax")'
    raise CannotMend(f"`{kind}` of PyTorch is to be written as Keras's layers, and this says more than they do")
