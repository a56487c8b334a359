"""What ready-made features do for pictures: clusters without training, the deep methods with and without them, and own photos.

python -m benchmarks.photos clusters --data coil20 coil100 fashion-mnist     features + PCA + UMAP or LocalMAP + k-means
python -m benchmarks.photos methods --methods KMeans DDLS --seeds 0          20 colour objects of COIL-100, with and without
python -m benchmarks.photos journey                                          5,000 photos from the zip to the galleries
python -m benchmarks.photos near                                             near copies among 10,000 pictures

Needs `pip install deepclust[photos]`; the data sets are read from DEEPCLUST_DATA. Features are kept between calls in --folder.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from umap import UMAP

from deepclust.data.dataset import Dataset
from deepclust.data.near_copies import near_pairs
from deepclust.data.own import keep_dataset
from deepclust.data.picture_networks import LITE0
from deepclust.data.prepare import pca
from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.intake.featuring import COMPONENTS, features_here
from deepclust.engine.intake.reading import read_and_keep
from deepclust.engine.training.train import train
from deepclust.figures.pictures import contact_sheet
from deepclust.methods import METHODS
from deepclust.metrics.exemplars import exemplars
from deepclust.metrics.external import scores
from deepclust.runs import RunStore

SUBSETS = {"fashion-mnist": 10_000}  # pictures, drawn with seed 0
OBJECTS = 20  # of COIL-100


def opened(name: str, own: Path) -> Dataset:
    ref = {"name": name} | ({"subset": {"n": SUBSETS[name], "seed": 0}} if name in SUBSETS else {})
    return open_dataset(ref, own)


def clusters(names: Sequence[str], seeds: Sequence[int], own: Path, pixels: bool) -> None:
    """k-means on UMAP in min(10, k) dimensions, on LocalMAP, and on the features themselves, by mean of the seeds."""
    for name in names:
        data = opened(name, own)
        began = time.process_time()
        ref = features_here(data, LITE0.name, own)
        looked = time.process_time() - began
        of_features = open_dataset({"own": ref["own"]}, own).X
        print(
            f"{name}: {data.describe()}, features {looked:.0f} CPU s, {data.n_samples / max(looked, 0.1):.0f} a CPU s"
        )
        for what, X in (("features", of_features), ("pixels", data.X.reshape(data.n_samples, -1)))[: 1 + pixels]:
            found: dict[str, list[dict[str, float]]] = {}
            R = pca(X, COMPONENTS)[0]
            for seed in seeds:
                for how, labels in labelled(R, int(data.n_classes or 0), seed):
                    found.setdefault(how, []).append(scores(data.judged, labels))
            for how, results in found.items():
                acc = [r["acc"] for r in results]
                print(
                    f"{name} {what} {how}: ACC {np.mean(acc):.3f} ± {np.std(acc, ddof=len(acc) > 1):.3f} "
                    f"({' '.join(f'{a:.3f}' for a in acc)}), NMI {np.mean([r['nmi'] for r in results]):.3f}",
                    flush=True,
                )


def labelled(X: np.ndarray, k: int, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    def kmeans(points: np.ndarray) -> np.ndarray:
        return KMeans(k, n_init=10, random_state=seed).fit_predict(points)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one thread, as there is a seed
        umap = UMAP(n_components=min(10, k), min_dist=0.0, random_state=seed)
        yield "UMAP + k-means", kmeans(umap.fit_transform(X))
    yield "LocalMAP + k-means", METHODS["LocalMAPKMeans"](n_clusters=k, random_state=seed).fit_predict(X)
    yield "k-means", kmeans(X)


def methods(names: Sequence[str], seeds: Sequence[int], own: Path) -> None:
    """The quick presets on 20 objects of COIL-100, from pixels and from features."""
    whole = opened("coil100", own)
    assert whole.y is not None
    rows = np.flatnonzero(whole.y < OBJECTS)
    data = Dataset("coil100-20", whole.X[rows], whole.y[rows], kind="image", title="20 objects of COIL-100")
    store, pixels = RunStore(own.parent / "runs"), keep_dataset(data, own)
    for what, ref in (("pixels", pixels), ("features", features_here(data, LITE0.name, own))):
        given = open_dataset(ref, own)
        for name in names:
            preset = "quick" if "quick" in METHODS[name].presets else None
            for seed in seeds:
                config = make_config(ref, given, name, preset=preset, values={"n_clusters": OBJECTS}, seed=seed)
                run = store.create(config)
                began = time.process_time()
                status = train(run, store, dataset=given)
                found = run.metrics() if run.has_result else {}
                print(
                    f"{name} ({preset}) {what} seed {seed}: ACC {found.get('acc', 0):.3f} NMI {found.get('nmi', 0):.3f} "
                    f"{time.process_time() - began:.0f} CPU s {status.message if status.state != 'done' else ''}",
                    flush=True,
                )


def make_photos(path: Path, n: int, own: Path) -> None:
    """A zip of n JPEG files of mixed sizes in colour: crops of scikit-learn's two photos, and objects of COIL-100."""
    from PIL import Image
    from sklearn.datasets import load_sample_image

    dice = np.random.default_rng(0)
    photos = [Image.fromarray(load_sample_image(name)) for name in ("china.jpg", "flower.jpg")]
    objects = opened("coil100", own).X
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(n):
            width, height = (int(side) for side in dice.integers(160, 641, 2))
            kind = i % 4
            if kind < 2:
                left, top = int(dice.integers(0, 640 - 160)), int(dice.integers(0, 427 - 120))
                picture = photos[kind].crop((left, top, left + 160, top + 120))
            else:
                pixels = objects[int(dice.integers(len(objects)))]
                picture = Image.fromarray(np.rint(pixels * 255).astype(np.uint8))
            stream = io.BytesIO()
            picture.resize((width, height)).save(stream, "JPEG", quality=85)
            archive.writestr(f"{('china', 'flower', 'object', 'object')[kind]} {i}.jpg", stream.getvalue())


def journey(n: int, own: Path) -> None:
    """Seconds from the zip to the galleries: read at 96 pixels, looked at, clustered by LocalMAP + k-means, drawn."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photos.zip"
        make_photos(path, n, own)
        store = RunStore(Path(folder) / "runs")
        began = last = time.perf_counter()

        def step(what: str) -> None:
            nonlocal last
            print(f"{what}: {time.perf_counter() - last:.1f} s", flush=True)
            last = time.perf_counter()

        ref = read_and_keep(path, "photos", {"size": [LITE0.size, LITE0.size]}, store.datasets)
        data = open_dataset(ref, store.datasets)
        step(f"reading {path.stat().st_size / 1e6:.0f} MB, {data.describe()}")
        features = features_here(data, LITE0.name, store.datasets)
        step("features")
        given = open_dataset(features, store.datasets)
        config = make_config(features, given, "LocalMAPKMeans", values={"n_clusters": 10})
        run = store.create(config)
        assert train(run, store).state == "done"
        step("clusters at every k, and the first map")
        result = run.result()
        best = exemplars(result.embedding, result.labels, 14)
        for cluster in best.typical:
            contact_sheet(given, best.typical[cluster], columns=14)
        step("galleries")
        print(f"all: {time.perf_counter() - began:.1f} s")


def near(own: Path) -> None:
    """Seconds for all near copies among 10,000 pictures, by pixels and by features."""
    pixels = opened("fashion-mnist", own)
    features = open_dataset({"own": features_here(pixels, LITE0.name, own)["own"]}, own)
    for data, by_features in ((pixels, False), (features, True)):
        began, cpu = time.perf_counter(), time.process_time()
        pairs = near_pairs(data, by_features)
        groups = pairs.groups(0.97)
        print(
            f"near copies by {'features' if by_features else 'pixels'}: {time.perf_counter() - began:.1f} s "
            f"({time.process_time() - cpu:.1f} CPU s), {len(pairs.rows):,} pairs, {len(groups):,} groups at 0.97"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("clusters", "methods", "journey", "near"))
    parser.add_argument("--data", nargs="+", default=["coil20", "coil100", "fashion-mnist"])
    parser.add_argument("--pixels", action="store_true", help="the same from pixels, too, for `clusters`")
    parser.add_argument("--methods", nargs="+", default=["KMeans", "LALNet", "SpectralNet", "DSCDAN", "DDLS"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--photos", type=int, default=5_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "deepclust-photos")
    asked = parser.parse_args()
    own = asked.folder / "datasets"
    own.mkdir(parents=True, exist_ok=True)
    match asked.what:
        case "clusters":
            clusters(asked.data, asked.seeds, own, asked.pixels)
        case "methods":
            methods(asked.methods, asked.seeds, own)
        case "journey":
            journey(asked.photos, own)
        case "near":
            near(own)


if __name__ == "__main__":
    main()
