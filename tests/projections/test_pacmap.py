"""PaCMAP and LocalMAP: the loop is the package's own, draws are the same on every machine, and faiss stays out."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from deepclust.projections import PROJECTIONS, project
from deepclust.projections.pacmap import START_SPREAD, compiled_steps

pytestmark = pytest.mark.slow  # numba compiles for up to a minute, once in the life of an installation

BOTH = pytest.mark.parametrize("name", ["pacmap", "localmap"])


def islands(size: int = 60) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), size)
    return (dice.normal(size=(4, 12)) * 3)[labels].astype(np.float32) + dice.normal(
        size=(4 * size, 12), scale=0.7
    ).astype(np.float32), labels


@BOTH
def test_the_loop_is_the_packages_own(name, caplog):
    import numba

    @numba.njit
    def seed():
        np.random.seed(3)

    caplog.set_level(logging.ERROR)
    X, _ = islands()
    layout = PROJECTIONS[name]().cut_to(len(X))
    pairs = layout.pairs(X, 0)
    start = np.random.default_rng(1).normal(size=(len(X), 2)).astype(np.float32)
    standard = StandardScaler().fit_transform(start) * START_SPREAD  # as the package does with given positions
    package = getattr(compiled_steps(), {"pacmap": "PaCMAP", "localmap": "LocalMAP"}[name])
    given = dict(pair_neighbors=pairs.near, pair_MN=pairs.mid, pair_FP=pairs.further)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        seed()
        theirs = package(random_state=0, **given).fit(X, init=start).embedding_
        seed()
        *_, (ours, loss) = layout.layouts(X, pairs, standard)
    finally:
        numba.set_num_threads(before)
    np.testing.assert_array_equal(ours, theirs)
    assert loss > 0


@BOTH
def test_groups_become_islands_and_neighbours_stay(name):
    X, labels = islands()
    for n_components in (2, 3):
        projection = project(X, name, n_components)
        distance = np.linalg.norm(projection.points[:, None] - projection.points, axis=2)
        np.fill_diagonal(distance, np.inf)
        assert (labels[distance.argmin(axis=1)] == labels).all()
        assert projection.trustworthiness > 0.85


@BOTH
def test_few_samples_get_fewer_pairs(name):
    X, _ = islands(5)
    assert project(X, name).params == {"n_neighbors": 5}
    assert project(X[:4], name).params == {"n_neighbors": 1}
    assert project(np.repeat(X, 3, axis=0), name, params={"n_neighbors": 12}).params == {"n_neighbors": 12}


def test_maps_do_not_depend_on_the_number_of_threads_and_load_neither_torch_nor_faiss():
    code = """
import hashlib, sys
import numpy as np
from deepclust.projections import PROJECTIONS, project
X = np.random.default_rng(0).normal(size=(300, 60)).astype(np.float32)
maps = [project(X, name, random_state=2**31 - 2).points for name in ("localmap", "pacmap", "localmap")]
assert (maps[0] == maps[2]).all()
print(hashlib.sha256(b"".join(m.tobytes() for m in maps)).hexdigest(), *[m for m in sys.modules if m.startswith(("faiss", "torch"))])
"""
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "NUMBA_NUM_THREADS": str(n), "NUMBA_THREADING_LAYER": layer},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for n, layer in ((1, "workqueue"), (2, "workqueue"), (2, "default"))
    }
    assert len(said) == 1
    assert len(said.pop().split()) == 1, "a heavy module was loaded"


def test_whoever_uses_the_package_in_the_same_process_still_has_its_faiss():
    code = (
        "import sys; from deepclust.projections.pacmap import compiled_steps; steps = compiled_steps(); "
        "assert 'faiss' not in sys.modules; assert steps.faiss.IndexFlatL2(3).d == 3; import pacmap, faiss; "
        "assert pacmap.PaCMAP is steps.PaCMAP; assert steps.faiss.IndexFlatL2 is faiss.IndexFlatL2"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
