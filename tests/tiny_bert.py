"""A BERT of 32 dimensions with random weights, saved as sentence-transformers saves models: made in a second."""

from importlib.resources import files
from pathlib import Path

WINDOW = 64
PROMPTS = {"query": "query: ", "document": "passage: "}


def save_tiny_bert(folder: Path, seed: int = 1) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(seed)
    parts = folder / "parts"
    BertModel(
        BertConfig(
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=128,
        )
    ).save_pretrained(parts)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_file=str(files("models") / "embedding" / "tokenizer.json"),
        unk_token="[UNK]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        mask_token="[MASK]",
    ).save_pretrained(parts)
    transformer = Transformer(str(parts), max_seq_length=WINDOW)
    pooling = Pooling(32)
    SentenceTransformer(modules=[transformer, pooling], prompts=PROMPTS).save(str(folder / "model"))
    return folder / "model"
