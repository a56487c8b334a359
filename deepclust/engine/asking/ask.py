"""Turn what a user asks for (data set, method, preset, values) into the config of a run; page and CLI share it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from deepclust.compute import DEVICES
from deepclust.data.catalog.table import CATALOG
from deepclust.data.dataset import Dataset
from deepclust.methods import METHODS, find_method
from deepclust.params import check_value, params_of, values_from_json
from deepclust.runs import RunConfig, RunGroup
from deepclust.transforms import members_of

SET_BY_RUN = ("random_state", "device")  # a run has its own fields for these
USUAL_K, EACH = 10, 4  # a first guess at k, and the samples that each cluster should be able to hold
BETWEEN = 1e-3  # seconds between the runs of a group
SEEDS = 10  # that a form offers, and one click trains with: as many as the papers' tables take the mean of


def default_n_clusters(ref: Mapping[str, Any], dataset: Dataset | None = None) -> int | None:
    """The number of classes of a catalog data set, which the literature takes as known; None for own data.

    Features of its pictures are still of the catalog: ``dataset`` says so, where it is given.
    """
    of_catalog = dataset.name if dataset is not None and dataset.features else ref.get("name")
    entry = CATALOG.get(str(of_catalog))
    return entry.n_classes if entry is not None else None


def guess_n_clusters(n_samples: int) -> int:
    """A number of clusters to begin with where nobody knows: 10, or fewer where the samples are few."""
    return max(min(2, n_samples), min(USUAL_K, n_samples // EACH))


def check_device(device: str) -> None:
    """ValueError for a name that is no device; whether that device is there is found out when the run starts."""
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", device):
        raise ValueError(f"device={device!r} is not known. Choose one of {', '.join(DEVICES)} (or cuda:N).")


def make_config(
    ref: Mapping[str, Any],
    dataset: Dataset,
    method: str,
    *,
    preset: str | None = None,
    values: Mapping[str, Any] | None = None,
    seed: int = 0,
    device: str = "auto",
    labels_seen: bool = False,
    group: RunGroup | None = None,
) -> RunConfig:
    """A checked config with every hyper-parameter spelled out: defaults, then the preset, then ``values``.

    ValueError for unknown methods, presets and parameters, values out of bounds, a missing number of clusters, more
    clusters than samples, and transformations that these data cannot have.
    """
    cls = find_method(method)
    check_value(params_of(cls)["random_state"], seed)
    check_device(device)
    if preset is not None and preset not in cls.presets:
        raise ValueError(f"{method} has no preset {preset!r}. It has: {', '.join(cls.presets)}.")
    known = {name: p.default for name, p in params_of(cls).items() if name not in SET_BY_RUN}
    chosen = {
        "n_clusters": default_n_clusters(ref, dataset),
        **(cls.presets[preset] if preset else {}),
        **(values or {}),
    }
    if chosen["n_clusters"] is None:
        raise ValueError(
            "How many clusters? For own data the number has to be given: n_clusters=K, with K from 2 up. "
            "If you do not know, try a generous one; other numbers can be looked at afterwards without training."
        )
    own_fields = [name for name in chosen if name in SET_BY_RUN]
    if own_fields:
        raise ValueError(f"{own_fields[0]} is not set here: use the seed and the device of the run.")
    params = {**known, **values_from_json(cls, chosen)}
    if params["n_clusters"] > dataset.n_samples:
        raise ValueError(
            f"n_clusters={params['n_clusters']} is more than the {dataset.n_samples} samples of "
            f"{dataset.title or dataset.name}. Ask for at most {dataset.n_samples}."
        )
    _check_transforms(params, dataset.feature_shape)
    return RunConfig(
        dataset=dict(ref),
        dataset_title=dataset.title or dataset.name,
        fingerprint=dataset.fingerprint,
        kind=dataset.kind,
        n_samples=dataset.n_samples,
        feature_shape=dataset.feature_shape,
        method=method,
        params=params,
        preset=preset,
        seed=seed,
        device=device,
        labels_seen=labels_seen,
        features=dataset.features,
        group=group,
    )


def variants(config: RunConfig, name: str, values: Sequence[Any], words: str) -> list[RunConfig]:
    """A group of configs, one for each value of the hyper-parameter ``name`` and all else (the seed too) as in ``config``.

    ``words`` says what is compared. They are created a moment apart, which is their order in lists and in the queue.
    ValueError for a parameter that the method does not have, and for a value that is not allowed.
    """
    return members(config, RunGroup.new(words, name), [("", {name: value}) for value in values])


def ladder(config: RunConfig, seeds: Sequence[int] | None = None) -> list[RunConfig]:
    """A group of configs, one for each rung of the method's ladder of ablations and each seed (else that of ``config``).

    What a rung does not change is as in ``config``. Seed by seed, so that the first ladder is whole as early as possible.
    ValueError for a method without a ladder, and for a rung that asks for what the method does not have.
    """
    cls = find_method(config.method)
    if not cls.ladder:
        raise ValueError(f"{config.method} has no ladder of ablations. Methods that have one: {_those_with('ladder')}.")
    return members(
        config, RunGroup.new("Ablation ladder", kind="ladder"), list(cls.ladder.items()), seeds or (config.seed,)
    )


def grid(config: RunConfig, values: Mapping[str, Sequence[Any]] | None = None) -> list[RunConfig]:
    """A group of configs, one for each combination of the values of one or two hyper-parameters.

    They are those of the method's `sensitivity` unless ``values`` names others. ValueError for a method that has none,
    for more than two of them, and for values that are not allowed.
    """
    chosen = dict(values if values is not None else find_method(config.method).sensitivity)
    if not 1 <= len(chosen) <= 2 or not all(chosen.values()):
        raise ValueError(
            f"A grid takes values of one or two hyper-parameters, and {config.method} was asked for {chosen}. "
            f"Methods that bring a grid of their own: {_those_with('sensitivity')}."
        )
    group = RunGroup.new("Sensitivity", ",".join(chosen), kind="grid")
    combinations = itertools.product(*chosen.values())
    return members(config, group, [("", dict(zip(chosen, c, strict=True))) for c in combinations])


def over_seeds(config: RunConfig, seeds: Sequence[int]) -> list[RunConfig]:
    """A group of configs that differ in their seeds alone."""
    return members(config, RunGroup.new("Seeds", kind="ladder"), [(config.preset or config.method, {})], seeds)


def members(
    config: RunConfig,
    group: RunGroup,
    members: Sequence[tuple[str, Mapping[str, Any]]],
    seeds: Sequence[int] | None = None,
) -> list[RunConfig]:
    """A config for each seed and each member (its name, what differs from ``config``), created a moment apart."""
    cls = find_method(config.method)
    for _, changes in members:
        _check_transforms(changes, config.feature_shape)
    for seed in seeds or ():
        check_value(params_of(cls)["random_state"], seed)
    return [
        replace(
            config,
            params={**config.params, **values_from_json(cls, changes)},
            seed=seed,
            group=group,
            member=name,
            created=config.created + i * BETWEEN,
        )
        for i, (seed, (name, changes)) in enumerate(itertools.product(seeds or (config.seed,), members))
    ]


def _those_with(fact: str) -> str:
    return ", ".join(name for name, cls in METHODS.items() if getattr(cls, fact)) or "none"


def _check_transforms(params: Mapping[str, Any], feature_shape: tuple[int, ...]) -> None:
    """ValueError for a set that is unknown or not for these data: now, and not when the run has waited for its turn."""
    if "transforms" in params:
        members_of(params["transforms"], feature_shape)
