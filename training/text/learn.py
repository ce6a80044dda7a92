"""Trains one network: batches of like length, AdamW with a cosine, exponential averaging of the weights."""

import copy
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from augment import as_spoken, with_names
from corpora import Example
from network import EmotionNetwork, NetworkConfig
from tokenizer import PAD

#: How often a sentence is shown as written, with names for placeholders, as spoken, and as spoken without apostrophes.
VARIANT_SHARES = (0.35, 0.35, 0.2, 0.1)
WORD_DROP = 0.1
#: Longest sentence in training; longer ones are cut.
TRAINED_TOKENS = 64


@dataclass(frozen=True)
class Recipe:
    epochs: int = 4
    batch: int = 64
    rate: float = 2e-3
    decay: float = 0.01
    averaging: float = 0.998
    fine_share: float = 0.5
    seed: int = 1


@dataclass(frozen=True)
class Lesson:
    """An example as the loop needs it: its variants as token ids and the soft targets it is pulled towards."""

    variants: list[list[int]]
    target: np.ndarray
    fine: np.ndarray | None
    weight: float


def lessons(examples: list[Example], tokenizer: Tokenizer, seed: int) -> list[Lesson]:
    pick = random.Random(seed)
    texts = [example.text for example in examples]
    spellings = [
        texts,
        [with_names(text, pick) for text in texts],
        [as_spoken(with_names(text, pick)) for text in texts],
        [as_spoken(with_names(text, pick), apostrophes=False) for text in texts],
    ]
    encoded = [[e.ids for e in tokenizer.encode_batch_fast(spelling)] for spelling in spellings]
    cut = lambda ids: ids if len(ids) <= TRAINED_TOKENS else ids[: TRAINED_TOKENS - 1] + ids[-1:]
    return [
        Lesson([cut(ids) for ids in variants], e.target, e.fine, e.weight)
        for e, *variants in zip(examples, *encoded, strict=True)
    ]


def train_network(
    config: NetworkConfig, recipe: Recipe, data: list[Lesson], vectors: np.ndarray, watch: Callable[[EmotionNetwork], str]
) -> EmotionNetwork:
    """@param watch called with the averaged network after every epoch; what it returns is printed"""
    torch.manual_seed(recipe.seed)
    pick = random.Random(recipe.seed)
    network = EmotionNetwork(config)
    with torch.no_grad():
        network.tokens.weight.copy_(torch.from_numpy(vectors))
    average = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=recipe.rate, weight_decay=recipe.decay, betas=(0.9, 0.98), fused=True
    )
    steps = recipe.epochs * math.ceil(len(data) / recipe.batch)
    step, began = 0, time.time()
    for epoch in range(recipe.epochs):
        network.train()
        total = 0.0
        shown = [_show(lesson, pick) for lesson in data]
        for rows in batches(shown, recipe.batch, pick):
            warmth = min(1, step / 200) * 0.5 * (1 + math.cos(math.pi * step / steps)) + 1e-3
            for group in optimiser.param_groups:
                group["lr"] = recipe.rate * warmth
            loss = _loss(network, [data[row] for row in rows], *pad([shown[row] for row in rows]), recipe.fine_share)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([p for p in network.parameters() if p is not network.tokens.weight], 1.0)
            optimiser.step()
            step += 1
            total += loss.item()
            if step % 4 == 0:
                _average(average, network, min(recipe.averaging**4, (1 + step) / (10 + step)))
        mean = total / math.ceil(len(data) / recipe.batch)
        print(f"epoch {epoch + 1}/{recipe.epochs} loss {mean:.3f} {time.time() - began:.0f} s; {watch(average)}", flush=True)
    return average


def predict(network: EmotionNetwork, sentences: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """@returns logits of the seven and of the 28, one row per sentence"""
    network.eval()
    seven = np.zeros((len(sentences), 7), np.float32)
    fine = np.zeros((len(sentences), 28), np.float32)
    with torch.no_grad():
        for rows in batches(sentences, 256, None):
            a, b = network(*pad([sentences[row] for row in rows]))
            seven[rows], fine[rows] = a.numpy(), b.numpy()
    return seven, fine


def pad(sentences: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.full((len(sentences), max(map(len, sentences))), PAD, dtype=torch.long)
    for row, sentence in enumerate(sentences):
        ids[row, : len(sentence)] = torch.tensor(sentence)
    return ids, (ids != PAD).long()


def batches(sentences: list[list[int]], size: int, pick: random.Random | None) -> list[list[int]]:
    """Row numbers; sentences of like length together, so that little padding is computed."""
    order = list(range(len(sentences)))
    if pick:
        pick.shuffle(order)
    window = size * 50
    cut: list[list[int]] = []
    for start in range(0, len(order), window):
        near = sorted(order[start : start + window], key=lambda row: len(sentences[row]))
        cut += [near[i : i + size] for i in range(0, len(near), size)]
    if pick:
        pick.shuffle(cut)
    return cut


def _show(lesson: Lesson, pick: random.Random) -> list[int]:
    (ids,) = pick.choices(lesson.variants, VARIANT_SHARES)
    kept = [token for token in ids[1:-1] if pick.random() >= WORD_DROP]
    return [ids[0], *kept, ids[-1]]


def _loss(network, rows: list[Lesson], ids, mask, fine_share: float) -> torch.Tensor:
    seven, fine = network(ids, mask)
    target = torch.from_numpy(np.stack([row.target for row in rows]))
    weight = torch.tensor([row.weight for row in rows])
    loss = (-(target * F.log_softmax(seven, 1)).sum(1) * weight).mean()
    known = [i for i, row in enumerate(rows) if row.fine is not None]
    if known:
        labels = torch.from_numpy(np.stack([rows[i].fine for i in known]))
        each = F.binary_cross_entropy_with_logits(fine[known], labels, reduction="none").sum(1)
        loss = loss + fine_share * each.sum() / len(rows)
    return loss


@torch.no_grad()
def _average(average: EmotionNetwork, network: EmotionNetwork, keep: float) -> None:
    old, new = list(average.parameters()), list(network.parameters())
    torch._foreach_lerp_(old, new, 1 - keep)
