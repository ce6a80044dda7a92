"""Writes a network as a model folder of transformers.js: config.json, tokenizer files, onnx/model_quantized.onnx."""

import json
import tempfile
import warnings
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F

from corpora import EMOTIONS, FINE, GROUP
from metrics import LEAST_SHARE
from network import EmotionNetwork, Outputs
from tokenizer import MAX_TOKENS, PAD, save_tokenizer

LICENCE = "Apache-2.0"


@dataclass(frozen=True)
class Calibration:
    """Makes logits probabilities, and a probability of saying something a gate."""

    temperature: float
    offsets: np.ndarray
    each_scale: np.ndarray
    each_shift: np.ndarray
    #: Where the gate begins to open, and where it is open.
    gate: tuple[float, float]


#: The outputs of the model file, in order; the pipeline of transformers.js reads the first.
OUTPUTS = ("logits", "each_logits", "fine_logits", "affect", "expressiveness")


#: How much of what the 28 say of an emotion enters its logit among the seven.
FINE_SHARE = 0.3


class CalibratedReader(nn.Module):
    """What is shipped: the mean of the networks' outputs, calibrated."""

    def __init__(self, networks: list[EmotionNetwork], calibration: Calibration):
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.calibration = calibration
        for name in ("offsets", "each_scale", "each_shift"):
            self.register_buffer(name, torch.tensor(getattr(calibration, name), dtype=torch.float32))
        self.register_buffer("group", torch.tensor(np.eye(len(EMOTIONS))[GROUP], dtype=torch.float32))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """@returns the tensors named by `OUTPUTS`"""
        mean = sum(network(input_ids, attention_mask).packed() for network in self.networks) / len(self.networks)
        seven, each, fine, affect, says = Outputs.unpacked(mean)
        # As `metrics.any_of`: an emotion holds if any of its labels does.
        none = -F.softplus(fine) @ self.group
        any_of_fine = torch.log((1 - torch.exp(none)).clamp(min=LEAST_SHARE)) - none
        share = torch.softmax(seven, 1).clamp(LEAST_SHARE, 1 - LEAST_SHARE)
        by_all = each + any_of_fine + torch.log(share / (1 - share))
        closed, opened = self.calibration.gate
        expressiveness = ((torch.sigmoid(says) - closed) / (opened - closed)).clamp(0, 1)
        return (
            (seven + FINE_SHARE * any_of_fine) / self.calibration.temperature + self.offsets,
            by_all * self.each_scale + self.each_shift,
            fine,
            affect.clamp(-1, 1),
            expressiveness.squeeze(1),
        )


def export(
    reader: CalibratedReader, tokenizer: Tokenizer, prior: np.ndarray, facts: dict[str, object], folder: Path
) -> None:
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    save_tokenizer(tokenizer, folder)
    network = reader.networks[0].config
    config = dict(
        architectures=["BertForSequenceClassification"],
        model_type="bert",
        problem_type="single_label_classification",
        id2label={str(i): emotion for i, emotion in enumerate(EMOTIONS)},
        label2id={emotion: i for i, emotion in enumerate(EMOTIONS)},
        vocab_size=network.vocab,
        hidden_size=network.width,
        num_hidden_layers=len(network.layers),
        num_attention_heads=4,
        max_position_embeddings=MAX_TOKENS,
        pad_token_id=PAD,
        undertone=dict(
            prior={emotion: round(float(share), 6) for emotion, share in zip(EMOTIONS, prior, strict=True)},
            fineLabels=FINE,
            temperature=round(reader.calibration.temperature, 6),
            offsets=[round(float(offset), 6) for offset in reader.offsets],
            gate=[round(bound, 6) for bound in reader.calibration.gate],
            **facts,
        ),
    )
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    with tempfile.TemporaryDirectory() as scratch:
        full, prepared, tables = (Path(scratch, f"{step}.onnx") for step in ("full", "prepared", "tables"))
        _write_onnx(reader, full)
        quant_pre_process(full, prepared)
        quantize_dynamic(prepared, tables, op_types_to_quantize=["Gather"], weight_type=QuantType.QUInt8)
        # Weights are rounded to eight bits, activations are not: rounding those too would make a sentence's answer
        # depend on the other sentences of its batch, which attribution by leaving words out cannot bear.
        onnx.save(_matrices_in_bytes(onnx.load(tables)), folder / "onnx/model_quantized.onnx")


def write_manifest_entry(models: Path, name: str) -> None:
    """Pins the folder's files, as `src/common/model-manifest.ts` reads them; other entries stay as they are."""
    folder = models / name
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix in {".json", ".onnx"}]
    pins = {
        file.relative_to(folder).as_posix(): dict(bytes=file.stat().st_size, sha256=sha256(file.read_bytes()).hexdigest())
        for file in files
    }
    entry = dict(kind="text", licence=LICENCE, path=name, labels=list(EMOTIONS), files=pins)
    manifest = models / "manifest.json"
    known = json.loads(manifest.read_text())["models"] if manifest.exists() else {}
    entries = dict(sorted({**known, name: entry}.items()))
    manifest.write_text(json.dumps(dict(models=entries), indent=2, ensure_ascii=False) + "\n")


def _matrices_in_bytes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Stores the weights of every matrix product as int8 with a scale per column."""
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    unpack = []
    for name in {node.input[1] for node in graph.node if node.op_type == "MatMul" and node.input[1] in weights}:
        matrix = numpy_helper.to_array(weights[name])
        scale = np.maximum(np.abs(matrix).max(0), 1e-8) / 127
        graph.initializer.remove(weights[name])
        graph.initializer.extend([
            numpy_helper.from_array(np.round(matrix / scale).astype(np.int8), f"{name}_int8"),
            numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"),
        ])
        unpack.append(helper.make_node("DequantizeLinear", [f"{name}_int8", f"{name}_scale"], [name], axis=1))
    nodes = [*unpack, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def _write_onnx(reader: CalibratedReader, file: Path) -> None:
    ids = torch.randint(5, 900, (2, 11))
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    free = {0: "batch_size", 1: "sequence_length"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            reader.eval(),
            (ids * mask, mask),
            str(file),
            input_names=["input_ids", "attention_mask"],
            output_names=list(OUTPUTS),
            dynamic_axes=dict(input_ids=free, attention_mask=free, **{name: {0: "batch_size"} for name in OUTPUTS}),
            opset_version=17,
            dynamo=False,
        )
    onnx.checker.check_model(str(file))
