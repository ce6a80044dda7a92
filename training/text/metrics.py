import numpy as np
from sklearn.metrics import accuracy_score, f1_score

#: No probability below this enters a logarithm.
LEAST_SHARE = 1e-5


def softmax(logits: np.ndarray) -> np.ndarray:
    exp = np.exp(logits - logits.max(1, keepdims=True))
    return exp / exp.sum(1, keepdims=True)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def any_of(logits: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Logit of the probability that any label of a group holds, if each holds by itself. @param group number of each column"""
    none = -np.logaddexp(0, logits)  # log of the probability that a label does not hold
    total = np.stack([none[:, group == k].sum(1) for k in range(group.max() + 1)], 1)
    return np.log(np.maximum(-np.expm1(total), LEAST_SHARE)) - total


def against_others(logits: np.ndarray) -> np.ndarray:
    """Log-odds of each class of a softmax."""
    share = np.clip(softmax(logits), LEAST_SHARE, 1 - LEAST_SHARE)
    return np.log(share / (1 - share))


def expected_calibration_error(shares: np.ndarray, truth: np.ndarray, bins: int = 15) -> float:
    """Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017): equal-width bins of the top probability."""
    top, right = shares.max(1), shares.argmax(1) == truth
    bucket = np.minimum((top * bins).astype(int), bins - 1)
    gaps = [abs(right[bucket == b].mean() - top[bucket == b].mean()) * (bucket == b).mean() for b in set(bucket)]
    return float(sum(gaps))


def scores(shares: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """The single-label protocol: rows with one label, the most likely of the seven against it."""
    guess = shares.argmax(1)
    return dict(
        macro_f1=float(f1_score(truth, guess, average="macro", labels=range(7), zero_division=0)),
        accuracy=float(accuracy_score(truth, guess)),
        ece=expected_calibration_error(shares, truth),
        log_loss=float(-np.log(shares[np.arange(len(truth)), truth] + 1e-12).mean()),
    )


def per_class_f1(shares: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return f1_score(truth, shares.argmax(1), average=None, labels=range(7), zero_division=0)
