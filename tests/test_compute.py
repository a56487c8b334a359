"""Device choice, batches, and numpy at the edge."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.compute import (
    batches,
    choose_device,
    device_memory,
    likely_device,
    limit_threads,
    prepare_torch,
    to_numpy,
)


def test_auto_is_a_device_that_works():
    device = choose_device("auto")
    assert torch.ones(2, device=device).sum().item() == 2
    assert choose_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize(
    ("device", "words"), [("abacus", "'abacus' is not known.*auto, cpu, cuda, mps"), ("", "is not known")]
)
def test_unknown_devices_are_refused(device, words):
    with pytest.raises(ValueError, match=words):
        choose_device(device)


def test_a_gpu_that_is_not_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"no CUDA GPU.*Choose 'auto' or 'cpu'"):
        choose_device("cuda:0")
    with pytest.raises(ValueError, match=r"Apple GPU.*Choose 'auto' or 'cpu'"):
        choose_device("mps")
    assert choose_device("auto") == torch.device("cpu")


def test_a_gpu_number_that_is_not_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ValueError, match="GPUs 0 to 1"):
        choose_device("cuda:2")
    with pytest.raises(ValueError, match="GPUs 0 to 1"):
        choose_device("cuda:x")


def test_the_likely_device_is_what_was_asked_for():
    assert likely_device("cpu") == "cpu"
    assert likely_device("cuda:1") == "cuda:1"
    assert likely_device("auto") in ("cpu", "cuda", "mps")


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "sizes"),
    [
        (10, 5, [5, 5]),
        (12, 5, [5, 7]),  # 2 left over join the batch before
        (13, 5, [5, 5, 3]),  # 3 are enough for a batch of their own
        (3, 5, [3]),
        (1, 4, [1]),
        (5, 4, [5]),
        (0, 4, [0]),
    ],
)
def test_batch_sizes(n_samples, batch_size, sizes):
    assert [len(b) for b in batches(n_samples, batch_size)] == sizes


def test_batches_hold_every_row_once():
    generator = torch.Generator().manual_seed(0)
    rows = torch.cat(list(batches(23, 4, generator)))
    assert sorted(rows.tolist()) == list(range(23))
    assert rows.tolist() != list(range(23))
    assert torch.cat(list(batches(23, 4))).tolist() == list(range(23))


def test_the_generator_alone_decides_the_order():
    orders = [torch.cat(list(batches(9, 4, torch.Generator().manual_seed(7)))).tolist() for _ in range(2)]
    assert orders[0] == orders[1]


def test_numpy_copies_are_off_the_graph_and_off_the_tensor():
    tensor = torch.ones(2, requires_grad=True)
    array = to_numpy(tensor)
    array[0] = 5
    assert isinstance(array, np.ndarray)
    assert tensor.tolist() == [1, 1]


def test_a_cpu_has_no_device_memory_and_can_be_prepared():
    prepare_torch(torch.device("cpu"))
    assert device_memory(torch.device("cpu")) is None


def test_small_steps_are_kept_to_one_thread_until_the_limit_is_lifted():
    before = torch.get_num_threads()
    limit = limit_threads(1e6)
    assert torch.get_num_threads() == 1
    limit.restore_original_limits()
    assert torch.get_num_threads() == before
    limit = limit_threads(1e12)
    assert torch.get_num_threads() == before
    limit.restore_original_limits()
