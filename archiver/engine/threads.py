"""The default engine: threads of this process. Nothing durable lives here."""

from concurrent.futures import Executor, ThreadPoolExecutor

__all__ = ["thread_engine"]


def thread_engine(jobs: int) -> Executor:
    """An executor that runs `jobs` tasks at a time; leave its context to wait for them."""
    return ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="capture")
