"""Collections of texts, as tf-idf of their words."""

from __future__ import annotations

from functools import partial

import numpy as np

from deepclust.data.catalog.entry import Entry
from deepclust.data.catalog.reported import SHAHAM, Reported
from deepclust.data.catalog.source import Arrays, Files, Source

RCV1_ROOTS = ("CCAT", "GCAT", "MCAT", "ECAT")
VOCABULARY = 2000
_LEWIS = "Lewis, Yang, Rose, Li: RCV1, a new benchmark collection for text categorization research. JMLR 5, 2004."
_RCV1_LICENCE = "For research only (Reuters Corpus Volume I)."
_ROOTS = ("corporate and industrial", "government and social", "markets", "economics")
_GROUPS = (
    "alt.atheism",
    "comp.graphics",
    "comp.os.ms-windows.misc",
    "comp.sys.ibm.pc.hardware",
    "comp.sys.mac.hardware",
    "comp.windows.x",
    "misc.forsale",
    "rec.autos",
    "rec.motorcycles",
    "rec.sport.baseball",
    "rec.sport.hockey",
    "sci.crypt",
    "sci.electronics",
    "sci.med",
    "sci.space",
    "soc.religion.christian",
    "talk.politics.guns",
    "talk.politics.mideast",
    "talk.politics.misc",
    "talk.religion.misc",
)


def rcv1(files: Files, n_drawn: int | None) -> Arrays:
    """Reuters as Xie et al. 2016 (DEC) took it: articles under ONE of four roots, 2,000 frequent words, tf-idf.

    The words are those of scikit-learn's copy of RCV1-v2 with the highest number of articles; rows have unit length.
    ``n_drawn`` articles are drawn at random with seed 0; the draw of the papers is not published.
    """
    from sklearn.datasets import fetch_rcv1

    whole_set = fetch_rcv1(data_home=str(files["folder"]))
    names = list(whole_set.target_names)
    roots = whole_set.target[:, [names.index(root) for root in RCV1_ROOTS]].toarray()
    rows = np.flatnonzero(roots.sum(axis=1) == 1)
    y = roots[rows].argmax(axis=1)
    X = whole_set.data[rows]
    words = np.sort(np.argsort(-X.getnnz(axis=0), kind="stable")[:VOCABULARY])
    if n_drawn is not None:
        drawn = np.sort(np.random.default_rng(0).permutation(len(rows))[:n_drawn])
        X, y = X[drawn], y[drawn]
    dense = X[:, words].astype(np.float32).toarray()
    dense /= np.maximum(np.sqrt(np.einsum("ij,ij->i", dense, dense))[:, None], 1e-12)
    return {"x": dense.astype(np.float16), "y": y}


def newsgroups(files: Files) -> Arrays:
    """20 Newsgroups without headers, footers and quotes, as tf-idf of 2,000 words."""
    from sklearn.datasets import fetch_20newsgroups

    from deepclust.data.reading.texts import tfidf_of_texts

    bunch = fetch_20newsgroups(
        data_home=str(files["folder"]), subset="all", shuffle=False, remove=("headers", "footers", "quotes")
    )
    return {"x": tfidf_of_texts(bunch.data, VOCABULARY)[0], "y": bunch.target}


ENTRIES = (
    Entry(
        name="newsgroups",
        title="20 Newsgroups",
        summary="18,846 messages on twenty subjects as tf-idf of 2,000 words.",
        kind="text",
        n_samples=18_846,
        n_classes=20,
        feature_shape=(2000,),
        licence="None stated by the authors.",
        citation="Lang: NewsWeeder, learning to filter netnews. ICML, 1995.",
        class_names=_GROUPS,
        file="newsgroups.npz",
        source=Source("newsgroups", (), newsgroups, megabytes=14, by_package=True),
    ),
    Entry(
        name="rcv1",
        title="Reuters (RCV1)",
        summary="685,071 news texts under four roots; tf-idf of 2,000 words. Needs 8 GB of memory.",
        kind="text",
        n_samples=685_071,
        n_classes=4,
        feature_shape=(2000,),
        licence=_RCV1_LICENCE,
        citation=_LEWIS,
        class_names=_ROOTS,
        file="rcv1.npz",
        source=Source("rcv1", (), partial(rcv1, n_drawn=None), megabytes=656, by_package=True),
        reported=(
            Reported(
                "SpectralNet",
                0.803,
                None,
                "authors",
                SHAHAM,
                "All 685,071 texts, code space and Siamese affinities; it is not said by what their NMI is divided.",
            ),
        ),
    ),
    Entry(
        name="rcv1-10k",
        title="Reuters-10k",
        summary="10,000 texts drawn at random from Reuters (RCV1); the papers' own draw is not published.",
        kind="text",
        n_samples=10_000,
        n_classes=4,
        feature_shape=(2000,),
        licence=_RCV1_LICENCE,
        citation=_LEWIS,
        class_names=_ROOTS,
        file="rcv1_10k.npz",
        source=Source("rcv1", (), partial(rcv1, n_drawn=10_000), megabytes=656, by_package=True),
    ),
    Entry(
        name="reuters21578",
        title="Reuters-21578",
        summary="7,522 news texts on ten topics of very unequal size; not the Reuters sets of the papers.",
        kind="text",
        n_samples=7522,
        n_classes=10,
        feature_shape=(2000,),
        licence="For research only (Reuters-21578, Distribution 1.0).",
        citation="Lewis: Reuters-21578 text categorization test collection, 1997.",
        class_names=tuple(f"topic {i}" for i in range(1, 11)),
        file="reuters21578.npz",
    ),
)
