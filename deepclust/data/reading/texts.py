"""Texts to numbers: tf-idf of the words that tell most, the form in which the papers cluster texts."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives.bundles import open_bundle
from deepclust.data.reading.pictures.folders import folder_classes
from deepclust.data.reading.sentences import reason
from deepclust.data.reading.source import MAX_BYTES, Source, file_name, shorten

WORDS = 2000
_ADVICE = "Zip a folder of .txt files, with one sub-folder per class if known"
COMMON = 0.5  # words in more than this share of the texts say nothing about a text


def tfidf_of_texts(
    texts: Sequence[str], n_words: int = WORDS, label: str = "the texts", max_bytes: int = MAX_BYTES
) -> tuple[np.ndarray, list[str]]:
    """Texts to tf-idf: float32 ``(n, at most n_words)``, rows of unit length, and the words, by frequency.

    Words are runs of two or more letters or digits in lower case; those in over half of the texts are left out, and
    with 20 texts or more those in one text only (unless no word would be left). tf-idf = (1 + ln count) (ln((1 + n) / (1 + n_texts_with_word)) + 1).
    A text without any of the words is a row of zeros. ValueError if there are no words, or too many texts.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    if 4 * n_words * len(texts) > max_bytes:
        raise ValueError(
            f"{label}: {len(texts):,} texts of {n_words:,} words need {4 * n_words * len(texts) / 2**30:.1f} GiB, and at "
            f"most {max_bytes / 2**30:.1f} GiB are allowed. Give at most {max_bytes // (4 * n_words):,} texts."
        )
    few = len(texts) < 20
    options = {"max_features": n_words, "sublinear_tf": True, "dtype": np.float32}
    vectorizer = TfidfVectorizer(max_df=1.0 if few else COMMON, min_df=1 if few else 2, **options)
    try:
        try:
            table = vectorizer.fit_transform(texts)
        except ValueError:  # every word is too frequent or too rare: a small vocabulary, whose words all count then
            vectorizer = TfidfVectorizer(**options)
            table = vectorizer.fit_transform(texts)
    except ValueError as error:  # no words at all
        raise ValueError(
            f"{label}: the {len(texts):,} texts hold no words ({reason(error)}). Choose another column, or give longer texts."
        ) from error
    order = np.argsort(-np.asarray(table.getnnz(axis=0)), kind="stable")
    words = vectorizer.get_feature_names_out()[order]
    return table[:, order].toarray(), [str(w) for w in words]


def read_texts(source: Source, name: str = "", max_bytes: int = MAX_BYTES) -> Dataset:
    """The .txt files of a zip, a tar or a folder, in the order of their names, as tf-idf of 2,000 words.

    With two or more folders, the folder that a text lies in is its class. ValueError if there are not two texts.
    """
    label = name or file_name(source, "the file")
    texts, empty = {}, []
    with open_bundle(source, label, _ADVICE) as bundle:
        names = [n for n in bundle.names if is_text(n)]
        strangers = sorted({*bundle.names, *bundle.left_out} - set(names))
        total = 0
        for member, stream in bundle.streams(names):
            try:
                content = stream.read()
            except Exception as error:  # damaged archives meet every kind of exception
                empty.append(f"{member} ({reason(error)})")
                continue
            total += len(content)
            if total > max_bytes:
                raise ValueError(
                    f"{label} holds more than {max_bytes / 2**30:.1f} GiB of text. Give fewer or shorter texts."
                )
            text = _decoded(content)
            if text.strip():
                texts[member] = text
            else:
                empty.append(f"{member} (empty)")
    if len(texts) < 2:
        raise ValueError(
            f"{label} holds {len(texts)} texts that are not empty, and at least two are needed. {_ADVICE}."
        )
    kept = sorted(texts)
    X, words = tfidf_of_texts([texts[n] for n in kept], label=label, max_bytes=max_bytes)
    y, class_names = folder_classes(kept)
    notes = [f"Texts as tf-idf of {len(words):,} words; most frequent: {shorten(words, 8)}."]
    if strangers or empty:
        notes.append(f"Left out: {shorten([*empty, *strangers])}.")
    return Dataset(
        name or Path(label).stem,
        X,
        y=y,
        class_names=class_names,
        kind="text",
        notes=tuple(notes),
        ids=np.array([n.encode()[-80:] for n in kept]),
        feature_names=tuple(words),
        left_out=(*empty, *(f"{n} ({bundle.left_out.get(n, 'not a .txt file')})" for n in strangers)),
    )


def is_text(name: str) -> bool:
    """Whether a file is taken for a text, by its ending."""
    return name.lower().endswith(".txt")


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
