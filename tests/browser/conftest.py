"""A real server and a real browser for every browser test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from deepclust.data.catalog.table import load_dataset
from deepclust.data.own import keep_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.maps.jobs import run_job
from deepclust.engine.maps.run_maps import first_sample, map_job, telling_projection
from deepclust.engine.training.launch import discard
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore
from deepclust.spaces import LATENT
from tests.browser.find_browser import browser

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
APP = (sys.executable, "-m", "deepclust", "app", "--headless", "--port")
PATIENCE = 120_000  # milliseconds, for a machine that is slow, or busy with other things
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning'][data-test-connection-state='CONNECTED']"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is one of a browser, and may fail once on a busy machine (docs/decisions/0021)."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for mark in (pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.flaky(reruns=1)):
                item.add_marker(mark)


@dataclass
class Server:
    """The app, served from this checkout on a free port, with a runs folder of its own.

    command: what is started, and in which folder; the port is added to it.
    """

    runs: Path
    environment: dict[str, str]
    command: tuple[str, ...] = APP
    folder: Path = ROOT
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    log: Path = field(default_factory=Path)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        self.log = self.runs / "server.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.command, str(self.port)],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"The server did not answer within a minute:\n{self.log.read_text()}")

    def kill(self) -> None:
        """End the server without a word, as `kill -9` does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)
            self.process = None


def end_helpers(runs: Path) -> None:
    """End the detached workers and the projection process of a runs folder, whatever state they are in."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if any(word.startswith(str(runs)) for word in words) and any("deepclust" in word for word in words):
            process.kill()
            process.wait(10)


@contextmanager
def serving(runs: Path, *, command: tuple[str, ...] = APP, folder: Path = ROOT, **environment: str) -> Iterator[Server]:
    """A server of a runs folder, ended with all that it has started. Maps are drawn in WebGL unless asked otherwise."""
    around = {name: value for name, value in os.environ.items() if name != "DEEPCLUST_MAP"}
    running = Server(runs, {**around, "DEEPCLUST_RUNS": str(runs), **environment}, command, folder)
    running.start()
    try:
        yield running
    finally:
        running.kill()
        end_helpers(runs)


def trained(server: Server, method: str = "KMeans", **values: Any) -> Run:
    """A finished run on the 1,797 digits in the folder of a server, with the map that is seen first."""
    store = RunStore(server.runs)
    run = store.create(make_config({"name": "digits"}, load_dataset("digits"), method, values=values))
    assert train(run, store).state == "done"
    projection = telling_projection(run.result().embedding.shape[1])
    sample = first_sample(projection, run.config.n_samples)
    run_job(map_job(run, store, LATENT, projection, sample=sample), lambda fraction, text: False)
    return run


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as users start it: a process for maps and a waiting worker stand beside it."""
    runs = tmp_path_factory.mktemp("runs")
    with serving(runs, DEEPCLUST_DATA=str(runs / "data")) as running:
        yield running


@pytest.fixture
def server(busy: Server) -> Iterator[Server]:
    """The server of all tests that begin without a run; what they leave is discarded."""
    if busy.process is None:  # a test killed it, and failed before it came back
        busy.start()
    yield busy
    store = RunStore(busy.runs)
    for run in store.runs():
        discard(run, store)


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with nothing beside it, for tests that begin with a run, or without any training."""
    runs = tmp_path_factory.mktemp("quiet-runs")
    with serving(runs, DEEPCLUST_HELPERS="0", DEEPCLUST_DATA=str(runs / "data")) as running:
        yield running


@pytest.fixture(scope="session")
def clustered(quiet: Server) -> Run:
    """A finished run of k-means on that server, which no test may edit."""
    return trained(quiet, n_init=2)


@pytest.fixture
def editable(clustered: Run) -> Run:
    """A copy of it on the same server, with its map, for a test that edits it."""
    n_copies = len(list(clustered.folder.parent.glob(f"{clustered.id}-*")))
    return Run(Path(shutil.copytree(clustered.folder, clustered.folder.with_name(f"{clustered.id}-{n_copies}"))))


def choose_few_digits(server: Server, page: Any) -> None:
    """From the first page to the methods for 200 of the digits, where a test watches the app rather than the learning."""
    digits = load_dataset("digits")
    few = replace(digits, name="few", title="Few digits", X=digits.X[:200], y=digits.y[:200])
    key = keep_dataset(few, RunStore(server.runs).datasets)["own"]
    page.goto(server.url)
    settle(page)
    page.get_by_role("tab", name="Yours").click()
    page.locator(f".st-key-own-{key}").get_by_role("button").click()
    page.get_by_role("heading", name="Few digits").wait_for()
    settle(page)  # a click on a page that is still drawn may be lost
    page.get_by_role("button", name="Choose a method…").click()
    page.get_by_role("heading", name="Train on Few digits").wait_for()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        yield opened
        opened.close()


@contextmanager
def visiting(chromium: Any, **options: Any) -> Iterator[Any]:
    """A page of a new visitor; at its end, nothing may have gone wrong in it, and nothing may have left this machine.

    options: of the browser's context, such as has_touch. A tooltip may lie over what is clicked next: as a person does, the
    mouse then leaves what it explains.
    """
    context = chromium.new_context(**{"viewport": {"width": 1400, "height": 1000}, **options})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    tooltip = page.get_by_test_id("stTooltipContent")
    page.add_locator_handler(
        tooltip, lambda: page.mouse.move(0, 0), no_wait_after=True
    )  # one of a focused button stays
    errors: list[str] = []
    abroad: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda r: abroad.append(r.url) if not _local(r.url) else None)
    yield page
    context.close()
    assert errors == []
    assert abroad == []


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page of a new visitor."""
    with visiting(chromium) as opened:
        yield opened


def _local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


def settle(page: Any) -> None:
    """Wait until the script has run and the page has drawn what it said.

    A click is an answer of the server away from the script that it starts: the page has to be idle after each of three.
    """
    page.wait_for_timeout(200)  # sliders and fields wait before they tell the server
    page.wait_for_function(
        """async idle => {
            for (let i = 0; i < 3; i++) {
                await fetch("/_stcore/health");
                await new Promise(requestAnimationFrame);
                if (!document.querySelector(idle)) return false;
            }
            return true;
        }""",
        arg=IDLE,
    )
