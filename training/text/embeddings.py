"""Word vectors from the training text alone: positive pointwise mutual information, reduced by SVD."""

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.utils.extmath import randomized_svd


def ppmi_svd(sentences: list[list[int]], vocab: int, width: int, window: int = 6, seed: int = 0) -> np.ndarray:
    """
    Levy, Goldberg & Dagan, "Improving Distributional Similarity with Lessons Learned from Word Embeddings" (TACL 2015):
    contexts smoothed with the power 0.75, singular values under the square root.
    @returns vocab x width, standard deviation 0.1 and clipped at six of them, which keeps eight-bit rounding fine
    """
    counts = csr_matrix((vocab, vocab), dtype=np.float32)
    ids = np.concatenate([np.append(sentence[1:-1], [-1] * window) for sentence in sentences]).astype(np.int64)
    for distance in range(1, window + 1):
        left, right = ids[:-distance], ids[distance:]
        both = (left >= 0) & (right >= 0)
        near = coo_matrix((np.full(both.sum(), distance**-0.5, np.float32), (left[both], right[both])), (vocab, vocab))
        counts = counts + near.tocsr() + near.T.tocsr()
    rows = np.asarray(counts.sum(1)).ravel() + 1e-9
    columns = rows**0.75 * rows.sum() / (rows**0.75).sum()
    cells = counts.tocoo()
    information = np.log(cells.data * rows.sum() / (rows[cells.row] * columns[cells.col]))
    kept = information > 0
    ppmi = coo_matrix((information[kept], (cells.row[kept], cells.col[kept])), (vocab, vocab)).tocsr()
    left, singular, _ = randomized_svd(ppmi, width, n_iter=3, random_state=seed)
    vectors = left * np.sqrt(singular)
    vectors *= 0.1 / vectors.std()
    return np.clip(vectors, -0.6, 0.6).astype(np.float32)
