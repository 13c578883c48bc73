"""Pure work spread over processes: results in order, a bounded number on their way, no process left behind."""

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.context import ForkContext, ForkProcess
from types import TracebackType
from typing import Generic, Self, TypeVar

__all__ = ["Died", "ProcessEngine"]

A = TypeVar("A")
B = TypeVar("B")

#: Results are handed on in order: so many tasks a worker may lie between the oldest and the newest.
_AHEAD = 8
_END_S = 5.0


@dataclass(frozen=True, slots=True)
class Died(Generic[A]):
    """The process that worked on `task` ended without a word: `exit_code` is negative for a signal."""

    task: A
    exit_code: int | None


class ProcessEngine(Generic[A, B]):
    """Runs `work` on tasks in `jobs` processes; use as a context, from one thread.

    The processes are forked at the start, so begin before anything starts threads. A worker
    whose parent is gone sees the end of its pipe and ends too, however the parent ended.
    """

    def __init__(self, work: Callable[[A], B], jobs: int) -> None:
        self._work, self._context = work, multiprocessing.get_context("fork")
        self._workers: list[_Worker[A, B]] = []
        for _ in range(jobs):
            self._workers.append(self._started())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.end()

    def map(self, tasks: Iterable[A]) -> Iterator[B | Died[A]]:
        """The result of each task, in the order of the tasks; Died for one that killed its worker.

        An exception of `work` itself is raised here, as if it had run here.
        """
        waiting: deque[_Slot[A, B]] = deque()
        for task in tasks:
            slot: _Slot[A, B] = _Slot(task)
            self._idle().begin(slot)
            waiting.append(slot)
            while waiting and (waiting[0].done or len(waiting) > _AHEAD * len(self._workers)):
                yield self._result(waiting.popleft())
        while waiting:
            yield self._result(waiting.popleft())

    def _started(self) -> "_Worker[A, B]":
        return _Worker(self._context, self._work, [worker.pipe for worker in self._workers])

    def _idle(self) -> "_Worker[A, B]":
        while True:
            free = next((worker for worker in self._workers if worker.slot is None), None)
            if free is not None:
                return free
            self._wait()

    def _result(self, slot: "_Slot[A, B]") -> B | Died[A]:
        while not slot.done:
            self._wait()
        if slot.error is not None:
            raise slot.error
        assert slot.result is not None  # noqa: S101  # done
        return slot.result

    def _wait(self) -> None:
        busy = {worker.pipe: worker for worker in self._workers if worker.slot is not None}
        for ready in connection.wait(list(busy)):
            worker = busy[ready]  # type: ignore[index]  # only these were asked for
            if not worker.receive():
                self._workers.remove(worker)
                self._workers.append(self._started())


@dataclass(slots=True)
class _Slot(Generic[A, B]):
    """A task on its way, and what came of it."""

    task: A
    done: bool = False
    result: "B | Died[A] | None" = None
    error: Exception | None = None


class _Worker(Generic[A, B]):
    """One process, and our end of its pipe."""

    def __init__(self, context: ForkContext, work: Callable[[A], B], others: list[connection.Connection]) -> None:
        self.pipe, theirs = context.Pipe()
        self.slot: _Slot[A, B] | None = None
        # The forked child must not hold our ends of the pipes open, its own included.
        self.process: ForkProcess = context.Process(
            target=_serve, args=(theirs, [*others, self.pipe], work), daemon=True
        )
        self.process.start()
        theirs.close()

    def begin(self, slot: _Slot[A, B]) -> None:
        """Send a task."""
        self.slot = slot
        try:
            self.pipe.send(slot.task)
        except OSError:
            # It died while idle; `receive` finds out.
            return

    def receive(self) -> bool:
        """Take what came back; False if the process is gone."""
        slot, self.slot = self.slot, None
        assert slot is not None  # noqa: S101  # only busy workers are waited for
        slot.done = True
        try:
            ok, value = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join(_END_S)
            slot.result = Died(slot.task, self.process.exitcode)
            self.end()
            return False
        if ok:
            slot.result = value
        else:
            slot.error = value
        return True

    def end(self) -> None:
        """Close the pipe and wait for the end; a worker in the middle of a task is not waited for."""
        self.pipe.close()
        if self.slot is not None:
            self.process.kill()
        self.process.join(_END_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def _serve(pipe: connection.Connection, others: list[connection.Connection], work: Callable[[A], B]) -> None:
    """The life of a worker: it ends with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in others:
        other.close()
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[bool, object] = (True, work(task))
        except Exception as fault:  # noqa: BLE001  # raised again in the parent
            answer = (False, _portable(fault))
        try:
            pipe.send(answer)
        except (BrokenPipeError, OSError):
            return


def _portable(fault: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(fault))  # noqa: S301  # our own
    except Exception:  # noqa: BLE001  # whatever its constructor asks for
        return RuntimeError(f"{type(fault).__name__}: {fault}")
    return fault
