"""Soft targets to distil from: what readers that never saw a row say about it."""

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression


class LinearReader:
    """TF-IDF of words, word pairs and letter groups, one logistic regression per emotion."""

    def __init__(self, texts: list[str], labels: np.ndarray):
        words = r"(?u)\b\w[\w']*\b|[!?]+"
        common = dict(sublinear_tf=True, max_features=60000, dtype=np.float32)
        self._vectorizers = [
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, token_pattern=words, **common),
            TfidfVectorizer(ngram_range=(2, 5), min_df=5, analyzer="char_wb", **common),
        ]
        x = hstack([vectorizer.fit_transform(texts) for vectorizer in self._vectorizers]).tocsr()
        self._models = [
            LogisticRegression(C=2.0, solver="liblinear", tol=1e-2).fit(x, labels[:, k] > 0) for k in range(labels.shape[1])
        ]

    def each(self, texts: list[str]) -> np.ndarray:
        """@returns a row of probabilities per text, each emotion by itself"""
        x: csr_matrix = hstack([vectorizer.transform(texts) for vectorizer in self._vectorizers]).tocsr()
        return np.stack([model.predict_proba(x)[:, 1] for model in self._models], 1).astype(np.float32)


def out_of_fold(rows: int, folds: int, seed: int, read: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """@param read takes the row numbers to learn from and those to read; its answers are put back in order"""
    fold_of = np.random.default_rng(seed).permutation(rows) % folds
    answers = None
    for fold in range(folds):
        inside, outside = np.flatnonzero(fold_of == fold), np.flatnonzero(fold_of != fold)
        given = read(outside, inside)
        answers = np.zeros((rows, given.shape[1]), np.float32) if answers is None else answers
        answers[inside] = given
    return answers
