"""The network of a run with its assignment, as TorchScript beside a README: what places new samples without this program."""

from __future__ import annotations

import io
import statistics
import time
import warnings
import zipfile
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from deepclust.engine.training.saved import load_model
from deepclust.methods import Method
from deepclust.runs import Run

if TYPE_CHECKING:
    from torch import nn

TIMED = 20  # calls of one sample
ALIKE = 0.999  # of the run's own codes that the file has to sort as the run does: float32 rounds at the borders
CHECKED = 7  # samples that the file has to place as the run does; another number than it was traced with

README = """# The network of a run of DeepClust

{method} on {dataset}, {n_samples:,} samples, {k} clusters. Run {run}.

`network.pt` is TorchScript: it needs PyTorch and nothing else, in Python, C++ or on a phone.

```python
import torch
network = torch.jit.load("network.pt").eval()
clusters, codes = network(x)  # x float32 {shape}
```

- Input: float32 of shape {shape}, {values}. Scaling ({scaling}) is inside the network.
- Output: `clusters` int64 (n,), numbered from 0 as in the run (0 is cluster A); `codes` float32 (n, {width}), the latent space that
  clusters are read from.
- Size: {size:.2f} MiB. Time: {milliseconds:.2f} ms for one sample, the median of {timed} calls with one thread on the CPU of the machine that
  wrote this file.
{prepared}
It says which cluster a sample is most like, whatever the sample is. Whether it is one that the run has ever seen is another
question: `deepclust predict` answers it.
"""


def write_network(run: Run, target: IO[bytes]) -> None:
    """Write a zip with network.pt and README.md. ValueError for methods whose clusters are not scores of one code."""
    import torch

    method = load_model(run)
    scores = _scores(method)
    placer = _placer(method, scores)
    shape = method.feature_shape_
    dice = np.random.default_rng(0)
    probe = torch.from_numpy(dice.random((CHECKED, *shape), np.float32))
    file = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # that shapes are fixed is meant; that they are not too much is checked below
        traced = torch.jit.trace(placer, probe[:3], check_trace=False)
        torch.jit.save(traced, file)
        found, codes = traced(probe)
        if _alike(scores, method, run.result().embedding) < ALIKE or not np.array_equal(
            found.numpy(), method.predict(probe.numpy())
        ):
            raise ValueError(f"The network of {run.config.method} does not place samples alike outside of DeepClust.")
        seconds = []
        for _ in range(TIMED):
            begun = time.perf_counter()
            traced(probe[:1])
            seconds.append(time.perf_counter() - begun)
    config = run.config
    how = (config.dataset.get("prepare") or {}).get("how", "none")
    readme = README.format(
        method=config.method,
        dataset=config.dataset_title,
        n_samples=config.n_samples,
        k=config.n_clusters,
        run=run.id,
        shape="(n, " + ", ".join(map(str, shape)) + ")",
        values="brightness from 0 to 1" if config.kind == "image" else "the columns in the order of the data",
        scaling=method.scaling,
        width=codes.shape[1],
        size=len(file.getvalue()) / 2**20,
        milliseconds=1000 * statistics.median(seconds),
        timed=TIMED,
        prepared="" if how == "none" else f"- The data were prepared before ({how}): new samples have to be as well.\n",
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("network.pt", file.getvalue())
        archive.writestr("README.md", readme)


def _scores(method: Method) -> tuple[np.ndarray, ...]:
    """`DeepMethod.cluster_scores`, float32. ValueError for methods that have none."""
    from deepclust.methods.base.deep import DeepMethod

    scores = method.cluster_scores() if isinstance(method, DeepMethod) else None
    if scores is None or method.scaling == "sample":
        raise ValueError(
            f"{type(method).__name__} cannot be taken along as one network: its clusters are not read from one code of one network. "
            "`deepclust predict` places samples with it; most other methods with a network can be taken along, such as AEKMeans, "
            "DDLS, DSCDAN and SpectralNet."
        )
    return tuple(np.asarray(part, np.float32) for part in scores)


def _alike(scores: tuple[np.ndarray, ...], method: Method, codes: np.ndarray) -> float:
    """Share of codes (n, d) that the scores sort as the method does."""
    squared, linear, constant = scores
    sorted_so = (np.square(codes) @ squared + codes @ linear + constant).argmax(axis=1)
    return float(np.mean(sorted_so == method._assign(codes)))


def _placer(method: Method, scores: tuple[np.ndarray, ...]) -> nn.Module:
    """Scaling, encoder and scores in one module: x (b, *feature_shape) to clusters (b,) and codes (b, d)."""
    import torch
    from torch import nn

    class Placer(nn.Module):
        offset: torch.Tensor
        divisor: torch.Tensor
        squared: torch.Tensor
        linear: torch.Tensor
        constant: torch.Tensor

        def __init__(self, deep: Any) -> None:
            super().__init__()
            self.net = deep._net
            self._deep = [deep]  # in a list: an estimator is no module
            self.register_buffer("offset", torch.from_numpy(np.array(deep.scaling_offset_, np.float32)))
            self.register_buffer("divisor", torch.from_numpy(np.array(deep.scaling_divisor_, np.float32)))
            for name, values in zip(("squared", "linear", "constant"), scores, strict=True):
                self.register_buffer(name, torch.from_numpy(values))

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            x = (x - self.offset) / self.divisor
            if x.ndim == 3:
                x = x.unsqueeze(1)
            elif x.ndim == 4:
                x = x.permute(0, 3, 1, 2)
            codes = self._deep[0]._encode(x)
            scored = codes.square() @ self.squared + codes @ self.linear + self.constant
            return scored.argmax(dim=1), codes

    method.device_ = torch.device("cpu")
    net = method._net.to("cpu")
    if hasattr(net, "exact_outputs"):  # in float64 by another way: what it does by itself cannot be traced
        net.spectral.double()
        net.exact_outputs = lambda c: net.spectral(c.double())[:, : len(net.orthonormal.weights)]
    return Placer(method).eval()
