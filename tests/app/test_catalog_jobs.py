"""Jobs are done once, survive the worker that began them, and are given up after three attempts."""

from concurrent.futures import ThreadPoolExecutor

from app.knowledge.catalog import Catalog


def test_jobs_are_claimed_in_the_order_they_came_each_once(catalog: Catalog) -> None:
    first, second = catalog.enqueue("ingest", {"source": "a"}), catalog.enqueue("ingest", {"source": "b"})

    claimed = [catalog.claim("host:1", 30), catalog.claim("host:2", 30), catalog.claim("host:1", 30)]

    assert [job.id if job else None for job in claimed] == [first, second, None]
    assert claimed[0] is not None
    assert (claimed[0].kind, claimed[0].payload, claimed[0].attempts) == ("ingest", {"source": "a"}, 1)


def test_many_workers_never_get_the_same_job(catalog: Catalog) -> None:
    for number in range(40):
        catalog.enqueue("ingest", {"number": number})

    with ThreadPoolExecutor(8) as workers:
        claimed = list(workers.map(lambda n: catalog.claim(f"host:{n}", 30), range(40)))

    assert len({job.id for job in claimed if job}) == 40


def test_a_finished_job_keeps_its_report_and_is_not_claimed_again(catalog: Catalog) -> None:
    id_ = catalog.enqueue("ingest", {})
    catalog.claim("host:1", 30)

    catalog.finish(id_, {"ok": 3})

    job = catalog.job(id_)
    assert job is not None
    assert (job.state, job.report) == ("done", {"ok": 3})
    assert catalog.claim("host:1", 30) is None


def test_a_job_of_a_worker_that_died_goes_to_the_next(catalog: Catalog) -> None:
    id_ = catalog.enqueue("ingest", {})
    catalog.claim("host:1", seconds=0)

    again = catalog.claim("host:2", 30)

    assert again is not None
    assert (again.id, again.attempts) == (id_, 2)
    assert not catalog.renew(id_, "host:1", 30)
    assert catalog.renew(id_, "host:2", 30)


def test_a_job_that_stopped_three_workers_is_given_up_with_a_reason(catalog: Catalog) -> None:
    id_ = catalog.enqueue("ingest", {})
    for attempt in range(3):
        assert catalog.claim(f"host:{attempt}", seconds=0) is not None

    assert catalog.claim("host:4", 30) is None

    job = catalog.job(id_)
    assert job is not None
    assert (job.state, job.reason) == ("failed", "the worker stopped in the midst of it three times")


def test_a_job_that_fails_is_tried_three_times_and_keeps_the_last_reason(catalog: Catalog) -> None:
    id_ = catalog.enqueue("ingest", {})
    for attempt in range(3):
        assert catalog.claim("host:1", 30) is not None
        catalog.fail(id_, f"reason {attempt}")

    assert catalog.claim("host:1", 30) is None

    job = catalog.job(id_)
    assert job is not None
    assert (job.state, job.attempts, job.reason) == ("failed", 3, "reason 2")
