"""Write a BERT encoder as one ONNX graph with int8 weights. Knows the architecture, not what the results are for.

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
    separator: int | None = None  # the token that ends a first text and begins a second; None: one text alone


@dataclass
class BertGraph:
    """Nodes and weights as they are written; each method adds some and returns the name of its result."""

    weights: Mapping[str, Floats]
    shape: BertShape
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)
    _segments: str = ""  # the name of their result, once they are there

    def encoder(self) -> str:
        """Token ids and mask to hidden states, shape (texts, tokens, width)."""
        mask = self.add("Cast", "attention_mask", to=TensorProto.FLOAT)
        padding = self.add("Sub", self.constant("one", np.float32(1)), self.add("Unsqueeze", mask, self.axes(1, 2)))
        bias = self.add("Mul", padding, self.constant("masked", np.float32(MASKED)))
        hidden = self._embeddings()
        for layer in range(self.shape.layers):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, bias)
        return hidden

    def segments(self) -> str:
        """Of each token 0 up to and including the first separator and 1 after it, floats (texts, tokens).

        Told in the graph, so that whoever runs it cannot tell it otherwise than the training did.
        """
        if self._segments:
            return self._segments
        if self.shape.separator is None:
            raise ValueError("a graph of one text alone has no segments; name the separator in its shape")
        separator = self.constant("separator", np.array(self.shape.separator, dtype=np.int64))
        ends = self.add("Cast", self.add("Equal", "input_ids", separator), to=TensorProto.INT32)
        before = self.add("CumSum", ends, self.constant("along tokens", np.array(1, dtype=np.int64)), exclusive=1)
        second = self.add("Greater", before, self.constant("none", np.array(0, dtype=np.int32)))
        self._segments = self.add("Cast", second, to=TensorProto.FLOAT)
        return self._segments

    def means(self, hidden: str) -> str:
        """The means over both texts, the first and the second, without padding, shape (texts, 3, width)."""
        both = self.add("Cast", "attention_mask", to=TensorProto.FLOAT)
        second = self.add("Mul", both, self.segments())
        first = self.add("Sub", both, second)
        rows = self.add("Concat", *(self.add("Unsqueeze", row, self.axes(1)) for row in (both, first, second)), axis=1)
        count = self.add("ReduceSum", rows, self.axes(-1), keepdims=1)
        shares = self.add("Div", rows, self.add("Max", count, self.constant("one", np.float32(1))))
        return self.add("MatMul", shares, hidden)

    def unit_mean(self, hidden: str) -> str:
        """The mean over the tokens that are not padding, scaled to unit length, shape (texts, width)."""
        mask = self.add("Cast", "attention_mask", to=TensorProto.FLOAT)
        kept = self.add("Mul", hidden, self.add("Unsqueeze", mask, self.axes(-1)))
        # The sum points where the mean points, so the division by the count is left to the normalisation.
        return self.add("LpNormalization", self.add("ReduceSum", kept, self.axes(1), keepdims=0), axis=-1, p=2)

    def model(self, outputs: Mapping[str, tuple[str, list[str | int]]]) -> ModelProto:
        """The finished model: `input_ids` and `attention_mask`, int64 (texts, tokens), to `outputs`.

        Args:
            outputs: by name, the result that it is and its shape.
        """
        self.nodes.extend(helper.make_node("Identity", [result], [name]) for name, (result, _) in outputs.items())
        inputs = [
            helper.make_tensor_value_info(given, TensorProto.INT64, ["texts", "tokens"])
            for given in ("input_ids", "attention_mask")
        ]
        made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, (_, shape) in outputs.items()]
        graph = helper.make_graph(self.nodes, "bert", inputs, made, self.constants)
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

    def small_linear(self, name: str, hidden: str) -> str:
        """A head of a few rows: its weights stay exact, which costs next to nothing."""
        weight = self.constant(f"{name}.weight", self.weights[f"{name}.weight"].T)
        return self.add("Add", self.add("MatMul", hidden, weight), self._float(f"{name}.bias"))

    def _float(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def _layer_norm(self, name: str, hidden: str) -> str:
        weight, bias = self._float(f"{name}.weight"), self._float(f"{name}.bias")
        return self.add("LayerNormalization", hidden, weight, bias, axis=-1, epsilon=self.shape.layer_norm_eps)

    def _embeddings(self) -> str:
        words = self.add("Gather", self.int8("embeddings.word_embeddings.weight"), "input_ids")
        # Tokens of one text alone are of type 0, so its row joins the positions; both are small and stay exact.
        types = self.weights["embeddings.token_type_embeddings.weight"]
        positions = self.weights["embeddings.position_embeddings.weight"][: self.shape.window]
        positions = positions + types[0]
        length = self.add("Shape", "input_ids", start=1, end=2)
        used = self.add("Slice", self.constant("positions", positions), self.axes(0), length, self.axes(0))
        placed = self.add("Add", words, used)
        if self.shape.separator is not None:
            difference = self.constant("second type", types[1] - types[0])
            second = self.add("Unsqueeze", self.segments(), self.axes(-1))
            placed = self.add("Add", placed, self.add("Mul", second, difference))
        return self._layer_norm("embeddings.LayerNorm", placed)

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
