"""Soft targets to distil from: what models that never saw a row say about it."""

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from learn import Lesson, Recipe, predict, train_network
from metrics import softmax
from network import NetworkConfig


class LinearReader:
    """TF-IDF of words, word pairs and letter groups, one logistic regression per emotion."""

    def __init__(self, texts: list[str], targets: np.ndarray):
        words = r"(?u)\b\w[\w']*\b|[!?]+"
        self._vectorizers = [
            TfidfVectorizer(
                ngram_range=(1, 2), sublinear_tf=True, min_df=2, max_features=60000, token_pattern=words, dtype=np.float32
            ),
            TfidfVectorizer(
                analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=5, max_features=60000, dtype=np.float32
            ),
        ]
        x = hstack([vectorizer.fit_transform(texts) for vectorizer in self._vectorizers]).tocsr()
        self._models = [
            LogisticRegression(C=2.0, solver="liblinear", tol=1e-2).fit(x, targets[:, k] > 0) for k in range(targets.shape[1])
        ]

    def shares(self, texts: list[str]) -> np.ndarray:
        x: csr_matrix = hstack([vectorizer.transform(texts) for vectorizer in self._vectorizers]).tocsr()
        each = np.stack([model.predict_proba(x)[:, 1] for model in self._models], 1)
        return each / each.sum(1, keepdims=True)


def out_of_fold(
    texts: list[str],
    data: list[Lesson],
    extra: list[Lesson],
    vectors: np.ndarray,
    config: NetworkConfig,
    recipe: Recipe,
    folds: int,
    network_share: float,
) -> tuple[np.ndarray, np.ndarray]:
    """
    Each fold is read by a network and a linear reader trained on the other folds.
    @param extra lessons that every fold's network also learns from
    @returns shares of the seven (linear and network mixed) and of the 28 (network), a row per text
    """
    fold_of = np.random.default_rng(recipe.seed).permutation(len(texts)) % folds
    targets = np.stack([lesson.target for lesson in data])
    seven = np.zeros((len(texts), 7), np.float32)
    fine = np.zeros((len(texts), 28), np.float32)
    for fold in range(folds):
        inside, outside = np.flatnonzero(fold_of == fold), np.flatnonzero(fold_of != fold)
        linear = LinearReader([texts[i] for i in outside], targets[outside]).shares([texts[i] for i in inside])
        network = train_network(config, recipe, [data[i] for i in outside] + extra, vectors, label=f"fold {fold + 1}/{folds}")
        logits, fine_logits = predict(network, [data[i].variants[0] for i in inside])
        seven[inside] = network_share * softmax(logits) + (1 - network_share) * linear
        fine[inside] = 1 / (1 + np.exp(-fine_logits))
        truth = targets[inside].argmax(1)
        right = [float((p.argmax(1) == truth).mean()) for p in (linear, softmax(logits), seven[inside])]
        print("fold {}: accuracy linear {:.3f}, network {:.3f}, both {:.3f}".format(fold + 1, *right), flush=True)
    return seven, fine
