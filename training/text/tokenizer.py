"""A WordPiece tokenizer learnt from the training text, in the files that transformers.js reads."""

import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, UNK, CLS, SEP, MASK = range(5)
MAX_TOKENS = 128
_NEGATED = "do does did is are was were have has had would could should ca wo ai".split()


def train_tokenizer(texts: list[str], size: int) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    # A negation becomes a word of its own, right before what it negates, however it was written: "don't", "dont", "do not".
    short = [normalizers.Replace(Regex(rf"\b{verb}nt\b"), f"{verb} not") for verb in _NEGATED]
    negations = [normalizers.Replace("n't", " not"), *short]
    apostrophes = [normalizers.Replace(sign, "'") for sign in "\u2019\u2018\u00b4`"]
    tokenizer.normalizer = normalizers.Sequence([normalizers.BertNormalizer(lowercase=True), *apostrophes, *negations])
    # Each emoji is a word of its own. The range is spelled out: Rust and JavaScript name emoji differently in patterns.
    emoji = pre_tokenizers.Split(Regex("[\U0001f300-\U0001faff\u2600-\u27bf]"), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([emoji, pre_tokenizers.BertPreTokenizer()])
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, min_frequency=3, limit_alphabet=400, special_tokens=SPECIAL, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)]
    )
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = dict(
        tokenizer_class="BertTokenizer",
        do_lower_case=True,
        model_max_length=MAX_TOKENS,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
