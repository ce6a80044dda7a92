"""
The reader: a small encoder over token and hashed word-pair embeddings, pooled three ways, beside a linear n-gram part.

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
    width: int = 128
    #: Rows that pairs of neighbouring tokens are hashed into, for the encoder and for the linear part.
    pairs: int = 1 << 14
    linear_pairs: int = 1 << 16
    #: One letter each: c convolution over three tokens, a self-attention.
    layers: str = "c"
    dropout: float = 0.3
    embedding_dropout: float = 0.4


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
        """Of a B x 39 tensor or array."""
        return Outputs(columns[:, :7], columns[:, 7:35], columns[:, 35:38], columns[:, 38:])


COLUMNS = 39


class EmotionNetwork(nn.Module):
    def __init__(self, config: NetworkConfig):
        super().__init__()
        self.config = config
        width = config.width
        self.tokens = nn.Embedding(config.vocab, width)
        self.pairs = nn.Embedding(config.pairs, width)
        nn.init.normal_(self.tokens.weight, 0, 0.1)
        nn.init.normal_(self.pairs.weight, 0, 0.02)
        #: Columns: the seven, valence, arousal, and whether anything is said.
        self.linear_tokens = nn.Embedding(config.vocab, 10)
        self.linear_pairs = nn.Embedding(config.linear_pairs, 10)
        nn.init.zeros_(self.linear_tokens.weight)
        nn.init.zeros_(self.linear_pairs.weight)
        kinds = dict(c=Convolution, a=Attention)
        self.layers = nn.ModuleList([kinds[letter](width, config.dropout) for letter in config.layers])
        self.norm = nn.LayerNorm(width)
        self.salience = nn.Linear(width, 1)
        self.embedding_drop = SentenceDropout(config.embedding_dropout)
        self.pool_drop = nn.Dropout(config.dropout)
        self.heads = nn.Linear(3 * width, COLUMNS)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Outputs:
        mask = attention_mask.to(torch.float32).unsqueeze(2)
        before = torch.cat([torch.zeros_like(input_ids[:, :1]), input_ids[:, :-1]], 1)
        hashed = before * 7919 + input_ids * 104729 + 1299709
        embedded = self.tokens(input_ids) + self.pairs(torch.remainder(hashed, self.config.pairs))
        x = self.embedding_drop(embedded)
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
        seven, fine, affect, says = Outputs.unpacked(self.heads(self.pool_drop(torch.cat(pooled, 1))))
        grams = self.linear_tokens(input_ids) + self.linear_pairs(torch.remainder(hashed, self.config.linear_pairs))
        gram = (grams * mask).sum(1) * per_root_length
        affect = torch.cat([affect[:, :2] + gram[:, 7:9], affect[:, 2:]], 1)
        return Outputs(seven + gram[:, :7], fine, affect, says + gram[:, 9:])
