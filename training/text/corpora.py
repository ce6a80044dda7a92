"""The labelled text the model learns from. Every loader returns `Example`s; nothing else knows a file format."""

import csv
import json
import re
import unicodedata
from collections import Counter
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
FINE = (
    "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval disgust "
    "embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief remorse sadness "
    "surprise neutral"
).split()
#: What GoEmotions' authors group the 28 under, Ekman's seven; all others are joy.
_GROUPS = dict(
    neutral="neutral", angry="anger annoyance disapproval", sad="sadness disappointment embarrassment grief remorse",
    fearful="fear nervousness", disgust="disgust", surprised="surprise realization confusion curiosity",
)
GROUP = np.array([next((EMOTIONS.index(e) for e, names in _GROUPS.items() if name in names.split()), 1) for name in FINE])
#: Labels of thought more than of feeling: their wording says less.
_MILD = np.array([name in "approval confusion curiosity desire realization optimism".split() for name in FINE])
#: Valence from which a word alone says something; "alarm" and "pressure" (0.35) may be things.
CLEAR = 0.45
#: Likeliest reading of irony, which GoEmotions takes by the letter: no one can be sure of it.
IRONY = dict(neutral=0.25, happy=0.22, angry=0.28, sad=0.1, disgust=0.1, surprised=0.05)


@dataclass(frozen=True)
class Example:
    text: str
    #: Probability of each of the seven, summing to 1, where the set has emotions.
    target: np.ndarray | None
    source: str
    #: Share of the loss beside a GoEmotions row, and of the epochs that show it.
    weight: float = 1.0
    shown: float = 1.0
    #: GoEmotions' 28 labels as 0/1, where the set has them.
    fine: np.ndarray | None = None
    #: Valence, arousal, dominance, each -1..1; NaN where unknown.
    affect: np.ndarray | None = None
    #: How far the wording carries emotion at all, 0 (it says nothing) to 1; None where nobody knows.
    says: float | None = None

    @property
    def single(self) -> bool:
        """One label only: the rows that the single-label protocol counts."""
        return self.target is not None and float(self.target.max()) == 1.0


def one_hot(emotion: str) -> np.ndarray:
    return np.eye(len(EMOTIONS), dtype=np.float32)[EMOTIONS.index(emotion)]


def soft(**shares: float) -> np.ndarray:
    return np.array([shares.get(emotion, 0.0) for emotion in EMOTIONS], np.float32)


def normalised(text: str) -> str:
    """Letters and digits only: equal for two texts that differ in case, punctuation or accents."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return " ".join(re.findall(r"[a-z0-9]+", plain))


class Lexicon:
    """VADER's and AFINN's words with their valence, -1..1."""

    def __init__(self, root: Path):
        self.valence: dict[str, float] = {}
        for line in _tsv(root / "lex_afinn/AFINN-en-165.txt"):
            self.valence[line[0].lower()] = float(line[1]) / 5
        for line in _tsv(root / "lex_vader/vader_lexicon.txt"):
            if re.fullmatch(r"[a-z][a-z'-]+", line[0].lower()):
                self.valence[line[0].lower()] = float(line[1]) / 4

    def strength(self, text: str) -> float:
        """Largest absolute valence among the words of a text; marks of exclamation count a little."""
        words = re.findall(r"[a-z][a-z'-]*", text.lower())
        return max([abs(self.valence.get(word, 0.0)) for word in words] + [0.2 if "!" in text else 0.0])

    def plain_words(self, rows: list[Example]) -> list[str]:
        """Words that no lexicon lists and that keep less company with feelings than most: what everyday talk is about."""
        seen, felt = Counter(), Counter()
        for row in rows:
            words = set(re.findall(r"[a-z]{3,}", row.text.lower()))
            seen.update(words)
            felt.update(words if row.target[0] == 0 else ())
        usual = sum(row.target[0] == 0 for row in rows) / len(rows)
        return sorted(w for w, n in seen.items() if n >= 6 and w not in self.valence and felt[w] < 0.95 * usual * n)

    def words(self) -> list[Example]:
        """Each word with its valence as a text of its own."""
        return [
            Example(word, None, "lexicon", 0.3, 0.4, affect=np.array([v, np.nan, np.nan], np.float32), says=1.0 if abs(v) > CLEAR else None)
            for word, v in self.valence.items()
        ]


def goemotions(root: Path, split: str, lexicon: Lexicon | None = None) -> list[Example]:
    """GoEmotions under its Ekman grouping, with the 28 original labels of the same rows. `split` is train or dev."""
    names = (root / "goemotions/ekman/labels.txt").read_text().split()
    column = [EMOTIONS.index(_EKMAN[name]) for name in names]
    coarse = _tsv(root / f"goemotions/ekman/{split}.tsv")
    fine = _tsv(root / f"goemotions/original/{split}.tsv")
    assert (root / "goemotions/original/labels.txt").read_text().split() == FINE
    examples = []
    for (text, labels, row), (_, fine_labels, fine_row) in zip(coarse, fine, strict=True):
        assert row == fine_row, f"{split}.tsv: the two label files differ at {row}"
        target = np.zeros(len(EMOTIONS), np.float32)
        target[[column[int(label)] for label in labels.split(",")]] = 1
        many = np.zeros(len(FINE), np.float32)
        many[[int(label) for label in fine_labels.split(",")]] = 1
        says = _says(text, target[0] > 0, bool((many[:-1] * ~_MILD[:-1]).any()), lexicon) if lexicon else None
        examples.append(Example(text, target / target.sum(), "goemotions", fine=many, says=says))
    return examples


def emorynlp(root: Path, lexicon: Lexicon, files: str = "emorynlp_*_final.csv") -> list[Example]:
    """Lines of TV dialogue: spoken English, which GoEmotions (Reddit) lacks."""
    examples = []
    for file in sorted((root / "emorynlp").glob(files)):
        for row in _csv(file):
            if emotion := _WILLCOX.get(row["Emotion"]):
                text = row["Utterance"]
                # An emotional label on plain words comes from the scene or the voice, not from the wording.
                known = emotion == "neutral" or lexicon.strength(text) > 0.3
                says = _says(text, emotion == "neutral", True, lexicon) if known else None
                examples.append(Example(text, one_hot(emotion), "emorynlp", 0.6, says=says))
    return examples


def _says(text: str, neutral: bool, strong: bool, lexicon: Lexicon) -> float:
    """A neutral label is not the same as saying nothing: words of feeling in such a row leave it open."""
    if not neutral:
        return 1.0 if strong else 0.8
    return min(0.5, 0.08 + lexicon.strength(text)) + (0.2 if strong and lexicon.strength(text) > 0.3 else 0.0)


def emobank(root: Path, split: str) -> list[Example]:
    """News, letters, essays, fiction with valence, arousal and dominance; what lies in the middle says nothing."""
    examples = []
    for row in _csv(root / "emobank/emobank.csv"):
        if row["split"] == split:
            affect = (np.array([float(row[key]) for key in "VAD"], np.float32) - 3) / 2
            away = max(abs(affect[0]), affect[1])
            says = float(np.clip((away - 0.08) / 0.25, 0, 1))
            examples.append(Example(row["text"], None, "emobank", 1.0, affect=affect, says=says))
    return examples


def tv_dialogue(root: Path) -> tuple[list[str], list[str]]:
    """MELD's dev split, which its licence leaves for evaluation only. @returns texts and their emotions"""
    rows = _csv(root / "meld/dev_sent_emo.csv")
    windows = {"\x92": "'", "\x91": "'", "\x93": '"', "\x94": '"', "\x85": "...", "\x97": "-"}
    return [row["Utterance"].translate(str.maketrans(windows)) for row in rows], [_EKMAN[row["Emotion"]] for row in rows]


def irony(root: Path) -> list[Example]:
    """Sarcasm as its authors marked it (iSarcasmEval), with what they meant, and lines of TV (MUStARD, one show left out)."""
    examples = []
    for row in _csv(root / "isarcasmeval/train.En.csv"):
        if row["sarcastic"] == "1":
            examples.append(Example(row["tweet"], soft(**IRONY), "isarcasmeval", 0.5))
    for entry in json.loads((root / "mustard/sarcasm_data.json").read_text()).values():
        if entry["sarcasm"] and entry["show"] != "FRIENDS":
            examples.append(Example(entry["utterance"], soft(**IRONY), "mustard", 0.5))
    return examples


def set_aside(examples: list[Example], share: float) -> tuple[list[Example], list[Example]]:
    """
    Splits by a hash of the normalised text, so that a repeated sentence stays on one side and the split never moves.
    @returns the rest and the part set aside, which training never sees.
    """
    rest: list[Example] = []
    aside: list[Example] = []
    for example in examples:
        (aside if place(normalised(example.text)) < share else rest).append(example)
    return rest, aside


def place(key: str) -> float:
    """0..1 by the hash of a text."""
    return int(sha256(key.encode()).hexdigest()[:8], 16) / 2**32


def class_shares(examples: list[Example]) -> np.ndarray:
    """Weighted frequency of each of the seven."""
    total = sum(example.weight * example.target for example in examples)
    return total / total.sum()


def _tsv(file: Path) -> list[list[str]]:
    return [line.split("\t") for line in file.read_text(encoding="utf-8").rstrip("\n").split("\n")]


def _csv(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as rows:
        return list(csv.DictReader(rows))
