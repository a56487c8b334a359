"""From what a user asks for to a config: defaults, then the preset, then values; and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepclust.data.dataset import Dataset
from deepclust.engine.asking.ask import default_n_clusters, grid, ladder, make_config, over_seeds, variants
from deepclust.methods import METHODS
from deepclust.params import params_of
from deepclust.runs import RunGroup

OWN = {"file": "/somewhere/own.npz"}


@pytest.fixture
def dataset() -> Dataset:
    X = np.random.default_rng(0).random((20, 4, 4))
    return Dataset("own", X, y=np.arange(20) % 2, kind="image", title="My pictures")


def test_defaults_then_preset_then_values(dataset):
    default = params_of(METHODS["DDLS"])["batch_size"].default
    plain = make_config({"name": "digits"}, dataset, "DDLS").params
    quick = make_config({"name": "digits"}, dataset, "DDLS", preset="quick").params
    own = make_config({"name": "digits"}, dataset, "DDLS", preset="quick", values={"max_epochs": 3}).params
    assert (plain["max_epochs"], plain["batch_size"]) == (params_of(METHODS["DDLS"])["max_epochs"].default, default)
    assert quick["max_epochs"] == METHODS["DDLS"].presets["quick"]["max_epochs"]
    assert (own["max_epochs"], own["pretrain_epochs"]) == (3, quick["pretrain_epochs"])
    assert set(own) == set(params_of(METHODS["DDLS"])) - {"random_state", "device"}


def test_the_config_describes_the_data_and_the_run(dataset):
    config = make_config(OWN, dataset, "KMeans", values={"n_clusters": 2}, seed=5, device="cuda:1", labels_seen=True)
    assert config.dataset == OWN
    assert (config.dataset_title, config.fingerprint) == ("My pictures", dataset.fingerprint)
    assert (config.kind, config.n_samples, config.feature_shape) == ("image", 20, (4, 4))
    assert (config.method, config.preset, config.seed, config.device) == ("KMeans", None, 5, "cuda:1")
    assert config.labels_seen
    assert config.n_clusters == 2


def test_the_number_of_clusters_is_known_for_the_catalog_and_else_demanded(dataset):
    assert default_n_clusters({"name": "digits"}) == 10
    assert default_n_clusters({"name": "moons", "options": {"n_samples": 50}}) == 2
    assert default_n_clusters(OWN) is None
    assert make_config({"name": "digits"}, dataset, "KMeans").n_clusters == 10
    assert make_config({"name": "digits"}, dataset, "KMeans", values={"n_clusters": 4}).n_clusters == 4
    with pytest.raises(ValueError, match="How many clusters"):  # though the data has labels: they do not count
        make_config(OWN, dataset, "KMeans")


@pytest.mark.parametrize(
    ("method", "asked", "words"),
    [
        ("Magic", {}, r"no method 'Magic'\. Choose one of: .*DDLS"),
        ("DDLS", {"preset": "huge"}, r"no preset 'huge'\. It has: quick"),
        ("DDLS", {"values": {"speed": 3}}, r"no parameter 'speed'\. It has: n_clusters"),
        ("DDLS", {"values": {"alpha": 2.0}}, r"alpha=2\.0 is not allowed.*from 0 to 0\.99"),
        ("DDLS", {"values": {"max_epochs": "many"}}, r"max_epochs='many' is not allowed.*whole number"),
        ("DDLS", {"values": {"n_clusters": 0}}, r"n_clusters=0 is not allowed"),
        ("DDLS", {"values": {"n_clusters": 21}}, r"more than the 20 samples of My pictures\. Ask for at most 20"),
        ("DDLS", {"values": {"random_state": 3}}, r"random_state is not set here: use the seed"),
        ("LALNet", {"values": {"transforms": "sideways"}}, r"no transformation or set 'sideways'"),
        ("LALNet", {"values": {"transforms": "signs-8"}}, r"signs-8 is not for pictures"),
        ("DDLS", {"seed": -1}, r"random_state=-1 is not allowed"),
        ("DDLS", {"seed": 2**31}, r"random_state=2147483648 is not allowed"),
        ("DDLS", {"device": "gpu"}, r"device='gpu' is not known\. Choose one of auto, cpu, cuda, mps"),
        ("DDLS", {"device": "../cpu"}, r"device='\.\./cpu' is not known"),
    ],
)
def test_what_is_refused_and_in_which_words(dataset, method, asked, words):
    with pytest.raises(ValueError, match=words):
        make_config({"name": "digits"}, dataset, method, **asked)


def test_variants_differ_in_one_parameter_and_share_a_group(dataset):
    base = make_config(OWN, dataset, "LALNet", values={"n_clusters": 2, "max_epochs": 4}, seed=7)
    first, second = variants(base, "transforms", ["D4", "half-turn"], "Transformations")
    assert (first.params["transforms"], second.params["transforms"]) == ("D4", "half-turn")
    assert (first.part, second.part, base.part) == ("D4", "half-turn", "")
    assert first.group == second.group
    assert (first.group.words, first.group.differs) == ("Transformations", "transforms")
    assert base.created <= first.created < second.created
    alike = {"params": base.params, "group": None, "created": 0.0}
    assert replace(first, **alike) == replace(second, **alike) == replace(base, **alike)
    again = variants(base, "transforms", ["D4"], "Transformations")[0]
    assert again.group.id != first.group.id


def test_variants_are_checked_as_all_values_are(dataset):
    base = make_config(OWN, dataset, "LALNet", values={"n_clusters": 2})
    with pytest.raises(ValueError, match="no parameter 'speed'"):
        variants(base, "speed", [1], "Speeds")
    with pytest.raises(ValueError, match="no transformation or set 'sideways'"):
        variants(base, "transforms", ["D4", "sideways"], "Transformations")
    with pytest.raises(ValueError, match="max_epochs=-1 is not allowed"):
        variants(base, "max_epochs", [5, -1], "Lengths")


def test_a_config_can_be_made_for_a_group(dataset):
    group = RunGroup.new("Seeds", "n_init")
    config = make_config(OWN, dataset, "KMeans", values={"n_clusters": 2, "n_init": 3}, group=group)
    assert (config.group, config.part) == (group, "3")


# -- ladders, grids, seeds --------------------------------------------------------------------------------------------


@pytest.fixture
def rungs(monkeypatch):
    """DDLS with a ladder of two rungs and a grid of its own."""
    monkeypatch.setattr(METHODS["DDLS"], "ladder", {"bare": {"lambda_d": 0.0, "tol": 0}, "whole": {}})
    monkeypatch.setattr(METHODS["DDLS"], "sensitivity", {"alpha": (0.1, 0.2), "lambda_w": (0.0, 1.0, 2.0)})


def test_a_ladder_is_a_group_with_a_run_for_each_rung_and_seed(dataset, rungs):
    base = make_config(OWN, dataset, "DDLS", preset="quick", values={"n_clusters": 2}, seed=7)
    configs = ladder(base, [3, 4])
    assert [(c.part, c.seed) for c in configs] == [("bare", 3), ("whole", 3), ("bare", 4), ("whole", 4)]
    assert len({c.group for c in configs}) == 1
    assert configs[0].group.kind == "ladder"
    assert (configs[0].params["lambda_d"], configs[0].params["tol"]) == (0.0, 0.0)
    assert configs[1].params == base.params
    assert [c.created for c in configs] == sorted({c.created for c in configs})
    assert [(c.part, c.seed) for c in ladder(base)] == [("bare", 7), ("whole", 7)]


def test_a_grid_has_a_run_for_each_combination(dataset, rungs):
    base = make_config(OWN, dataset, "DDLS", values={"n_clusters": 2})
    configs = grid(base)
    assert [(c.params["alpha"], c.params["lambda_w"]) for c in configs] == [
        (0.1, 0.0),
        (0.1, 1.0),
        (0.1, 2.0),
        (0.2, 0.0),
        (0.2, 1.0),
        (0.2, 2.0),
    ]
    assert configs[1].group.names == ("alpha", "lambda_w")
    assert configs[1].part == "alpha 0.1, lambda_w 1.0"
    (only,) = grid(base, {"tol": (0.5,)})
    assert (only.part, only.group.names) == ("0.5", ("tol",))


def test_runs_can_differ_in_their_seeds_alone(dataset):
    base = make_config(OWN, dataset, "KMeans", values={"n_clusters": 2})
    configs = over_seeds(base, [0, 5])
    assert [(c.part, c.seed) for c in configs] == [("KMeans", 0), ("KMeans", 5)]
    assert configs[0].params == configs[1].params == base.params


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda base: ladder(replace(base, method="KMeans")), r"KMeans has no ladder.*have one: .*DDLS"),
        (lambda base: ladder(base, [-1]), r"random_state=-1 is not allowed"),
        (lambda base: grid(replace(base, method="KMeans")), r"A grid takes values of one or two"),
        (lambda base: grid(base, {"alpha": ()}), r"A grid takes values"),
        (lambda base: grid(base, {"alpha": (0.1,), "tol": (0.1,), "lambda_w": (0.1,)}), r"A grid takes values"),
        (lambda base: grid(base, {"alpha": (2.0,)}), r"alpha=2\.0 is not allowed"),
        (lambda base: grid(base, {"speed": (2.0,)}), r"no parameter 'speed'"),
    ],
)
def test_groups_that_cannot_be_are_refused_in_words(dataset, rungs, make, words):
    base = make_config(OWN, dataset, "DDLS", values={"n_clusters": 2})
    with pytest.raises(ValueError, match=words):
        make(base)


@pytest.mark.parametrize("name", [name for name, cls in METHODS.items() if cls.ladder])
def test_every_ladder_that_a_method_brings_can_be_climbed(dataset, name):
    base = make_config(OWN, dataset, name, values={"n_clusters": 2})
    configs = ladder(base)
    assert [c.part for c in configs] == list(METHODS[name].ladder)
    assert len({str(c.params) for c in configs}) == len(configs), "two rungs are the same"


@pytest.mark.parametrize("name", [name for name, cls in METHODS.items() if cls.sensitivity])
def test_every_grid_that_a_method_brings_can_be_trained(dataset, name):
    base = make_config(OWN, dataset, name, values={"n_clusters": 2})
    assert len(grid(base)) > 1
