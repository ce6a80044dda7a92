"""
Trains the text emotion model and writes it as a model folder of transformers.js.

    python train.py --root DATA/text --models ../../models --name text/emotion7

Everything is chosen on a share of GoEmotions' training rows that is set aside by hash; the dev split is only read by
evaluate.py.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from augment import as_spoken, with_names
from calibrate import calibrate
from corpora import Example, class_shares, emorynlp, goemotions, set_aside
from embeddings import ppmi_svd
from export import CalibratedReader, export, write_manifest_entry
from learn import Lesson, Recipe, lessons, predict, train_network
from metrics import scores, softmax
from network import EmotionNetwork, NetworkConfig
from synthetic import synthetic
from teacher import out_of_fold
from tokenizer import train_tokenizer

SET_ASIDE = 0.08
#: How far a row's target moves from its label towards the teacher.
TEACHER_SHARE = 0.6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="folder with goemotions/ and emorynlp/")
    parser.add_argument("--models", type=Path, required=True, help="models folder, with the manifest")
    parser.add_argument("--name", default="text/emotion7")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--networks", nargs="+", default=["c", "c"], help="layers of each network (c, a); their logits are averaged"
    )
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--folds", type=int, default=3, help="folds of the teacher; 0 trains without one")
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps finished steps; a second run takes them up")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    args.work.mkdir(parents=True, exist_ok=True)
    began = time.time()

    every = goemotions(args.root, "train")
    rows, aside = set_aside(every, SET_ASIDE)
    prior = class_shares(every)
    spoken = emorynlp(args.root)
    written = synthetic(args.seed, negations=6000, everyday=8000, polite=300, prior=prior)
    vocabulary = args.work / "tokenizer.json"
    if not vocabulary.exists():
        train_tokenizer(_spellings(rows + spoken) + [e.text for e in written[::8]], 12000).save(str(vocabulary))
    tokenizer = Tokenizer.from_file(str(vocabulary))
    data = lessons(rows, tokenizer, args.seed)
    extra = lessons(spoken + written, tokenizer, args.seed + 1)
    config = NetworkConfig(tokenizer.get_vocab_size())
    real = data + extra[: len(spoken)]
    vectors = ppmi_svd([ids for d in real for ids in (d.variants[0], d.variants[2])], config.vocab, config.width)
    print(f"{len(rows)} rows, {len(aside)} set aside, {len(extra)} beside; {time.time() - began:.0f} s", flush=True)

    if args.folds:
        data = _taught(rows, data, args.folds, args.seed, args.work / "teacher.npy")
    watch = Watch(aside, tokenizer)
    networks = []
    for i, layers in enumerate(args.networks):
        kept = args.work / f"network-{i + 1}.pt"
        if not kept.exists():
            recipe = Recipe(epochs=args.epochs, seed=args.seed + i)
            torch.save(train_network(replace(config, layers=layers), recipe, data + extra, vectors, watch), kept)
        networks.append(torch.load(kept, weights_only=False))
        print(f"network {i + 1}:", watch(networks[-1]), flush=True)
    logits, truth = watch.logits(networks)
    temperature, offsets = calibrate(logits, truth)
    print("set aside, calibrated:", _line(scores(softmax(logits / temperature + offsets), truth)))
    facts = dict(rows=len(rows), networks=args.networks, epochs=args.epochs, seed=args.seed)
    reader = CalibratedReader(networks, temperature, offsets)
    export(reader, tokenizer, prior, facts, args.models / args.name)
    write_manifest_entry(args.models, args.name)
    print(f"temperature {temperature:.3f}, offsets {offsets.round(2)}; {time.time() - began:.0f} s")


class Watch:
    """The rows set aside, with one label each, as written and as spoken."""

    def __init__(self, aside: list[Example], tokenizer: Tokenizer):
        single = [example for example in aside if example.single]
        texts = [e.text for e in single] + [as_spoken(e.text) for e in single]
        self._sentences = [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]
        self._truth = np.array([e.target.argmax() for e in single] * 2)

    def logits(self, networks: list[EmotionNetwork]) -> tuple[np.ndarray, np.ndarray]:
        return sum(predict(network, self._sentences)[0] for network in networks) / len(networks), self._truth

    def __call__(self, network: EmotionNetwork) -> str:
        logits, truth = self.logits([network])
        half = len(truth) // 2
        parts = [scores(softmax(logits[rows]), truth[rows]) for rows in (slice(half), slice(half, None))]
        return f"set aside: written {_line(parts[0])}; spoken {_line(parts[1])}"


def _taught(rows: list[Example], data: list[Lesson], folds: int, seed: int, kept: Path) -> list[Lesson]:
    """Moves the targets towards what a linear reader, trained without the row, says about it."""
    if kept.exists():
        taught = np.load(kept)
    else:
        taught = out_of_fold([row.text for row in rows], np.stack([row.target for row in rows]), folds, seed)
        np.save(kept, taught)
    mixed = (1 - TEACHER_SHARE) * np.stack([row.target for row in rows]) + TEACHER_SHARE * taught
    return [replace(lesson, target=target) for lesson, target in zip(data, mixed, strict=True)]


def _spellings(examples: list[Example]) -> list[str]:
    """Every text as written and every third as spoken, so that the vocabulary knows both."""
    return [e.text for e in examples] + [as_spoken(e.text, apostrophes=i % 2 == 0) for i, e in enumerate(examples) if i % 3 == 0]


def _line(values: dict[str, float]) -> str:
    return " ".join(f"{name} {value:.3f}" for name, value in values.items())


if __name__ == "__main__":
    main()
