"""Users with a card, tried with fakes of torch.cuda: what is there, what a run says of it, and what it says without memory."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from deepclust.compute import likely_device
from deepclust.engine.training import cards, control, memory
from deepclust.engine.training.cards import Card, card_of, device_choices, granted_card, is_out_of_memory, likely_cards
from deepclust.engine.training.memory import cost_of, in_bytes, ran_out, with_batch
from deepclust.engine.training.train import train
from deepclust.methods import METHODS

torch = pytest.importorskip("torch")
GB = 2**30
H100 = Card("cuda:1", "NVIDIA H100", 80 * GB, 60 * GB)


@pytest.fixture
def two_cards(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 1)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda number: (50 * GB + number, 80 * GB))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda number: 10 * GB)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: "NVIDIA H100")


def test_a_card_has_what_is_free_and_what_this_process_holds(two_cards):
    assert card_of(torch.device("cuda:0")) == Card("cuda:0", "NVIDIA H100", 80 * GB, 60 * GB)
    assert card_of(torch.device("cuda")).device == "cuda:1", "the current one"
    assert card_of(torch.device("cpu")) is None


def test_auto_becomes_the_card_that_was_granted_where_torch_sees_it(two_cards):
    assert [granted_card(slot) for slot in ("cuda:0", "cuda:1", "cuda:2", "cpu")] == [
        "cuda:0",
        "cuda:1",
        "auto",
        "auto",
    ]


def test_cards_are_counted_without_torch(monkeypatch):
    monkeypatch.setattr(cards, "likely_device", lambda device: "cuda")
    for visible, number in (("0,2", 2), ("", 0), ("-1", 0), ("GPU-abc", 1)):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        assert likely_cards() == number
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    assert device_choices()[-2:] == ("cuda:0", "cuda:1")
    monkeypatch.setattr(cards, "likely_device", lambda device: "cpu")
    assert likely_cards() == 0
    assert device_choices() == ("auto", "cpu", "cuda", "mps")


def test_a_torch_without_cuda_takes_no_card(monkeypatch):
    monkeypatch.setattr("deepclust.compute.shutil.which", lambda name: "/usr/bin/nvidia-smi")
    for build, device in (("2.13.0+cpu", "cpu"), ("2.13.0+cu130", "cuda"), ("2.13.0", "cuda")):
        monkeypatch.setattr("deepclust.compute.version", lambda name, build=build: build)
        monkeypatch.setattr("deepclust.compute.sys.platform", "linux")
        assert likely_device("auto") == device


@pytest.mark.parametrize(
    ("error", "is_so"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB."), True),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
            True,
        ),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("MPS backend out of memory"), True),
        (RuntimeError("shapes do not match"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_lack_of_memory_is_known_by_its_class_or_words(error, is_so):
    assert is_out_of_memory(error) == is_so


def test_the_batch_that_fits_is_named(ask):
    config = replace(ask("DDLS", batch_size=4096).config, n_samples=20_000, feature_shape=(64, 64))
    needs = cost_of(config).memory
    card = replace(H100, free=int(0.7 * needs))
    said = ran_out(config, card)
    fits = next(b for b in (2048, 1024, 512, 256) if cost_of(with_batch(config, b)).memory < 0.9 * card.free)
    assert said == (
        f"There is not enough memory on NVIDIA H100 (cuda:1): this run needs more than the {in_bytes(card.free)} that it "
        f"could have. With Batch size {fits} instead of 4096 it would need about "
        f"{in_bytes(cost_of(with_batch(config, fits)).memory)}."
    )
    more = ran_out(config, replace(card, free=int(2 * needs)))
    assert "Batch size 4096" not in more
    assert "With Batch size" in more, "it ran out where the rule says that it fits, so the rule is raised"


def test_where_no_batch_fits_the_way_out_is_another(ask, monkeypatch):
    config = replace(ask("DDLS", batch_size=512).config, n_samples=10**7, feature_shape=(64, 64))
    assert "A smaller batch would not do. Choose smaller pictures," in ran_out(config, replace(H100, free=GB))
    assert ran_out(config, replace(H100, free=GB)).endswith("the device cpu, or fewer samples.")
    monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: SimpleNamespace(available=GB))
    said = ran_out(ask("KMeans").config, None)
    assert said.startswith("There is not enough memory on this machine")
    assert said.endswith("Choose smaller pictures, or fewer samples."), "there is no network"


def test_a_run_that_fills_its_card_fails_with_that_sentence(ask, store, monkeypatch):
    def learn(self, X):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        yield

    monkeypatch.setattr(METHODS["AEKMeans"], "_learn", learn)
    monkeypatch.setattr(control, "card_of", lambda device: replace(H100, free=GB))
    status = train(ask("AEKMeans"), store)
    assert status.state == "failed"
    assert status.message.startswith(
        "There is not enough memory on NVIDIA H100 (cuda:1): this run needs more than the 1.0 GB"
    )
    assert "Tried to allocate" not in status.message


def test_a_run_says_what_auto_was_and_how_fast_it_is(ask, store, monkeypatch):
    monkeypatch.setattr(control, "card_of", lambda device: H100)
    monkeypatch.setattr(control, "_memory", lambda method: 3 * GB)
    asked = []
    monkeypatch.setattr("deepclust.engine.training.train.granted_card", lambda slot: asked.append(slot) or "cpu")
    run = ask("AEKMeans", device="auto")
    status = train(run, store, device="cuda:1")
    assert asked == ["cuda:1"]
    assert (status.device, status.card, status.where) == ("cuda:1", "NVIDIA H100", "NVIDIA H100 (cuda:1)")
    assert (status.memory, status.memory_total) == (3 * GB, 80 * GB)
    assert status.speed > 0
    assert run.status().where == status.where, "as the file has it"
