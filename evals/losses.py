"""Where on its way a relevant article was lost. Pure: looks at a trace, asks nothing."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from app.answering.tracing import Candidate

NOT_INDEXED = "not indexed"  # no chunk of it is in the index
FILTERED = "filtered"  # the asker may not read it
NOT_A_CANDIDATE = "not a candidate"  # neither leg found it among its best
FUSED_AWAY = "fused away"  # found, but fusion put it behind what a reranker would look at
RERANKED_AWAY = "reranked away"  # fusion would have had it read, the reranker put it behind
CUT = "cut"  # ranked high enough to be reranked, but not among the few that are read, or folded into another
READ = "read"  # the writer got it
FATES = (NOT_INDEXED, FILTERED, NOT_A_CANDIDATE, FUSED_AWAY, RERANKED_AWAY, CUT, READ)


def fate(
    article: str,
    candidates: Sequence[Candidate],
    *,
    indexed: Collection[str],
    readable: Collection[str],
    reranked: int,
    read: int,
) -> str:
    """How it ended for an article; of several chunks, the one that came furthest speaks for it.

    Args:
        candidates: of the trace; one without a reason why it was cut has been read.
        reranked: how many of the fused a reranker looks at, also where there is none.
        read: how many passages are read.
    """
    if article not in indexed:
        return NOT_INDEXED
    if article not in readable:
        return FILTERED
    own = [candidate for candidate in candidates if candidate.passage.article.id == article]
    if not own:
        return NOT_A_CANDIDATE
    if any(not candidate.cut for candidate in own):
        return READ
    best_fused = min(candidate.passage.ranks.fused or len(candidates) for candidate in own)
    if best_fused > reranked:
        return FUSED_AWAY
    has_been_reranked = any(candidate.passage.ranks.reranked for candidate in own)
    return RERANKED_AWAY if has_been_reranked and best_fused <= read else CUT


def counted(ends: Iterable[str]) -> dict[str, int]:
    """How many ended in each way, in the order of the way; zeros stay."""
    counts = Counter(ends)
    return {end: counts[end] for end in FATES}
