"""TorchScript files that someone brings, opened and tried by a process of its own: such a file is a program."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepclust.data.picture_networks import SIZES, PictureNetwork, keep_network
from deepclust.engine.detached.process import run_apart

PATIENCE = 60.0  # seconds for loading a network and two pictures
LARGEST = 2**30  # bytes of a file
#: What most networks for pictures were trained with, where a file does not say anything else.
USUAL: dict[str, Any] = {"size": 224, "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


def look_at_network(path: Path, title: str) -> PictureNetwork:
    """The network in a file and the pictures that it wants, as far as the file says, else as usual. ValueError if it is none."""
    if path.stat().st_size > LARGEST:
        raise ValueError(
            f"{path.name} is larger than {LARGEST // 2**30} GiB, which is too much for a network that looks at pictures."
        )
    notes = {**USUAL, **_apart({"path": str(path), "title": title})}
    return PictureNetwork(path.stem, title, notes["size"], tuple(notes["mean"]), tuple(notes["std"]), path)


def bring_network(network: PictureNetwork, own_folder: Path) -> PictureNetwork:
    """Try a network of a file on two pictures and keep it. ValueError, with what to do, if it is of no use."""
    for values, allowed in (((network.size,), SIZES), (network.mean, (-10, 10)), (network.std, (1e-6, 1000))):
        if not all(allowed[0] <= value <= allowed[1] for value in values):
            raise ValueError(
                f"{values} is not possible for {network.title}: allowed is {allowed[0]:g} to {allowed[1]:g}."
            )
    if {len(network.mean), len(network.std)} != {3}:
        raise ValueError(
            "Mean and standard deviation are three numbers each: for red, green and blue, of values from 0 to 1."
        )
    numbers = {"size": network.size, "mean": network.mean, "std": network.std}
    _apart({"path": str(network.file), "title": network.title, "try": numbers})
    return keep_network(network, own_folder)


def _apart(question: Mapping[str, Any]) -> dict[str, Any]:
    title = question["title"]
    try:
        done = run_apart("deepclust.engine.intake.networks", json.dumps(question), PATIENCE)
    except subprocess.TimeoutExpired:
        raise ValueError(
            f"{title} did not answer within {PATIENCE:.0f} s for two pictures. Bring a smaller network, or one for smaller pictures."
        ) from None
    try:
        answer = dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        raise ValueError(
            f"{title} ended the process that opened it: it is damaged, needs more memory than there is, or does other things "
            "than looking at pictures. Save it anew with torch.jit.trace(net.eval(), x).save(path)."
        ) from None
    if "problem" in answer:
        raise ValueError(answer["problem"])
    return answer


def _work(question: Mapping[str, Any]) -> dict[str, Any]:
    from deepclust.nets.picture_features import network_notes, try_network

    path, numbers = Path(question["path"]), question.get("try")
    if numbers is None:
        return network_notes(path, question["title"])
    network = PictureNetwork(
        path.stem, question["title"], numbers["size"], tuple(numbers["mean"]), tuple(numbers["std"])
    )
    return {"features": try_network(replace(network, file=path))}


def main() -> None:
    """Entry point of the process: what is asked comes as JSON, and an answer or a problem goes back as one line."""
    warnings.simplefilter("ignore")  # the last line of what is printed is the answer
    try:
        answer = _work(json.load(sys.stdin))
    except ValueError as error:
        answer = {"problem": str(error)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
