"""Steps that are captured: warmed up, replayed with what comes in, captured anew where settings change, and plain where that fails."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from deepclust.captured import MOST_GRAPHS, WARM_UP, CapturedStep, is_captured, recorder_for
from tests.capture_contract import StrictRecorder

MOVING: list[torch.Tensor] = []  # the last is a tensor from outside a step, another one each time


@pytest.fixture(autouse=True)
def _another_tensor_for_every_step(monkeypatch):
    run = CapturedStep.__call__

    def called(self, *arguments):
        MOVING.append(torch.full((6, 1), 2.0))
        return run(self, *arguments)

    monkeypatch.setattr(CapturedStep, "__call__", called)
    yield
    MOVING.clear()


def learner(recorder: StrictRecorder, forward=None):
    """A step of least squares, the weights that it learns, its optimiser, its generator, and what it had to say."""
    layer, said = nn.Linear(3, 1), []
    with torch.no_grad():
        layer.weight.fill_(0.5)
        layer.bias.zero_()
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.1, fused=True)
    generator = torch.Generator().manual_seed(0)

    def step(x: torch.Tensor) -> dict[str, torch.Tensor]:
        noise = torch.randn(x.shape, generator=generator, device=x.device)
        y = layer(x + 0.1 * noise) if forward is None else forward(layer, x)
        loss = (y - 1).square().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        return {"loss": loss}

    captured = CapturedStep(step, recorder, [optimiser], [generator], said.append) if recorder else step
    return captured, layer, optimiser, said


def batches(*sizes: int) -> list[torch.Tensor]:
    return [torch.rand(n, 3, generator=torch.Generator().manual_seed(i)) for i, n in enumerate(sizes)]


def test_captured_steps_learn_what_plain_ones_do_with_last_batches_and_new_rates():
    recorder = StrictRecorder()
    (ours, layer, optimiser, said), (theirs, plain, other, _) = learner(recorder), learner(None)
    for epoch in range(6):
        for group in (*optimiser.param_groups, *other.param_groups):
            group["lr"] = 0.1 if epoch < 4 else 0.01
        for x in batches(8, 8, 5):
            assert ours(x)["loss"] == theirs(x)["loss"]
    torch.testing.assert_close(layer.weight, plain.weight, rtol=0, atol=0)
    assert recorder.warm == 2 * WARM_UP
    assert recorder.captures == 4  # two sizes, two rates
    assert recorder.replayed == 18 - 2 * WARM_UP
    assert not said


def test_terms_carry_no_gradient_and_the_step_knows_that_it_is_captured():
    seen = []

    def forward(layer, x):
        seen.append(is_captured())
        return layer(x)

    step, *_ = learner(StrictRecorder(), forward)
    for x in batches(4, 4, 4, 4, 4):
        assert not step(x)["loss"].requires_grad
    assert all(seen)
    assert not is_captured()


def test_what_comes_in_unchanged_is_copied_once():
    recorder, total = StrictRecorder(), torch.zeros(())

    def step(x: torch.Tensor) -> dict[str, torch.Tensor]:
        total.add_(x.sum())
        return {"sum": x.sum()}

    captured = CapturedStep(step, recorder, [], [], print)
    x = torch.ones(3)
    assert [float(captured(x)["sum"]) for _ in range(WARM_UP + 2)] == [3.0] * (WARM_UP + 2)
    x += 1  # in place: the same object, but not the same numbers
    assert float(captured(x)["sum"]) == 6.0
    assert float(captured(torch.zeros(3))["sum"]) == 0.0
    assert float(total) == 3.0 * (WARM_UP + 2) + 6.0


def test_few_graphs_are_kept():
    captured = CapturedStep(lambda x: {"sum": x.sum()}, StrictRecorder(), [], [], print)
    for n in range(1, 3 * MOST_GRAPHS):
        for _ in range(WARM_UP + 1):
            captured(torch.ones(n))
    assert len(captured._graphs) == MOST_GRAPHS


def test_where_capturing_fails_the_step_goes_on_as_it_is_and_says_so():
    class Failing(StrictRecorder):
        def capture(self, run, generators):
            generators[0].manual_seed(77)  # half of the step had run
            try:
                raise RuntimeError("CUDA error: operation not permitted when stream is capturing.\nCompile with ...")
            finally:
                raise RuntimeError("operation failed due to a previous error during capture")

    (ours, layer, _, said), (theirs, plain, *_) = learner(Failing()), learner(None)
    for x in batches(*[6] * 8):
        assert ours(x)["loss"] == theirs(x)["loss"]
    torch.testing.assert_close(layer.weight, plain.weight, rtol=0, atol=0)
    (sentence,) = said
    assert "CUDA error: operation not permitted when stream is capturing)." in sentence


@pytest.mark.parametrize(
    ("words", "forward"),
    [
        ("_local_scalar_dense", lambda layer, x: layer(x) * float(x.sum())),
        ("with a mask", lambda layer, x: layer(x[x[:, 0] > 0.1])),
        ("bincount", lambda layer, x: layer(x) + torch.bincount(x[:, 0].long()).sum()),
        ("repeat_interleave", lambda layer, x: layer(x.repeat_interleave((x[:, 0] * 0).long() + 2, 0))),
        ("not registered", lambda layer, x: layer(x + torch.rand_like(x))),
        ("lift_fresh", lambda layer, x: layer(x + torch.tensor([1.0, 2.0, 3.0]))),
        ("on which device", lambda layer, x: layer(x + torch.ones(3))),
        ("not there when", lambda layer, x: layer(x) * MOVING[-1]),
    ],
)
def test_what_a_graph_cannot_do_is_noticed_without_one(words, forward):
    step, *_ = learner(StrictRecorder(), forward)
    first, *_, last = batches(*[6] * (WARM_UP + 2))
    for _ in range(WARM_UP):
        step(first)
    with pytest.raises(RuntimeError, match=words):
        [step(first), step(last)]


def test_only_a_cuda_gpu_captures_and_it_can_be_switched_off(monkeypatch):
    assert recorder_for(torch.device("cpu")) is None
    assert recorder_for(torch.device("mps")) is None
    monkeypatch.setenv("DEEPCLUST_CAPTURE", "0")
    assert recorder_for(torch.device("cuda")) is None
