"""
Judges a model folder: GoEmotions' dev split, EmoBank's test split, TV dialogue, and the sentences of `probes/`.

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
from sklearn.metrics import f1_score
from tokenizers import Tokenizer

from augment import as_spoken
from corpora import EMOTIONS, emobank, goemotions, set_aside, tv_dialogue
from export import OUTPUTS
from metrics import expected_calibration_error, per_class_f1, scores, sigmoid, softmax
from train import SET_ASIDE

PROBES = Path(__file__).parent / "probes"


class Reader:
    """The shipped files through onnxruntime, one sentence at a time, as the server reads them."""

    def __init__(self, folder: Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(folder / "onnx/model_quantized.onnx", options)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.prior = np.array(list(json.loads((folder / "config.json").read_text())["undertone"]["prior"].values()))

    def read(self, texts: list[str]) -> dict[str, np.ndarray]:
        """@returns each of OUTPUTS, a row per text, and `shares`, the distribution over the seven"""
        rows = [self._read(text) for text in texts]
        columns = {name: np.stack([row[i][0] for row in rows]) for i, name in enumerate(OUTPUTS)}
        return dict(columns, shares=softmax(columns["logits"]))

    def _read(self, text: str) -> list[np.ndarray]:
        ids = np.array([self._tokenizer.encode(text).ids])
        return self._session.run(list(OUTPUTS), dict(input_ids=ids, attention_mask=np.ones_like(ids)))

    def drawn(self, given: dict[str, np.ndarray]) -> np.ndarray:
        """The shares as the server tells them: drawn to the prior as far as the wording says nothing."""
        open_ = given["expressiveness"][:, None]
        drawn = self.prior ** (1 - open_) * given["shares"] ** open_
        return drawn / drawn.sum(1, keepdims=True)

    def moves(self, texts: list[str]) -> np.ndarray:
        """Largest change of any emotion's log-odds, against the prior, that the words bring to an undecided fusion."""
        drawn = self.drawn(self.read(texts)) / self.prior
        posterior = drawn / drawn.sum(1, keepdims=True)
        even = np.log(1 / (len(EMOTIONS) - 1))
        return np.abs(np.log(posterior / (1 - posterior)) - even).max(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="folder with goemotions/, emobank/ and the others")
    parser.add_argument("--model", type=Path, help="model folder")
    parser.add_argument("--write-tsv", type=Path, metavar="OUT")
    parser.add_argument("--write-expected", type=Path, metavar="OUT")
    parser.add_argument("--aside", action="store_true", help="the training rows set aside instead of dev: for choices")
    args = parser.parse_args()
    every = set_aside(goemotions(args.root, "train"), SET_ASIDE)[1] if args.aside else goemotions(args.root, "dev")
    rows = [example for example in every if example.single]
    texts = [row.text for row in rows]
    truth = np.array([row.target.argmax() for row in rows])
    if args.write_tsv:
        lines = (f"{text}\t{EMOTIONS[label]}\n" for text, label in zip(texts, truth, strict=True))
        args.write_tsv.write_text("".join(lines), encoding="utf-8")
    if not args.model:
        return
    reader = Reader(args.model)
    _emotions(reader, texts, truth)
    _each(reader, args.root, every)
    _affect(reader, args.root)
    _dialogue(reader, args.root)
    _probes(reader, args.root)
    if args.write_expected:
        sample = [*_tsv(PROBES / "speaking.tsv")[0], *texts[:300]]
        expected = [dict(text=t, shares=s.tolist()) for t, s in zip(sample, reader.read(sample)["shares"], strict=True)]
        args.write_expected.write_text(json.dumps(expected))


def _emotions(reader: Reader, texts: list[str], truth: np.ndarray) -> None:
    began = time.time()
    written = reader.read(texts)
    pace = (time.time() - began) / len(texts) * 1000
    _report("as written", written["shares"], truth)
    _report("as written, as the server tells it", reader.drawn(written), truth)
    _report("as spoken", reader.read([as_spoken(text) for text in texts])["shares"], truth)
    _report("spoken, no apostrophes", reader.read([as_spoken(text, False) for text in texts])["shares"], truth)
    open_ = written["expressiveness"]
    for name, chosen in (("neutral", truth == 0), ("emotional", truth != 0)):
        print(f"gate of {name} rows: mean {open_[chosen].mean():.3f}, shut {(open_[chosen] == 0).mean():.3f}, "
              f"open {(open_[chosen] == 1).mean():.3f}")
    print(f"{pace:.2f} ms a sentence, one thread")


def _report(name: str, shares: np.ndarray, truth: np.ndarray) -> None:
    print(f"{name} (n = {len(truth)}):", " ".join(f"{key} {value:.4f}" for key, value in scores(shares, truth).items()))
    print("  F1:", " ".join(f"{e} {f:.3f}" for e, f in zip(EMOTIONS, per_class_f1(shares, truth), strict=True)))


def _each(reader: Reader, root: Path, every) -> None:
    """Multi-label: thresholds of best F1 on the rows set aside, and 0.3 for all."""
    aside = set_aside(goemotions(root, "train"), SET_ASIDE)[1]
    known = np.stack([e.target > 0 for e in aside])
    tuned = thresholds(sigmoid(reader.read([e.text for e in aside])["each_logits"]), known)
    labels = np.stack([e.target > 0 for e in every])
    each = sigmoid(reader.read([e.text for e in every])["each_logits"])
    macro = lambda guess: f1_score(labels, guess, average="macro", zero_division=0)
    print(f"multi-label (n = {len(every)}): macro-F1 {macro(each >= tuned):.4f} at {tuned.round(2)}, "
          f"{macro(each >= 0.3):.4f} at 0.3")


def thresholds(each: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """
    Half the best F1 of each column: where probabilities are right, that is the threshold which reaches it (Lipton, Elkan &
    Naryanaswamy 2014), and with few rows of a class it is surer than the place of the maximum.
    """
    grid = np.linspace(0.05, 0.7, 66)
    f1 = [[f1_score(labels[:, k], each[:, k] >= t, zero_division=0) for t in grid] for k in range(each.shape[1])]
    return np.max(f1, 1) / 2


def _affect(reader: Reader, root: Path) -> None:
    rows = emobank(root, "test")
    given = reader.read([row.text for row in rows])["affect"]
    truth = np.stack([row.affect for row in rows])
    r = [np.corrcoef(given[:, k], truth[:, k])[0, 1] for k in range(3)]
    print(f"EmoBank test (n = {len(rows)}): r of valence {r[0]:.3f}, arousal {r[1]:.3f}, dominance {r[2]:.3f}")


def _dialogue(reader: Reader, root: Path) -> None:
    """TV dialogue that nothing was trained on; the temperature is fitted on one half and judged on the other, and the reverse."""
    texts, labels = tv_dialogue(root)
    given = reader.read(texts)
    truth = np.array([EMOTIONS.index(label) for label in labels])
    f1 = f1_score(truth, given["shares"].argmax(1), average="weighted", zero_division=0)
    half = np.arange(len(texts)) < len(texts) // 2
    eces = []
    for learn, judge in ((half, ~half), (~half, half)):
        loss = lambda t: -np.log(softmax(given["logits"][learn] / t)[np.arange(learn.sum()), truth[learn]]).mean()
        best = min(np.geomspace(0.5, 5, 60), key=loss)
        eces.append(expected_calibration_error(softmax(given["logits"][judge] / best), truth[judge]))
    plain = expected_calibration_error(given["shares"], truth)
    print(f"TV dialogue (n = {len(texts)}): weighted F1 {f1:.4f}, ECE {plain:.3f}, "
          f"with a temperature of its own {np.mean(eces):.3f}")


def _probes(reader: Reader, root: Path) -> None:
    lines = (root / "cremad_sentences/sentences.tsv").read_text().strip().split("\n")[1:]
    twelve = [line.split("\t")[1] for line in lines]
    for name in ("everyday", "everyday-blind"):
        _everyday(name, reader, (PROBES / f"{name}.txt").read_text().strip().split("\n"))
    _everyday("CREMA-D's twelve", reader, twelve)
    for name in ("negation", "negation-blind", "negation-later"):
        _negation(name, reader)
    irony = (PROBES / "irony.txt").read_text().strip().split("\n")
    for text, shares in zip(irony, reader.read(irony)["shares"], strict=True):
        print(f"    {shares.max():.2f} {EMOTIONS[shares.argmax()]:9} {text}")
    texts, labels = _tsv(PROBES / "speaking.tsv")
    given = reader.read(texts)
    right = [EMOTIONS[k] for k in given["shares"].argmax(1)] == np.array(labels)
    print(f"speaking (n = {len(texts)}): {right.mean():.3f} right, gate from {given['expressiveness'].min():.2f}")
    for text, shares, open_, ok in zip(texts, given["shares"], given["expressiveness"], right, strict=True):
        if open_ < 1 or not ok:
            print(f"    {open_:.2f} {EMOTIONS[shares.argmax()]:9} {shares.max():.2f} {text}")


def _everyday(name: str, reader: Reader, texts: list[str]) -> None:
    moves = reader.moves(texts)
    print(f"{name} (n = {len(texts)}): {(moves <= 0.3).mean():.3f} move by 0.3 at most, "
          f"median {np.median(moves):.2f}, most {moves.max():.2f}")
    for move, text in sorted(zip(moves, texts, strict=True), reverse=True)[:8]:
        print(f"    {move:.2f} {text}")


def _negation(name: str, reader: Reader) -> None:
    texts, kinds = _tsv(PROBES / f"{name}.tsv")
    happy = reader.read(texts)["shares"].argmax(1) == 1
    negated = np.array(kinds) == "negated"
    print(f"{name}: {(~happy[negated]).mean():.3f} of negated not happy, {happy[~negated].mean():.3f} of plain happy")
    print("    wrong:", "; ".join(text for text, h, n in zip(texts, happy, negated, strict=True) if h == n))


def _tsv(file: Path) -> tuple[list[str], list[str]]:
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").strip().split("\n")]
    return [text for text, _ in rows], [label for _, label in rows]


if __name__ == "__main__":
    main()
