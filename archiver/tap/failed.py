"""How a request's end in failure travels inside the tap: never beyond it."""

from archiver.model.exchange import Failure

__all__ = ["Failed"]


class Failed(Exception):
    """A request can't be answered, or not to the end; becomes the exchange's `failure` and `note`."""

    def __init__(self, failure: Failure, note: str) -> None:
        super().__init__(note)
        self.failure = failure
        self.note = note
