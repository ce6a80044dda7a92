"""Soft targets to distil from: what a linear reader that never saw a row says about it."""

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression


class LinearReader:
    """TF-IDF of words, word pairs and letter groups, one logistic regression per emotion."""

    def __init__(self, texts: list[str], targets: np.ndarray):
        words = r"(?u)\b\w[\w']*\b|[!?]+"
        common = dict(sublinear_tf=True, max_features=60000, dtype=np.float32)
        self._vectorizers = [
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, token_pattern=words, **common),
            TfidfVectorizer(ngram_range=(2, 5), min_df=5, analyzer="char_wb", **common),
        ]
        x = hstack([vectorizer.fit_transform(texts) for vectorizer in self._vectorizers]).tocsr()
        self._models = [
            LogisticRegression(C=2.0, solver="liblinear", tol=1e-2).fit(x, targets[:, k] > 0) for k in range(targets.shape[1])
        ]

    def shares(self, texts: list[str]) -> np.ndarray:
        """@returns a row of probabilities per text, summing to 1"""
        x: csr_matrix = hstack([vectorizer.transform(texts) for vectorizer in self._vectorizers]).tocsr()
        each = np.stack([model.predict_proba(x)[:, 1] for model in self._models], 1)
        return (each / each.sum(1, keepdims=True)).astype(np.float32)


def out_of_fold(texts: list[str], targets: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """@returns the shares that a reader trained on the other folds gives each text"""
    fold_of = np.random.default_rng(seed).permutation(len(texts)) % folds
    shares = np.zeros_like(targets)
    for fold in range(folds):
        inside, outside = np.flatnonzero(fold_of == fold), np.flatnonzero(fold_of != fold)
        reader = LinearReader([texts[i] for i in outside], targets[outside])
        shares[inside] = reader.shares([texts[i] for i in inside])
        right = (shares[inside].argmax(1) == targets[inside].argmax(1)).mean()
        print(f"teacher, fold {fold + 1}/{folds}: accuracy {right:.3f}", flush=True)
    return shares
