"""What it costs to watch a training: the same one in new processes, watched and not, by turns.

    python benchmarks/watching.py --rounds 7

Both are traced for the lines that run, as every block is; what is measured is what watching adds. Time is the
processor's, of the training alone and on one thread, so that other work on the machine does not count; of the rounds
the median.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

INSIDE = Path(__file__).parent.parent / "dlexamples" / "run"

RUN = """
import sys, time
sys.path.insert(0, {folder!r})
from inside import watching
from inside.lines import Lines

def fault(trace):
    raise SystemExit(trace)

source = sys.stdin.read()
preparation, training = source.split("# ---\\n")
space = {{"__name__": "__main__"}}
exec(compile(preparation, "post.md", "exec"), space)
watch = watching.Watch("post.md", fault)
if {watched}:
    watching.load()
    watch.start()
lines = Lines("post.md", watch.calls.begins)
code = compile(training, "post.md", "exec")
lines.start()
lines.watch(code)
start = time.process_time()
exec(code, space)
spent = time.process_time() - start
lines.stop()
print(spent)
"""

TRAININGS = {
    "torch, 2,000 updates of a small network": """
import torch
from torch import nn
torch.set_num_threads(1)
x, y = torch.randn(1024, 20), torch.randint(0, 3, (1024,))
model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 3))
optimizer = torch.optim.Adam(model.parameters())
nn.functional.cross_entropy(model(x), y).backward()
optimizer.step()
optimizer.zero_grad()
# ---
for epoch in range(62):
    for i in range(0, 1024, 32):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[i : i + 32]), y[i : i + 32])
        loss.backward()
        optimizer.step()
""",
    "torch, 100 updates of a convolutional network": """
import torch
from torch import nn
torch.set_num_threads(1)
x, y = torch.randn(640, 1, 28, 28), torch.randint(0, 10, (640,))
model = nn.Sequential(
    nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Flatten(),
    nn.Linear(32 * 11 * 11, 10),
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()
criterion(model(x[:4]), y[:4]).backward()
optimizer.step()
# ---
for epoch in range(10):
    for i in range(0, 640, 64):
        optimizer.zero_grad()
        loss = criterion(model(x[i : i + 64]), y[i : i + 64])
        loss.backward()
        optimizer.step()
""",
    "torch, 100 updates of a transformer": """
import torch
from torch import nn
torch.set_num_threads(1)
x = torch.randint(0, 100, (64, 32))
embedding, head = nn.Embedding(100, 64), nn.Linear(64, 100)
layers = nn.TransformerEncoder(nn.TransformerEncoderLayer(64, 4, 128, batch_first=True), 4)
model = nn.Sequential(embedding, layers, head)
optimizer = torch.optim.AdamW(model.parameters())
nn.functional.cross_entropy(model(x[:2]).transpose(1, 2), x[:2]).backward()
optimizer.step()
# ---
for step in range(100):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x[:16]).transpose(1, 2), x[:16])
    loss.backward()
    optimizer.step()
""",
    "Keras, 30 epochs of `fit`": """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import keras
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
x, y = np.random.rand(2048, 20), np.random.randint(0, 3, 2048)
model = keras.Sequential([keras.layers.Dense(64, activation="relu"), keras.layers.Dense(3, activation="softmax")])
# ---
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x, y, epochs=30, verbose=0)
""",
    "Keras, 300 updates in a loop of its own": """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import keras
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
x, y = np.random.rand(2048, 20).astype("float32"), np.random.randint(0, 3, 2048)
model = keras.Sequential([keras.layers.Dense(64, activation="relu"), keras.layers.Dense(3, activation="softmax")])
loss_fn = keras.losses.SparseCategoricalCrossentropy()
# ---
optimizer = keras.optimizers.Adam()
for i in list(range(0, 1600, 32)) * 6:
    with tf.GradientTape() as tape:
        loss = loss_fn(y[i : i + 32], model(x[i : i + 32], training=True))
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
""",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", metavar="WORD", help="trainings whose name has this word")
    arguments = parser.parse_args()
    print("| training | not watched, s | watched, s | more |")
    print("|---|---|---|---|")
    for name, source in TRAININGS.items():
        if arguments.only not in name:
            continue
        pairs = [(spent(source, watched=False), spent(source, watched=True)) for _ in range(arguments.rounds)]
        without, with_it = (statistics.median(each) for each in zip(*pairs, strict=True))
        more = statistics.median(watched / plain - 1 for plain, watched in pairs)
        print(f"| {name} | {without:.3f} | {with_it:.3f} | {more:+.1%} |", flush=True)


def spent(source: str, *, watched: bool) -> float:
    """Seconds of the processor for the training."""
    program = RUN.format(folder=str(INSIDE), watched=watched)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], input=source, capture_output=True, text=True, env=environment, check=True
    )
    return float(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
