"""Working on several things at a time, and telling of them in their order."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_order"]

#: So many things are begun ahead of the one that is told next, for each thread.
_AHEAD = 3
T = TypeVar("T")
R = TypeVar("R")


def in_order(work: Callable[[T], R], things: Iterable[T]) -> Iterator[tuple[T, R]]:
    """Each thing with what comes of it, while those that follow are worked on already.

    Hashing, inflating and reading leave Python to the other threads. What `work` raises is raised here.
    """
    workers = len(os.sched_getaffinity(0))
    pool = ThreadPoolExecutor(workers, thread_name_prefix="audit")
    waiting: deque[tuple[T, Future[R]]] = deque()
    try:
        for thing in things:
            waiting.append((thing, pool.submit(work, thing)))
            if len(waiting) > workers * _AHEAD:
                yield _told(waiting)
        while waiting:
            yield _told(waiting)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _told(waiting: deque[tuple[T, Future[R]]]) -> tuple[T, R]:
    thing, future = waiting.popleft()
    return thing, future.result()
