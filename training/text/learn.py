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
from network import COLUMNS, EmotionNetwork, NetworkConfig, Outputs
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
    #: Shares of the further heads in the loss, beside 1 for the one of seven.
    each_share: float = 0.7
    fine_share: float = 0.5
    affect_share: float = 8.0
    says_share: float = 1.0
    seed: int = 1


@dataclass(frozen=True)
class Lesson:
    """An example as the loop needs it: its variants as token ids and the soft targets it is pulled towards."""

    variants: list[list[int]]
    #: The targets as the columns of `Outputs`; NaN where the example says nothing of a column.
    target: np.ndarray
    weight: float
    #: Share of the epochs that show it.
    shown: float


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
        Lesson([cut(ids) for ids in variants], _target(e), e.weight, e.shown) for e, *variants in zip(examples, *encoded, strict=True)
    ]


def _target(example: Example) -> np.ndarray:
    target = Outputs.unpacked(np.full((1, COLUMNS), np.nan, np.float32))
    if example.target is not None:
        target.seven[0] = example.target
        target.each[0] = example.target > 0 if example.fine is not None else example.target
    if example.fine is not None:
        target.fine[0] = example.fine
    if example.affect is not None:
        target.affect[0] = example.affect
    if example.says is not None:
        target.says[0] = example.says
    return np.concatenate(target, 1)[0]


def new_network(config: NetworkConfig, vectors: np.ndarray, seed: int) -> EmotionNetwork:
    """@param vectors initial token embeddings"""
    torch.manual_seed(seed)
    network = EmotionNetwork(config)
    with torch.no_grad():
        network.tokens.weight.copy_(torch.from_numpy(vectors))
    return network


def train_network(
    network: EmotionNetwork, recipe: Recipe, data: list[Lesson], watch: Callable[[EmotionNetwork], str]
) -> EmotionNetwork:
    """
    @param network where to begin; it is changed
    @param watch called with the averaged network after every epoch; what it returns is printed
    """
    torch.manual_seed(recipe.seed)
    pick = random.Random(recipe.seed)
    average = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=recipe.rate, weight_decay=recipe.decay, betas=(0.9, 0.98), fused=True
    )
    steps = recipe.epochs * math.ceil(sum(lesson.shown for lesson in data) / recipe.batch)
    step, began = 0, time.time()
    for epoch in range(recipe.epochs):
        network.train()
        total = 0.0
        chosen = [lesson for lesson in data if pick.random() < lesson.shown]
        shown = [_show(lesson, pick) for lesson in chosen]
        for rows in batches(shown, recipe.batch, pick):
            warmth = min(1, step / 200) * 0.5 * (1 + math.cos(math.pi * min(1, step / steps))) + 1e-3
            for group in optimiser.param_groups:
                group["lr"] = recipe.rate * warmth
            loss = _loss(network, [chosen[row] for row in rows], *pad([shown[row] for row in rows]), recipe)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([p for p in network.parameters() if p is not network.tokens.weight], 1.0)
            optimiser.step()
            step += 1
            total += loss.item()
            if step % 4 == 0:
                _average(average, network, min(recipe.averaging**4, (1 + step) / (10 + step)))
        mean = total / math.ceil(len(chosen) / recipe.batch)
        print(f"epoch {epoch + 1}/{recipe.epochs} loss {mean:.3f} {time.time() - began:.0f} s; {watch(average)}", flush=True)
    return average


def predict(network: EmotionNetwork, sentences: list[list[int]]) -> np.ndarray:
    """@returns the columns of `Outputs`, one row per sentence"""
    network.eval()
    columns = np.zeros((len(sentences), COLUMNS), np.float32)
    with torch.no_grad():
        for rows in batches(sentences, 256, None):
            columns[rows] = network(*pad([sentences[row] for row in rows])).packed().numpy()
    return columns


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


def _loss(network, rows: list[Lesson], ids, mask, recipe: Recipe) -> torch.Tensor:
    target = torch.from_numpy(np.stack([row.target for row in rows]))
    weight = torch.tensor([row.weight for row in rows]).unsqueeze(1)
    known = (~target.isnan()).to(torch.float32) * weight
    given, wanted, counts = network(ids, mask), Outputs.unpacked(target.nan_to_num()), Outputs.unpacked(known)
    binary = F.binary_cross_entropy_with_logits
    return (
        -(wanted.seven * F.log_softmax(given.seven, 1) * counts.seven).sum()
        + recipe.each_share * (binary(given.each, wanted.each, reduction="none") * counts.each).sum()
        + recipe.fine_share * (binary(given.fine, wanted.fine, reduction="none") * counts.fine).sum()
        + recipe.affect_share * ((given.affect - wanted.affect) ** 2 * counts.affect).sum()
        + recipe.says_share * (binary(given.says, wanted.says, reduction="none") * counts.says).sum()
    ) / len(rows)


@torch.no_grad()
def _average(average: EmotionNetwork, network: EmotionNetwork, keep: float) -> None:
    old, new = list(average.parameters()), list(network.parameters())
    torch._foreach_lerp_(old, new, 1 - keep)
