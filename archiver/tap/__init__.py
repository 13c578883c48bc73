"""The one way out: an egress proxy that guards addresses, records the wire and sets limits."""

from archiver.tap.guard import ConnectTo, EgressPolicy
from archiver.tap.lane import Lane
from archiver.tap.limits import Limits
from archiver.tap.prober import Ended, Prober, Talk
from archiver.tap.recall import Recall
from archiver.tap.tap import Tap

__all__ = ["ConnectTo", "EgressPolicy", "Ended", "Lane", "Limits", "Prober", "Recall", "Talk", "Tap"]
