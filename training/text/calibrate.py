"""Makes the softmax of the logits a probability, on rows that training never saw."""

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from metrics import expected_calibration_error, softmax


def calibrate(logits: np.ndarray, truth: np.ndarray, stiffness: float = 4.0) -> tuple[float, np.ndarray]:
    """
    Temperature scaling with an offset per class (Guo et al. 2017), by maximum likelihood; a Gaussian prior of strength
    `stiffness` holds the offsets of classes with few rows near 0.
    @returns temperature and offsets: `softmax(logits / temperature + offsets)`
    """

    def loss(x: np.ndarray) -> float:
        shares = softmax(logits * np.exp(-x[0]) + x[1:])
        return -np.log(shares[np.arange(len(truth)), truth] + 1e-12).sum() + stiffness * (x[1:] ** 2).sum()

    best = minimize(loss, np.zeros(logits.shape[1] + 1), method="L-BFGS-B").x
    temperature, offsets = float(np.exp(best[0])), best[1:] - best[1:].mean()
    # Likelihood lets a few sure hits pay for a general excess of sureness: the calibration error has the last word.
    error = lambda factor: expected_calibration_error(softmax(logits / (temperature * factor) + offsets), truth)
    return temperature * min(np.linspace(1, 1.25, 26), key=error), offsets


def calibrate_each(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Platt scaling of each column. @returns scale and shift: `sigmoid(logits * scale + shift)`"""
    fits = [LogisticRegression(C=1.0).fit(logits[:, [k]], labels[:, k]) for k in range(logits.shape[1])]
    return np.array([fit.coef_[0, 0] for fit in fits]), np.array([fit.intercept_[0] for fit in fits])


def gate(everyday: np.ndarray, width: float = 0.35, share: float = 0.98) -> tuple[float, float]:
    """
    Below the first bound wording counts as saying nothing, above the second as saying what it says, in between in part.
    @param everyday probabilities of saying something, of sentences that say nothing; `share` of them lie below the bound
    """
    lower = float(np.clip(np.quantile(everyday, share), 0.1, 0.55))
    return lower, lower + width
