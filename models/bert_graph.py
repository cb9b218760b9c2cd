"""Write a BERT encoder as one ONNX graph with int8 weights. Knows the architecture, not what the vectors are for.

Built node by node from the weights rather than traced by torch: the same bytes from every version of torch, and a
graph whose every node has a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

Floats = NDArray[np.float32]
OPSET = 20  # the first with Gelu
MASKED = -10_000.0  # added to the score of a padding token: its share is exactly zero after softmax, in bf16 too


@dataclass(frozen=True)
class BertShape:
    """The numbers of a BERT's config.json that its weights do not tell."""

    heads: int
    layers: int
    window: int  # positions beyond it are left out of the file
    layer_norm_eps: float


@dataclass
class BertGraph:
    """Nodes and weights as they are written; each method adds some and returns the name of its result."""

    weights: Mapping[str, Floats]
    shape: BertShape
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def encoder(self) -> str:
        """Token ids and mask to hidden states, shape (texts, tokens, width)."""
        mask = self.add("Cast", "attention_mask", to=TensorProto.FLOAT)
        padding = self.add("Sub", self.constant("one", np.float32(1)), self.add("Unsqueeze", mask, self.axes(1, 2)))
        bias = self.add("Mul", padding, self.constant("masked", np.float32(MASKED)))
        hidden = self._embeddings()
        for layer in range(self.shape.layers):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, bias)
        return hidden

    def unit_mean(self, hidden: str) -> str:
        """The mean over the tokens that are not padding, scaled to unit length, shape (texts, width)."""
        mask = self.add("Cast", "attention_mask", to=TensorProto.FLOAT)
        kept = self.add("Mul", hidden, self.add("Unsqueeze", mask, self.axes(-1)))
        # The sum points where the mean points, so the division by the count is left to the normalisation.
        return self.add("LpNormalization", self.add("ReduceSum", kept, self.axes(1), keepdims=0), axis=-1, p=2)

    def model(self, result: str, name: str, shape: list[str | int]) -> ModelProto:
        """The finished model: `input_ids` and `attention_mask`, int64 (texts, tokens), to `name`."""
        self.nodes.append(helper.make_node("Identity", [result], [name]))
        inputs = [
            helper.make_tensor_value_info(given, TensorProto.INT64, ["texts", "tokens"])
            for given in ("input_ids", "attention_mask")
        ]
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)]
        graph = helper.make_graph(self.nodes, "bert", inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
        checker.check_model(model)
        return model

    def add(self, operator: str, *inputs: str, **attributes: float | list[int]) -> str:
        result = f"{operator}_{len(self.nodes)}"
        node = helper.make_node(operator, list(inputs), [result], name=result)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in sorted(attributes.items()))
        self.nodes.append(node)
        return result

    def constant(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        if all(known.name != name for known in self.constants):
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(value.shape), name))
        return name

    def axes(self, *axes: int) -> str:
        return self.constant("axes " + " ".join(map(str, axes)), np.array(axes, dtype=np.int64))

    def int8(self, name: str) -> str:
        """A weight matrix as int8 with one scale for each row (output channel), read back as floats by the runtime."""
        matrix = self.weights[name]
        scale = np.maximum(np.abs(matrix).max(axis=1), np.finfo(np.float32).tiny) / 127
        whole = np.clip(np.rint(matrix / scale[:, None]), -127, 127).astype(np.int8)
        scales = self.constant(f"{name}.scale", scale.astype(np.float32))
        return self.add("DequantizeLinear", self.constant(name, whole), scales, axis=0)

    def linear(self, name: str, hidden: str) -> str:
        weight = self.add("Transpose", self.int8(f"{name}.weight"), perm=[1, 0])
        return self.add("Add", self.add("MatMul", hidden, weight), self._float(f"{name}.bias"))

    def _float(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def _layer_norm(self, name: str, hidden: str) -> str:
        weight, bias = self._float(f"{name}.weight"), self._float(f"{name}.bias")
        return self.add("LayerNormalization", hidden, weight, bias, axis=-1, epsilon=self.shape.layer_norm_eps)

    def _embeddings(self) -> str:
        words = self.add("Gather", self.int8("embeddings.word_embeddings.weight"), "input_ids")
        # All tokens of one text are of type 0, so its row joins the positions; both are small and stay exact.
        positions = self.weights["embeddings.position_embeddings.weight"][: self.shape.window]
        positions = positions + self.weights["embeddings.token_type_embeddings.weight"][0]
        length = self.add("Shape", "input_ids", start=1, end=2)
        used = self.add("Slice", self.constant("positions", positions), self.axes(0), length, self.axes(0))
        return self._layer_norm("embeddings.LayerNorm", self.add("Add", words, used))

    def _layer(self, name: str, hidden: str, bias: str) -> str:
        attended = self.linear(f"{name}.attention.output.dense", self._attention(name, hidden, bias))
        hidden = self._layer_norm(f"{name}.attention.output.LayerNorm", self.add("Add", attended, hidden))
        widened = self.add("Gelu", self.linear(f"{name}.intermediate.dense", hidden))
        narrowed = self.linear(f"{name}.output.dense", widened)
        return self._layer_norm(f"{name}.output.LayerNorm", self.add("Add", narrowed, hidden))

    def _attention(self, name: str, hidden: str, bias: str) -> str:
        width = self.weights["embeddings.LayerNorm.weight"].shape[0]
        per_head = width // self.shape.heads
        apart = self.constant("apart", np.array([0, 0, self.shape.heads, per_head], dtype=np.int64))
        query, key, value = (
            self.add("Reshape", self.linear(f"{name}.attention.self.{part}", hidden), apart)
            for part in ("query", "key", "value")
        )
        scores = self.add(
            "MatMul", self.add("Transpose", query, perm=[0, 2, 1, 3]), self.add("Transpose", key, perm=[0, 2, 3, 1])
        )
        scaled = self.add("Mul", scores, self.constant("scale", np.float32(per_head**-0.5)))
        shares = self.add("Softmax", self.add("Add", scaled, bias), axis=-1)
        mixed = self.add("MatMul", shares, self.add("Transpose", value, perm=[0, 2, 1, 3]))
        together = self.constant("together", np.array([0, 0, width], dtype=np.int64))
        return self.add("Reshape", self.add("Transpose", mixed, perm=[0, 2, 1, 3]), together)
