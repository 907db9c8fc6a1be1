"""Watching a training changes none of its numbers, and a block finds no sign of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

INSIDE = Path(__file__).parent.parent / "dlexamples" / "run"

RUN = """
import linecache, sys
sys.path.insert(0, {folder!r})
from inside import watching
from inside.lines import Lines

def fault(trace):
    raise SystemExit(trace)

source = sys.stdin.read()
linecache.cache["a post.md"] = (len(source), None, source.splitlines(True), "a post.md")
watch = watching.Watch("a post.md", fault)
if {watched}:
    watching.load()
    watch.start()
lines = Lines(watch.calls.begins)
code = compile(source, "a post.md", "exec")
lines.start()
lines.watch(code)
exec(code, {{"__name__": "__main__"}})
lines.stop()
if {watched}:
    assert watch.losses, "it is watched"
    assert watch.fits or any(each.curve.values for each in watch.objectives.values()), "its loss is followed"
    assert any(each["ratios"] for each in watch.facts()["optimizers"]), "its updates are measured"
"""

TORCH = """
import random
import numpy as np
import torch
from torch import nn

random.seed(1)
np.random.seed(1)
torch.manual_seed(1)
x, y = torch.randn(256, 10), torch.randint(0, 3, (256,))
model = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3))
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(3):
    for i in torch.randperm(256).split(32):
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(model(x[i]), y[i]) + ((model(x[i])[:, 0] - 1) ** 2).mean()
        loss.backward()
        optimizer.step()
weights = torch.cat([p.detach().flatten() for p in model.parameters()] + [model[1].running_mean])
print(weights.double().sum().item().hex(), loss.item().hex())
print(random.random(), np.random.rand(), torch.rand(1).item())
"""

KERAS = """
import keras
import numpy as np
import tensorflow as tf

keras.utils.set_random_seed(1)
x, y = np.random.rand(256, 10), np.random.randint(0, 3, 256)
model = keras.Sequential([
    keras.layers.Dense(32, activation="relu"), keras.layers.Dropout(0.3), keras.layers.Dense(3, activation="softmax"),
])
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
rows = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(256).batch(32)
history = model.fit(rows, epochs=3, verbose=0)
history = model.fit(x, y, epochs=2, verbose=0)
print(float(sum(w.astype("float64").sum() for w in model.get_weights())).hex(), history.history)
print(np.random.rand(), tf.random.uniform((1,)).numpy(), keras.random.uniform((1,)).numpy())
"""

KERAS_LOOPS = """
import keras
import numpy as np
import tensorflow as tf

keras.utils.set_random_seed(1)
x, y = np.random.rand(96, 10).astype("float32"), np.random.randint(0, 3, 96)
model = keras.Sequential([
    keras.layers.Dense(16, activation="relu"), keras.layers.BatchNormalization(), keras.layers.Dropout(0.3),
    keras.layers.Dense(3),
])
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
first, second = keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.01, momentum=0.9)

def update(optimizer, inputs, labels):
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(inputs, training=True))
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss

compiled = tf.function(update)
for inputs, labels in tf.data.Dataset.from_tensor_slices((x, y)).shuffle(96).batch(16).repeat(3):
    print(float(update(first, inputs, labels)).hex(), float(compiled(second, inputs, labels)).hex())
print(float(sum(w.astype("float64").sum() for w in model.get_weights())).hex())
print(model.predict(x, verbose=0).sum().item().hex())
print(np.random.rand(), tf.random.uniform((1,)).numpy(), keras.random.uniform((1,)).numpy())
"""

NO_SIGN = """
import copy
import inspect
import pickle
import sys
import traceback
import warnings
import torch
import torch.nn.functional as F
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.Adam(model.parameters())
loss = F.cross_entropy(model(torch.zeros(3, 4)), torch.tensor([0, 1, 0]))
loss.backward()
optimizer.step()

modules, optimizers = torch.nn.modules.module, sys.modules["torch.optim.optimizer"]
print(model, optimizer, loss.grad_fn.name())
print(model._forward_hooks, model._backward_hooks, model[0]._forward_pre_hooks, sorted(vars(model)))
print(dict(modules._global_forward_hooks), dict(modules._global_forward_pre_hooks))
print(dict(optimizers._global_optimizer_pre_hooks), dict(optimizers._global_optimizer_post_hooks))
print(optimizer._optimizer_step_pre_hooks, optimizer._optimizer_step_post_hooks, sorted(vars(optimizer)))
for function in (F.cross_entropy, F.mse_loss, torch.Tensor.backward, torch.autograd.backward, torch.optim.Adam.step,
                 torch.optim.Adam.zero_grad, nn.Module.__call__, nn.Module.train, nn.Linear.forward):
    print(function.__name__, function.__qualname__, function.__module__, inspect.signature(function), function.__doc__)
    print(inspect.getsourcefile(function) is not None, function.__code__.co_name, hasattr(function, "__wrapped__"))

class Broken(nn.Module):
    def forward(self, x):
        raise ValueError("in the author's own code")

for failing in (lambda: Broken()(torch.zeros(1)), lambda: F.mse_loss(torch.zeros(2, 3), torch.zeros(4)),
                lambda: torch.zeros(2, requires_grad=True).backward()):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            failing()
    except Exception:
        print(traceback.format_exc())

print(pickle.loads(pickle.dumps(model)).state_dict().keys(), copy.deepcopy(optimizer).state_dict()["param_groups"])
print(pickle.loads(pickle.dumps(F.cross_entropy)) is F.cross_entropy)
print(torch.jit.script(nn.Sequential(nn.Linear(4, 2), nn.ReLU()))(torch.zeros(1, 4)).shape)
print(torch.jit.trace(model, torch.zeros(1, 4))(torch.zeros(2, 4)).shape)

@torch.jit.script
def objective(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(output, target)

print(objective(torch.zeros(2, 2), torch.tensor([0, 1])))
compiled = torch.compile(model, backend="eager", fullgraph=True)
print(compiled(torch.zeros(3, 4)).shape)
print(torch.func.vmap(lambda a: F.mse_loss(a, torch.zeros(3)))(torch.ones(5, 3)))
print(torch.func.grad(lambda a: F.mse_loss(a, torch.zeros(3)))(torch.ones(3)))
with torch.device("cpu"):
    print(F.mse_loss(model(torch.ones(1, 4)), torch.zeros(1, 2)).shape)
from torch.utils.flop_counter import FlopCounterMode
with FlopCounterMode(display=False) as counter:
    F.cross_entropy(model(torch.zeros(3, 4)), torch.tensor([0, 1, 0])).backward()
print(counter.get_total_flops())
with torch.profiler.profile() as profile:
    F.cross_entropy(model(torch.zeros(3, 4)), torch.tensor([0, 1, 0])).backward()
print(sorted((event.key, event.count) for event in profile.key_averages()))
with torch.device("meta"):
    print(F.cross_entropy(nn.Linear(4, 2)(torch.zeros(3, 4)), torch.zeros(3, dtype=torch.long)).shape)
"""

NO_SIGN_KERAS = """
import inspect
import keras
import numpy as np

seen = []

class Look(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        frame = inspect.currentframe()
        while frame is not None:
            if isinstance(frame.f_locals.get("callbacks"), keras.callbacks.CallbackList):
                seen.append([type(each).__name__ for each in frame.f_locals["callbacks"].callbacks])
                return
            frame = frame.f_back

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="a")], name="b")
model.compile(loss="mse", optimizer="adam", metrics=["mae"])
history = model.fit(np.zeros((8, 3)), np.zeros((8, 2)), epochs=2, verbose=0, callbacks=[Look()])
print(seen, history.history.keys(), history.epoch, history.params, sorted(vars(model)))
for function in (keras.Model.fit, keras.Model.compile, keras.losses.mean_squared_error):
    print(function.__name__, function.__module__, inspect.signature(function), function.__code__.co_filename)
print(model.to_json())
"""


def output(source: str, *, watched: bool) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    program = RUN.format(folder=str(INSIDE), watched=watched)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], input=source, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("source", [TORCH, KERAS, KERAS_LOOPS], ids=["torch", "keras", "keras loops"])
def test_the_numbers_are_the_same(source: str) -> None:
    assert output(source, watched=True) == output(source, watched=False)


@pytest.mark.parametrize("source", [NO_SIGN, NO_SIGN_KERAS], ids=["torch", "keras"])
def test_there_is_no_sign_of_it(source: str) -> None:
    seen = output(source, watched=True)
    assert seen == output(source, watched=False)
    assert "watching" not in seen


CALLS = """
import functools
import sys
sys.path.insert(0, {folder!r})
from inside.lines import Lines
from inside.watching.calls import Calls

def decorated(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)
    return wrapper

@decorated
def double(x):
    try:
        int("none")
    except ValueError:
        pass
    return 2 * x

def other(x):
    return x

told = []
calls = Calls(lambda trace: told.append(trace.splitlines()[-1]))
calls.watch(double, lambda frame: told.append(frame.f_locals["x"]), lambda frame, value: told.append(value))
lines = Lines(calls.begins)
lines.start()
double(3)
other(1)
calls.watch(other, lambda frame: told.append("other"))
other(1)
calls.forget(other)
other(1)
calls.watch(other, lambda frame: 1 / 0)
other(1)
double(4)
lines.stop()
print(told)
"""


def test_calls_are_told_until_a_watcher_fails() -> None:
    program = CALLS.format(folder=str(INSIDE))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[3, 6, 'other', 'ZeroDivisionError: division by zero']\n", done.stderr


LINES = """
import sys
sys.path.insert(0, {folder!r})
from inside.lines import Lines, code_lines

source = sys.stdin.read()
lines = Lines({{}})
code = compile(source, "post.md", "exec")
lines.start()
lines.watch(code)
exec(code, {{"__name__": "__main__"}})
lines.stop()
print(sorted(code_lines(code) - lines.run))
"""

BRANCHES = """
def sign(x):
    if x < 0:
        return -1
    if x == 0:
        return 0
    return 1

def every(n):
    for i in range(n):
        yield i
    yield n

class Counter:
    def count(self):
        def inner():
            return 1
        return inner()

    def never(self):
        return None

for x in (3, 2, -1):
    sign(x)
    if x < 0:
        Counter().count()
list(every(3))
squares = [i * i for i in range(3)]
"""


def test_lines_are_told_that_run_in_a_later_call_or_round() -> None:
    """A trace function leaves a function alone once all of its lines have run, and not before."""
    program = LINES.format(folder=str(INSIDE))
    done = subprocess.run([sys.executable, "-c", program], input=BRANCHES, capture_output=True, text=True)
    rows = BRANCHES.split("\n")
    not_run = [rows.index("        return 0") + 1, rows.index("        return None") + 1]
    assert done.stdout == f"{not_run}\n", done.stderr
