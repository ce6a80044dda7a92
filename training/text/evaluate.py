"""
Judges a model folder on GoEmotions' dev split (single-label protocol) and on everyday sentences.

    python evaluate.py --root DATA/text --model ../../models/text/emotion7
    python evaluate.py --root DATA/text --write-tsv dev.tsv        # text TAB label, for `undertone evaluate text --tsv`
    python evaluate.py --root DATA/text --model … --write-expected expected.json   # for parity.mjs
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from augment import as_spoken
from corpora import EMOTIONS, goemotions
from metrics import per_class_f1, scores, softmax

PROBES = (
    "I'm fine.",
    "I am so happy you came!",
    "I am not happy.",
    "i'm not happy with how this turned out",
    "I'm not sad anymore.",
    "I can't believe you lied to me again, get out!",
    "My grandmother died last night and I miss her.",
    "I'm terrified of what the doctor will say.",
    "That is disgusting, there is mold on the food.",
    "wait what i had no idea you were moving to japan",
    "oh great another monday",
)


class Reader:
    """The shipped files through onnxruntime, one sentence at a time, as the server reads them."""

    def __init__(self, folder: Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(folder / "onnx/model_quantized.onnx", options)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def logits(self, texts: list[str]) -> np.ndarray:
        """@returns one row of seven per text"""
        return np.stack([self._read(text) for text in texts])

    def _read(self, text: str) -> np.ndarray:
        ids = np.array([self._tokenizer.encode(text).ids])
        return self._session.run(["logits"], dict(input_ids=ids, attention_mask=np.ones_like(ids)))[0][0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="folder with goemotions/ and cremad_sentences/")
    parser.add_argument("--model", type=Path, help="model folder")
    parser.add_argument("--write-tsv", type=Path, metavar="OUT")
    parser.add_argument("--write-expected", type=Path, metavar="OUT")
    args = parser.parse_args()
    rows = [example for example in goemotions(args.root, "dev") if example.single]
    texts = [row.text for row in rows]
    truth = np.array([row.target.argmax() for row in rows])
    if args.write_tsv:
        lines = (f"{text}\t{EMOTIONS[label]}\n" for text, label in zip(texts, truth, strict=True))
        args.write_tsv.write_text("".join(lines), encoding="utf-8")
    if not args.model:
        return
    reader = Reader(args.model)
    began = time.time()
    written = reader.logits(texts)
    pace = (time.time() - began) / len(texts) * 1000
    _report("dev, as written", softmax(written), truth)
    _report("dev, as spoken", softmax(reader.logits([as_spoken(text) for text in texts])), truth)
    _report("dev, spoken, no apostrophes", softmax(reader.logits([as_spoken(text, False) for text in texts])), truth)
    print(f"{pace:.2f} ms a sentence, one thread")
    _everyday(reader, args)
    if args.write_expected:
        sample = [*PROBES, *texts[:300]]
        expected = [dict(text=text, shares=row.tolist()) for text, row in zip(sample, softmax(reader.logits(sample)), strict=True)]
        args.write_expected.write_text(json.dumps(expected))


def _report(name: str, shares: np.ndarray, truth: np.ndarray) -> None:
    print(f"{name} (n = {len(truth)}):", " ".join(f"{key} {value:.4f}" for key, value in scores(shares, truth).items()))
    print("  F1:", " ".join(f"{e} {f:.3f}" for e, f in zip(EMOTIONS, per_class_f1(shares, truth), strict=True)))


def _everyday(reader: Reader, args) -> None:
    """How far sentences without emotion move the log-odds of each of the seven from the prior."""
    prior = np.array(list(json.loads((args.model / "config.json").read_text())["undertone"]["prior"].values()))
    lines = (args.root / "cremad_sentences/sentences.tsv").read_text().strip().split("\n")[1:]
    texts = [line.split("\t")[1] for line in lines]
    print("shares of", " ".join(EMOTIONS), "and largest move of the log-odds from the prior")
    for text, shares in zip([*texts, *PROBES], softmax(reader.logits([*texts, *PROBES])), strict=True):
        odds = np.log(shares / (1 - shares)) - np.log(prior / (1 - prior))
        print(f"  {text[:46]:46}", " ".join(f"{share:.2f}" for share in shares), f"{np.abs(odds).max():.2f}")


if __name__ == "__main__":
    main()
