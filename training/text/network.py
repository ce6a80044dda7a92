"""
The reader: a small encoder over token embeddings, pooled three ways, beside a linear part of tokens and hashed pairs of them.

Nothing depends on positions, so a text may be longer than any in training. Shapes: B sentences of T tokens, width D.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class NetworkConfig:
    vocab: int
    #: Token ids of words that deny what follows, "not" first, and of those that end it.
    deniers: tuple[int, ...]
    enders: tuple[int, ...]
    width: int = 128
    #: Rows that pairs of neighbouring tokens are hashed into, in the linear part.
    pairs: int = 1 << 14
    #: One letter each: c convolution over three tokens, a self-attention.
    layers: str = "c"
    dropout: float = 0.3
    embedding_dropout: float = 0.4


#: How many tokens a denial reaches over.
DENIED = 5


class SentenceDropout(nn.Module):
    """One mask per sentence and feature (Gal & Ghahramani 2016): stronger and cheaper than one per token."""

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        return x * (torch.rand(x.size(0), 1, x.size(2)) >= self.rate).to(x.dtype) / (1 - self.rate)


class Convolution(nn.Module):
    """Residual feed-forward layer over each token and its two neighbours."""

    def __init__(self, width: int, dropout: float):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Linear(3 * width, 2 * width)
        self.outer = nn.Linear(2 * width, width)
        self.drop = SentenceDropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        h = self.norm(x) * mask
        edge = torch.zeros_like(h[:, :1])
        h = torch.cat([torch.cat([edge, h[:, :-1]], 1), h, torch.cat([h[:, 1:], edge], 1)], 2)
        return x + self.drop(self.outer(self.drop(F.relu(self.inner(h)))))


class Attention(nn.Module):
    """Pre-norm transformer layer without positions."""

    def __init__(self, width: int, dropout: float, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.merge = nn.Linear(width, width)
        self.feed_norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, 3 * width)
        self.outer = nn.Linear(3 * width, width)
        self.drop = SentenceDropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, width = x.shape
        split = lambda t: t.reshape(batch, length, self.heads, width // self.heads).transpose(1, 2)
        query, key, value = map(split, self.project(self.norm(x)).split(width, 2))
        score = query @ key.transpose(2, 3) / math.sqrt(width // self.heads)
        score = score + (mask.reshape(batch, 1, 1, length) - 1) * 1e4
        mixed = (torch.softmax(score, -1) @ value).transpose(1, 2).reshape(batch, length, width)
        x = x + self.drop(self.merge(mixed))
        return x + self.drop(self.outer(self.drop(F.relu(self.inner(self.feed_norm(x))))))


class Outputs(NamedTuple):
    """What one reading gives; logits but for `affect`."""

    #: B x 7, one of the seven.
    seven: Tensor
    #: B x 7, each of the seven by itself.
    each: Tensor
    #: B x 28, GoEmotions' labels.
    fine: Tensor
    #: B x 3, valence, arousal, dominance, -1..1.
    affect: Tensor
    #: B x 1, does the wording carry emotion at all?
    says: Tensor

    def packed(self) -> Tensor:
        return torch.cat(self, 1)

    @staticmethod
    def unpacked(columns):
        """Of a B x 46 tensor or array."""
        return Outputs(columns[:, :7], columns[:, 7:14], columns[:, 14:42], columns[:, 42:45], columns[:, 45:])


COLUMNS = 46


class EmotionNetwork(nn.Module):
    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.config = config
        width = config.width
        self.tokens = nn.Embedding(config.vocab, width)
        nn.init.normal_(self.tokens.weight, 0, 0.1)
        #: Added to a token under a denial.
        self.denial = nn.Parameter(torch.zeros(width))
        self.linear_tokens = nn.Embedding(config.vocab, COLUMNS)
        self.linear_pairs = nn.Embedding(config.pairs, COLUMNS)
        nn.init.zeros_(self.linear_tokens.weight)
        nn.init.zeros_(self.linear_pairs.weight)
        self.register_buffer("deniers", torch.tensor(config.deniers), persistent=False)
        self.register_buffer("enders", torch.tensor(config.enders), persistent=False)
        kinds = dict(c=Convolution, a=Attention)
        self.layers = nn.ModuleList([kinds[letter](width, config.dropout) for letter in config.layers])
        self.norm = nn.LayerNorm(width)
        self.salience = nn.Linear(width, 1)
        self.embedding_drop = SentenceDropout(config.embedding_dropout)
        self.pool_drop = nn.Dropout(config.dropout)
        self.heads = nn.Linear(3 * width, COLUMNS)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Outputs:
        mask = attention_mask.to(torch.float32).unsqueeze(2)
        denied = self._denied(input_ids)
        embedded = self.tokens(input_ids)
        x = self.embedding_drop(embedded + denied * self.denial)
        for layer in self.layers:
            x = layer(x, mask)
        x = self.norm(x)
        outside = (mask - 1) * 1e4
        per_root_length = mask.sum(1) ** -0.5
        pooled = [
            (torch.softmax(self.salience(x) + outside, 1) * x).sum(1),
            torch.amax(x + outside, 1),
            (self.embedding_drop(embedded) * mask).sum(1) * per_root_length,
        ]
        before = torch.cat([torch.zeros_like(input_ids[:, :1]), input_ids[:, :-1]], 1)
        pair = lambda first: self.linear_pairs((first * 7919 + input_ids * 104729 + 1299709) % self.config.pairs)
        grams = self.linear_tokens(input_ids) + pair(before) + pair(self.deniers[0]) * denied
        return Outputs.unpacked(self.heads(self.pool_drop(torch.cat(pooled, 1))) + (grams * mask).sum(1) * per_root_length)

    def _denied(self, ids: Tensor) -> Tensor:
        """
        B x T x 1: 1 where a token lies within reach of a denial before it, and no end of clause in between. Such a token also
        forms a pair with "not", as if it stood right behind it (Das & Chen 2001).
        """
        among = lambda words: (ids.unsqueeze(2) == words).to(torch.float32).amax(2)
        reach, goes_on = among(self.deniers), 1 - among(self.enders)
        denied = torch.zeros_like(reach)
        for _ in range(DENIED):
            reach = torch.cat([torch.zeros_like(reach[:, :1]), reach[:, :-1]], 1) * goes_on
            denied = torch.maximum(denied, reach)
        return denied.unsqueeze(2)
