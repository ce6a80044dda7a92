"""
Trains the text emotion model and writes it as a model folder of transformers.js.

    python train.py --root DATA/text --models ../../models --name text/emotion7

Everything is chosen and calibrated on a share of GoEmotions' training rows that is set aside by hash; then the networks
learn from all of them. The dev split is only read by evaluate.py.
"""

import argparse
import copy
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from augment import as_spoken
from calibrate import calibrate, calibrate_each, gate
from corpora import GROUP, Example, Lexicon, class_shares, emobank, emorynlp, goemotions, irony, one_hot, set_aside
from embeddings import ppmi_svd
from export import FINE_SHARE, CalibratedReader, Calibration, export, write_manifest_entry
from learn import Lesson, Recipe, lessons, new_network, predict, train_network
from metrics import against_others, any_of, scores, sigmoid, softmax
from network import EmotionNetwork, NetworkConfig, Outputs
from synthetic import synthetic
from teacher import LinearReader, out_of_fold
from tokenizer import train_tokenizer

SET_ASIDE = 0.08
#: Words that deny what follows, and words behind which they do so no more. "n't" is "not" to the tokenizer.
DENIERS = "not no never nobody nothing none nor neither cannot without hardly barely"
ENDERS = ". ! ? ; : , but because although though except [SEP]"
#: How far a row's targets move from its labels towards the teacher.
TEACHER_SHARE = 0.6
#: Weight of the networks in the teacher, beside the linear reader.
NETWORK_SHARE = 0.6
#: The last passes, over all rows, at a lower rate; the weights then lie half way to where they lead.
FINISH = Recipe(epochs=2, rate=8e-4)
WRITTEN = dict(negation=9000, clauses=9000, everyday=13000, beside=3000, polite=400, irony=1500, emoji=1500, wishes=2500)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="folder with goemotions/, emorynlp/, emobank/ and the others")
    parser.add_argument("--models", type=Path, required=True, help="models folder, with the manifest")
    parser.add_argument("--name", default="text/emotion7")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--networks", nargs="+", default=["c"], help="layers of each network, letters c or a; their logits are averaged"
    )
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--folds", type=int, default=3, help="folds of the linear teacher; 0 trains without one")
    parser.add_argument("--network-folds", type=int, default=4, help="folds of a network as second teacher; 0 for none")
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps finished steps; a second run takes them up")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    args.work.mkdir(parents=True, exist_ok=True)
    began = time.time()

    lexicon = Lexicon(args.root)
    every = goemotions(args.root, "train", lexicon)
    rows, aside = set_aside(every, SET_ASIDE)
    real = [*emorynlp(args.root, lexicon), *emobank(args.root, "train"), *irony(args.root)]
    plain = lexicon.plain_words(rows)
    written, everyday = synthetic(args.seed, WRITTEN, plain)
    beside = [*real, *lexicon.words(), *written]
    # What says nothing counts as neutral: an emotion is rarer in what people say than in what GoEmotions picked.
    silent = [replace(e, target=one_hot("neutral")) for e in written if e.says == 0]
    prior = class_shares([*every, *silent])

    vocabulary = args.work / "tokenizer.json"
    if not vocabulary.exists():
        train_tokenizer(_spellings(rows + real) + [e.text for e in written[::8]], 12000).save(str(vocabulary))
    tokenizer = Tokenizer.from_file(str(vocabulary))
    data = lessons(rows, tokenizer, args.seed)
    extra = lessons(beside, tokenizer, args.seed + 1)
    known = lambda words: tuple(id for word in words.split() if (id := tokenizer.token_to_id(word)) is not None)
    config = NetworkConfig(tokenizer.get_vocab_size(), known(DENIERS), known(ENDERS))
    sentences = [ids for d in data + extra[: len(real)] for ids in (d.variants[0], d.variants[2])]
    vectors = ppmi_svd(sentences, config.vocab, config.width)
    print(f"{len(rows)} rows, {len(aside)} set aside, {len(extra)} beside; {time.time() - began:.0f} s", flush=True)

    teacher = Teacher(args, rows)
    if args.folds:
        data = _taught(data, teacher.of_rows(data, config, vectors))
    watch = Watch(aside, emobank(args.root, "dev"), everyday, tokenizer)

    networks = []
    for i, layers in enumerate(args.networks):
        recipe = Recipe(epochs=args.epochs, seed=args.seed + i)
        make = lambda: train_network(new_network(replace(config, layers=layers), vectors, recipe.seed), recipe, data + extra, watch)
        networks.append(_kept_network(args.work / f"network-{i + 1}.pt", make))
        print(f"network {i + 1}:", watch(networks[-1]), flush=True)
    calibration = watch.calibrated(networks)
    # The rows set aside have done their work: the networks, which never saw them, are their teacher, and then learn from them too.
    late = lessons(aside, tokenizer, args.seed + 2)
    if args.folds:
        late = _taught(late, teacher.of_others(aside, _probabilities(networks, late)))
    finished = []
    for i, network in enumerate(networks):
        recipe = replace(FINISH, seed=args.seed + i)
        make = lambda: train_network(copy.deepcopy(network), recipe, data + late + extra, lambda _: "")
        finished.append(_between(network, _kept_network(args.work / f"finished-{i + 1}.pt", make)))
    calibration = replace(calibration, gate=watch.gate(finished))
    facts = dict(rows=len(every), networks=args.networks, epochs=args.epochs, seed=args.seed)
    export(CalibratedReader(finished, calibration), tokenizer, prior, facts, args.models / args.name)
    write_manifest_entry(args.models, args.name)
    print(f"{calibration}; {time.time() - began:.0f} s")


class Watch:
    """Rows that no network learns from: set aside of GoEmotions, EmoBank's dev, everyday sentences of held-out frames."""

    def __init__(self, aside: list[Example], affect: list[Example], everyday: list[Example], tokenizer: Tokenizer):
        texts = [e.text for e in aside] + [as_spoken(e.text) for e in aside]
        self._texts = [texts, [e.text for e in affect], [e.text for e in everyday]]
        self._sentences = [[encoding.ids for encoding in tokenizer.encode_batch_fast(part)] for part in self._texts]
        self._labels = np.stack([e.target > 0 for e in aside] * 2)
        self._single = self._labels.sum(1) == 1
        self._truth = self._labels.argmax(1)
        self._affect = np.stack([e.affect for e in affect])

    def read(self, networks: list[EmotionNetwork]) -> list[Outputs]:
        mean = lambda part: sum(predict(network, part) for network in networks) / len(networks)
        return [Outputs.unpacked(mean(part)) for part in self._sentences]

    def __call__(self, network: EmotionNetwork) -> str:
        rows, affect, everyday = self.read([network])
        half = np.arange(len(self._truth)) < len(self._truth) // 2
        parts = [
            _line(scores(softmax(rows.seven[chosen & self._single]), self._truth[chosen & self._single])) for chosen in (half, ~half)
        ]
        valence = np.corrcoef(affect.affect[:, 0], self._affect[:, 0])[0, 1]
        says = [f"{np.quantile(sigmoid(part.says[:, 0]), 0.95):.2f}" for part in (everyday, affect, rows)]
        return f"written {parts[0]}; spoken {parts[1]}; valence r {valence:.3f}; says, 95 % below {' '.join(says)}"

    def calibrated(self, networks: list[EmotionNetwork]) -> Calibration:
        rows = self.read(networks)[0]
        fine = any_of(rows.fine, GROUP)
        # An emotion by itself: what its own head, the 28 and the seven say of it together.
        scale, shift = calibrate_each(rows.each + fine + against_others(rows.seven), self._labels)
        seven = (rows.seven + FINE_SHARE * fine)[self._single]
        temperature, offsets = calibrate(seven, self._truth[self._single])
        shares = softmax(seven / temperature + offsets)
        print("set aside, calibrated:", _line(scores(shares, self._truth[self._single])))
        return Calibration(temperature, offsets, scale, shift, self.gate(networks))

    def gate(self, networks: list[EmotionNetwork]) -> tuple[float, float]:
        return gate(sigmoid(self.read(networks)[2].says[:, 0]))


class Teacher:
    """
    What readers that never saw a row say of each emotion in it: a linear one and a network. Rows of probabilities, as the first
    columns of `Outputs`.
    """

    def __init__(self, args: argparse.Namespace, rows: list[Example]):
        self._args = args
        self._texts = [row.text for row in rows]
        self._labels = np.stack([row.target for row in rows]) > 0

    def of_rows(self, data: list[Lesson], config: NetworkConfig, vectors: np.ndarray) -> np.ndarray:
        """Of the rows that are learnt from, out of fold."""
        args, count = self._args, len(data)

        def linear(learn: np.ndarray, read: np.ndarray) -> np.ndarray:
            return self._linear(learn, [self._texts[i] for i in read])

        def network(learn: np.ndarray, read: np.ndarray) -> np.ndarray:
            recipe = Recipe(epochs=args.epochs, seed=args.seed + 100)
            trained = train_network(new_network(config, vectors, recipe.seed), recipe, [taught[i] for i in learn], lambda _: "")
            return _probabilities([trained], [data[i] for i in read])

        each = _kept(args.work / "linear.npy", lambda: out_of_fold(count, args.folds, args.seed, linear))
        said = _linear_columns(each)
        if args.network_folds:
            taught = _taught(data, said)
            second = _kept(args.work / "folds.npy", lambda: out_of_fold(count, args.network_folds, args.seed, network))
            said = _joined(said, second)
        right = (said[:, :7].argmax(1) == self._labels.argmax(1))[self._labels.sum(1) == 1].mean()
        print(f"teacher: accuracy {right:.3f} on rows it never saw", flush=True)
        return said

    def of_others(self, others: list[Example], second: np.ndarray) -> np.ndarray:
        """Of further rows. @param second what networks that never saw them say"""
        texts = [row.text for row in others]
        each = _kept(self._args.work / "linear-aside.npy", lambda: self._linear(np.arange(len(self._texts)), texts))
        return _joined(_linear_columns(each), second)

    def _linear(self, learn: np.ndarray, texts: list[str]) -> np.ndarray:
        return LinearReader([self._texts[i] for i in learn], self._labels[learn]).each(texts)


def _linear_columns(each: np.ndarray) -> np.ndarray:
    return np.concatenate([each / each.sum(1, keepdims=True), each], 1)


def _joined(linear: np.ndarray, second: np.ndarray) -> np.ndarray:
    joined = second.copy()
    joined[:, : linear.shape[1]] += (1 - NETWORK_SHARE) * (linear - joined[:, : linear.shape[1]])
    return joined


def _probabilities(networks: list[EmotionNetwork], data: list[Lesson]) -> np.ndarray:
    """The seven, each by itself and the 28, of the texts as written."""
    sentences = [lesson.variants[0] for lesson in data]
    columns = Outputs.unpacked(sum(predict(network, sentences) for network in networks) / len(networks))
    return np.concatenate([softmax(columns.seven), sigmoid(columns.each), sigmoid(columns.fine)], 1)


def _between(before: EmotionNetwork, after: EmotionNetwork) -> EmotionNetwork:
    """Half way between the weights, better on rows of another kind than either end (Wortsman et al. 2022, WiSE-FT). `after` is changed."""
    with torch.no_grad():
        for end, start in zip(after.parameters(), before.parameters(), strict=True):
            end.lerp_(start, 0.5)
    return after


def _kept_network(file: Path, make) -> EmotionNetwork:
    if not file.exists():
        torch.save(make(), file)
    return torch.load(file, weights_only=False)


def _kept(file: Path, make) -> np.ndarray:
    if not file.exists():
        np.save(file, make())
    return np.load(file)


def _taught(data: list[Lesson], teacher: np.ndarray) -> list[Lesson]:
    taught = []
    for lesson, said in zip(data, teacher, strict=True):
        target = lesson.target.copy()
        target[: said.size] += TEACHER_SHARE * (said - target[: said.size])
        taught.append(replace(lesson, target=target))
    return taught


def _spellings(examples: list[Example]) -> list[str]:
    """Every text as written and every third as spoken, so that the vocabulary knows both."""
    return [e.text for e in examples] + [as_spoken(e.text, apostrophes=i % 2 == 0) for i, e in enumerate(examples) if i % 3 == 0]


def _line(values: dict[str, float]) -> str:
    return " ".join(f"{name} {value:.3f}" for name, value in values.items())


if __name__ == "__main__":
    main()
