"""What the page says of the device that a run trains on, or waits for."""

from __future__ import annotations

from deepclust.owner import this_process
from deepclust.runs import RunStatus
from pages.train.device import device_facts, waiting_line
from pages.visit.say import plain


def test_card_memory_and_pictures_a_second() -> None:
    on_card = RunStatus(
        "running", device="cuda:1", card="NVIDIA H100", memory=3 * 2**30, memory_total=80 * 2**30, speed=91_234.5
    )
    assert device_facts(on_card, "pictures") == [
        plain("NVIDIA H100 (cuda:1)"),
        "3.0 GB of 80.0 GB",
        "91,234 pictures a second",
    ]
    assert device_facts(RunStatus("running", device="cpu", memory=2**29, speed=3.21), "samples") == [
        "cpu",
        "512 MB",
        "3.2 samples a second",
    ]
    assert device_facts(RunStatus("paused", device="cpu", speed=3.2), "samples") == ["cpu"]


def test_a_queued_run_names_what_it_waits_for(ask) -> None:
    queued, training = ask("DDLS", seed=3), ask("LALNet", seed=7)
    training.set_status(**this_process(), state="running")
    queued.set_status(**this_process(), state="queued")
    said = waiting_line("cuda:0", [queued, training])
    assert said.startswith("Waits for **LALNet on ")
    assert "seed 7" in said
    assert f"** on {plain('cuda:0')}, and for 1 more in the queue." in said
    assert "Preparing" in waiting_line("cuda:0", [])
