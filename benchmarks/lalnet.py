"""LALNet's clusters and speed: ACC, NMI (max), ARI over seeds and transformations, pictures/s beside a plain loop.

    python -m benchmarks.lalnet [--dataset usps] [--preset quick] [--seeds 0 1 2] [--transforms auto]
        [--set max_epochs=20 c_alpha=0.1] [--test] [--plain 0]

Every seed is reported, then mean and standard deviation over all of them; no run is left out. Labels are looked at only
after a fit has ended. ``--test`` follows the paper: the network is trained on the official training part, and k-means
runs on F of the test part. ``--plain 3`` times three epochs of a plain PyTorch loop of the same network (DataLoader,
one transformation per sample, no channels-last, denormal numbers allowed) and of ours, in the same run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.methods_on_digits import machine
from deepclust import LALNet
from deepclust.data.catalog.table import load_dataset
from deepclust.data.dataset import Dataset
from deepclust.events import Progress
from deepclust.methods import kmeans_centers
from deepclust.metrics.external import acc, ari, nmi
from deepclust.params import params_of, parse_value

COLUMNS = ("acc", "nmi", "ari", "seconds", "pict./s")


def measure(dataset: Dataset, method: LALNet, on_test: bool) -> tuple[float, ...]:
    """ACC, NMI with the max normaliser, ARI, seconds of the whole fit, pictures per second of training."""
    if dataset.y is None:
        raise ValueError(f"{dataset.title} has no labels to judge by. Choose a data set with labels.")
    if on_test and dataset.n_train in (None, dataset.n_samples):
        raise ValueError(f"{dataset.title} has no official test part. Leave out --test.")
    n_train = dataset.n_train if on_test else dataset.n_samples
    X, y = dataset.X[:n_train], dataset.y
    start = time.perf_counter()
    epochs = [e.seconds for e in method.fit_events(X) if isinstance(e, Progress)]
    labels = method.labels_
    if on_test:
        from sklearn.metrics import pairwise_distances_argmin

        f, y = method.activations(dataset.X[n_train:]), y[n_train:]
        labels = pairwise_distances_argmin(f, kmeans_centers(f, method.n_clusters, 0, method.n_init))
    seconds = time.perf_counter() - start
    seen = len(X) * method.n_passes(len(X)) * len(epochs)
    scores = (acc(y, labels), nmi(y, labels, average="max"), ari(y, labels))
    return (*scores, seconds, seen / max(sum(epochs), 1e-9))


class PlainNet(nn.Module):
    """The same network as anyone would write it down."""

    def __init__(self, c: int, side: int, width: int, n_hidden: int, n_outputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after, p in ((c, width, 0.2), (width, 2 * width, 0.3)):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()]
            layers += [nn.Conv2d(after, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(p)]
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(2 * width * (side // 4) ** 2, n_hidden))
        self.head = nn.Sequential(nn.ReLU(), nn.Dropout(0.5), nn.Linear(n_hidden, n_outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        z: torch.Tensor = self.head(self.body(x))
        return z


def plain_epochs(x: torch.Tensor, method: LALNet, n_epochs: int) -> Iterator[float]:
    """Seconds of each epoch of a plain loop on pictures x (n, c, side, side), with the eight transformations of D4."""
    torch.set_flush_denormal(False)
    net = PlainNet(x.shape[1], x.shape[2], method.n_channels, method.n_hidden, 8 * method.n_duplicates)
    optimiser = torch.optim.Adam(net.parameters())
    loader = DataLoader(TensorDataset(x), batch_size=method.batch_size, shuffle=True)
    for _ in range(n_epochs):
        start = time.perf_counter()
        for (batch,) in loader:
            t = torch.randint(8, (len(batch),))
            turned = [
                torch.rot90(p.flip(2) if k >= 4 else p, k % 4, (1, 2)) for p, k in zip(batch, t.tolist(), strict=True)
            ]
            z = net(torch.stack(turned))
            y = z.softmax(dim=1).view(len(z), -1, 8).sum(dim=1)
            b = z.relu().view(len(z), -1, 8)
            affinity, balance = torch.zeros(()), torch.zeros(())
            for p in range(8):
                n = b[:, :, p].T @ b[:, :, p]
                v = torch.outer(n.diag(), n.diag())
                affinity = affinity + (n.sum() - n.trace()) / ((len(n) - 1) * n.trace() + 1e-7) / 8
                balance = balance + (v.sum() - v.trace()) / ((len(n) - 1) * v.trace() + 1e-7) / 8
            loss = functional.nll_loss((y + 1e-12).log(), t)
            loss = loss + method.c_alpha * affinity + method.c_beta * (1 - balance)
            loss = loss + method.c_F * z.square().sum() * (400 / len(z))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        yield time.perf_counter() - start


def compare(dataset: Dataset, method: LALNet, n_epochs: int) -> None:
    """Print pictures per second of the plain loop and of ours, each the median of some epochs, in turns."""
    method.set_params(max_epochs=n_epochs, steps_per_epoch=1, transforms="D4", n_init=1)
    ours = [e.seconds for e in method.fit_events(dataset.X) if isinstance(e, Progress)]
    x = method._tensor(method._scale(dataset.X)).to("cpu")
    plain = list(plain_epochs(x, method, n_epochs))
    torch.set_flush_denormal(True)
    ours += [e.seconds for e in method.fit_events(dataset.X) if isinstance(e, Progress)]
    fast, slow = (len(x) / float(np.median(seconds)) for seconds in (ours, plain))
    print(f"ours {fast:,.0f} pictures/s, plain loop {slow:,.0f} pictures/s: {fast / slow:.2f} times\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="usps")
    parser.add_argument("--preset", default="quick", choices=list(LALNet.presets))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--transforms", nargs="+", default=["auto"])
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--plain", type=int, default=0, metavar="EPOCHS")
    asked = parser.parse_args()

    dataset = load_dataset(asked.dataset)
    changes = {name: parse_value(params_of(LALNet)[name], v) for name, _, v in (s.partition("=") for s in asked.set)}
    values = {"n_clusters": dataset.n_classes, **LALNet.presets[asked.preset], **changes}
    print(f"{dataset.describe()}; preset {asked.preset} {changes or ''}\n{machine()}\n", flush=True)
    if asked.plain:
        compare(dataset, LALNet(**values, device="cpu"), asked.plain)
    if asked.seeds:
        print(f"{'transforms':<16}{'seed':>6}" + "".join(f"{c:>12}" for c in COLUMNS))
    for transforms in asked.transforms if asked.seeds else ():
        rows = []
        for seed in asked.seeds:
            method = LALNet(**values, random_state=seed).set_params(transforms=transforms)
            rows.append(measure(dataset, method, asked.test))
            print(f"{transforms:<16}{seed:>6}" + "".join(f"{v:>12.4g}" for v in rows[-1]), flush=True)
        told = zip(np.mean(rows, axis=0), np.std(rows, axis=0), strict=True)
        print(f"{transforms:<16}{'all':>6}" + "".join(f"{m:.3g}±{d:.2g}".rjust(12) for m, d in told) + "\n", flush=True)


if __name__ == "__main__":
    main()
