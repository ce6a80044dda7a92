"""The labelled text the model learns from. Every loader returns `Example`s; nothing else knows a file format."""

import csv
import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

#: The seven emotions, in the order of the model's outputs.
EMOTIONS = ("neutral", "happy", "angry", "sad", "fearful", "disgust", "surprised")
_EKMAN = dict(
    neutral="neutral", joy="happy", anger="angry", sadness="sad", fear="fearful", disgust="disgust", surprise="surprised"
)
#: EmoryNLP uses Willcox' feeling wheel; "Powerful" has no counterpart among the seven and is left out.
_WILLCOX = dict(Neutral="neutral", Joyful="happy", Peaceful="happy", Mad="angry", Sad="sad", Scared="fearful")
_FINE_LABELS = 28


@dataclass(frozen=True)
class Example:
    text: str
    #: Probability of each of the seven, summing to 1.
    target: np.ndarray
    #: GoEmotions' 28 labels as 0/1, where the set has them.
    fine: np.ndarray | None
    #: Share of the loss beside a GoEmotions row.
    weight: float
    source: str

    @property
    def single(self) -> bool:
        """One label only: the rows that the single-label protocol counts."""
        return float(self.target.max()) == 1.0


def one_hot(emotion: str) -> np.ndarray:
    return np.eye(len(EMOTIONS), dtype=np.float32)[EMOTIONS.index(emotion)]


def soft(**shares: float) -> np.ndarray:
    return np.array([shares.get(emotion, 0.0) for emotion in EMOTIONS], np.float32)


def normalised(text: str) -> str:
    """Letters and digits only: equal for two texts that differ in case, punctuation or accents."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def goemotions(root: Path, split: str) -> list[Example]:
    """GoEmotions under its Ekman grouping, with the 28 original labels of the same rows. `split` is train or dev."""
    names = (root / "goemotions/ekman/labels.txt").read_text().split()
    column = [EMOTIONS.index(_EKMAN[name]) for name in names]
    coarse = _tsv(root / f"goemotions/ekman/{split}.tsv")
    fine = _tsv(root / f"goemotions/original/{split}.tsv")
    examples = []
    for (text, labels, row), (_, fine_labels, fine_row) in zip(coarse, fine, strict=True):
        assert row == fine_row, f"{split}.tsv: the two label files differ at {row}"
        target = np.zeros(len(EMOTIONS), np.float32)
        target[[column[int(label)] for label in labels.split(",")]] = 1
        many = np.zeros(_FINE_LABELS, np.float32)
        many[[int(label) for label in fine_labels.split(",")]] = 1
        examples.append(Example(text, target / target.sum(), many, 1.0, "goemotions"))
    return examples


def emorynlp(root: Path) -> list[Example]:
    """Lines of TV dialogue: spoken English, which GoEmotions (Reddit) lacks."""
    examples = []
    for file in sorted((root / "emorynlp").glob("emorynlp_*_final.csv")):
        with file.open(newline="", encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                if emotion := _WILLCOX.get(row["Emotion"]):
                    examples.append(Example(row["Utterance"], one_hot(emotion), None, 0.5, "emorynlp"))
    return examples


def set_aside(examples: list[Example], share: float) -> tuple[list[Example], list[Example]]:
    """
    Splits by a hash of the normalised text, so that a repeated sentence stays on one side and the split never moves.
    @returns the rest and the part set aside, which training never sees.
    """
    rest: list[Example] = []
    aside: list[Example] = []
    for example in examples:
        bucket = int(sha256(normalised(example.text).encode()).hexdigest()[:8], 16) / 2**32
        (aside if bucket < share else rest).append(example)
    return rest, aside


def class_shares(examples: list[Example]) -> np.ndarray:
    """Weighted frequency of each of the seven."""
    total = sum(example.weight * example.target for example in examples)
    return total / total.sum()


def _tsv(file: Path) -> list[list[str]]:
    return [line.split("\t") for line in file.read_text(encoding="utf-8").rstrip("\n").split("\n")]
