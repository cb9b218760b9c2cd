"""How good a ranking is, per query and on average. The measures themselves are ir-measures'."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from app.errors import WrongUse

try:
    import ir_measures
    from ir_measures import RR, P, R, Success, nDCG
except ModuleNotFoundError as missing:
    raise WrongUse(
        "evals need ir-measures: pip install --editable '.[evals]' --constraint constraints.txt"
    ) from missing

# What reports call it -> what is computed.
MEASURES = {
    "nDCG@10": nDCG @ 10,
    "R@5": R @ 5,
    "R@10": R @ 10,
    "R@50": R @ 50,
    "RR@10": RR @ 10,
    "P@5": P @ 5,
    "hit@1": Success @ 1,
}

PerQuery = dict[str, dict[str, float]]  # measure -> query id -> value


def per_query(qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]) -> PerQuery:
    """Every measure for every judged query; a query without a ranking counts as 0."""
    # Ranks become falling scores, so that ties in the original scores cannot be broken in another order here.
    run = {
        query: {document: float(-rank) for rank, document in enumerate(ranking)} for query, ranking in rankings.items()
    }
    judged = {query: dict(judgements) for query, judgements in qrels.items()}
    values: PerQuery = {name: dict.fromkeys(judged, 0.0) for name in MEASURES}
    names = {str(measure): name for name, measure in MEASURES.items()}
    for value in ir_measures.iter_calc(list(MEASURES.values()), judged, run):
        values[names[str(value.measure)]][value.query_id] = value.value
    return values


def averages(values: PerQuery) -> dict[str, float]:
    """The mean over queries of each measure; 0 without queries."""
    return {name: fmean(by_query.values()) if by_query else 0.0 for name, by_query in values.items()}


def recall_curve(
    qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]], places: Sequence[int]
) -> list[tuple[float, float]]:
    """(k, recall@k) for each of the places: the share of relevant documents among the first k, on average."""
    found = dict.fromkeys(places, 0.0)
    for query, judgements in qrels.items():
        relevant = {document for document, relevance in judgements.items() if relevance > 0}
        at = [rank for rank, document in enumerate(rankings.get(query, ()), start=1) if document in relevant]
        for k in places:
            found[k] += sum(rank <= k for rank in at) / len(relevant)
    return [(float(k), total / len(qrels)) for k, total in found.items()]
