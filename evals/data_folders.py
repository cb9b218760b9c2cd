"""The folders with data of others, to measure with and to learn from: the environment names them, none is shipped."""

import os
from pathlib import Path

from app.errors import WrongUse


def training_data() -> Path:
    """Raises WrongUse: FOOTNOTE_TRAIN_DATA is not set, or names no folder."""
    return _folder("FOOTNOTE_TRAIN_DATA", "the training sets; models/reader/README.md says what is in it")


def public_data() -> Path:
    """Raises WrongUse: FOOTNOTE_EVAL_DATA is not set, or names no folder."""
    return _folder("FOOTNOTE_EVAL_DATA", "the public sets; docs/evals.md says what is in it")


def _folder(variable: str, holds: str) -> Path:
    named = os.environ.get(variable)
    if not named:
        raise WrongUse(f"set {variable} to the folder with {holds}")
    folder = Path(named)
    if not folder.is_dir():
        raise WrongUse(f"{variable} names {folder}, and there is no such folder")
    return folder
