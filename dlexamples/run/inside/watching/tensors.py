"""Facts of torch's tensors, without a sign: no operation is recorded, no number is drawn, nothing is kept."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

MOST_LOOKED_AT = 4096
_FORM = (
    "View", "UnsafeView", "Reshape", "ReshapeAlias", "Squeeze", "Unsqueeze", "Alias", "Clone", "ToCopy", "Transpose",
    "Permute", "T", "Slice", "Select", "Expand", "Contiguous",
)  # fmt: skip
"""Names of operations, as autograd has them, that change a tensor's form and not its numbers."""
_OPERATIONS = {
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Sigmoid": "sigmoid",
    "Relu": "relu",
    "Tanh": "tanh",
    "Addmm": "linear",
    "Mm": "linear",
    "Convolution": "linear",
}


def readable(torch: Any, tensor: Any) -> bool:
    """Whether its numbers may be read: it has some, and nobody compiles, traces, batches or counts what is done."""
    return (
        type(tensor) in {torch.Tensor, torch.nn.Parameter}
        and tensor.layout is torch.strided
        and tensor.device.type != "meta"
        and not tensor.is_quantized
        and not tensor.is_complex()
        and tensor.numel() > 0
        and not torch._C._get_tracing_state()
        and not torch._C._functorch.is_functorch_wrapped_tensor(tensor)
        and not torch._C._len_torch_dispatch_stack()
        and not torch._C._autograd._profiler_enabled()
    )


def unseen(torch: Any) -> AbstractContextManager[Any]:
    """What is computed within is hidden from modes such as a default device."""
    context: AbstractContextManager[Any] = torch._C.DisableTorchFunction()
    return context


def operation(tensor: Any) -> tuple[str, Any]:
    """The last operation that made its numbers, and autograd's node of it; ('', None) where that is not known."""
    node = tensor.grad_fn
    while node is not None:
        name = _name(node)
        if name.rstrip("0123456789") not in _FORM:
            return _OPERATIONS.get(name, "other"), node
        before = node.next_functions
        node = before[0][0] if before else None
    return "", None


def _name(node: Any) -> str:
    """`Softmax` of `SoftmaxBackward0`."""
    return str(node.name()).partition("Backward")[0]


def numbers(tensor: Any) -> list[float]:
    """Some of its numbers: the first ones, row after row."""
    found: list[float] = tensor.detach().reshape(-1)[:MOST_LOOKED_AT].tolist()
    return found


def squared_difference(loss: Any) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """(shape of the predictions, shape of the difference) for a mean of squared, or absolute, differences to something
    without gradients, that the post has written out itself; None for another loss."""
    node = loss.grad_fn
    for names in (("Mean", "Sum"), ("Pow", "Abs", "Square"), ("Sub",)):
        if node is None or _name(node) not in names:
            return None
        if names == ("Sub",):
            break
        node = node.next_functions[0][0]
    predictions = [(each, number) for each, number in node.next_functions if each is not None]
    if len(predictions) != 1 or not hasattr(node, "_input_metadata"):
        return None
    before, number = predictions[0]
    if _name(before) in {"Unsqueeze", "Expand", "Select"}:
        return None  # Its author wants each with each.
    shape = tuple(before._input_metadata[number].shape)
    return shape, tuple(node._input_metadata[0].shape)
