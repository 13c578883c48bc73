"""Composition of what asks the web whether things are still there."""

from archiver.cli.compose import USER_AGENT
from archiver.config import Settings
from archiver.engine.frontier import Frontier, Manners
from archiver.fetch.httpbody import decoded
from archiver.fetch.robots import RobotsReader
from archiver.model.cadence import Cadence
from archiver.model.clock import Clock
from archiver.steps.checks import CheckPolicy
from archiver.tap import Prober, Tap

__all__ = ["check_policy_of", "prober_of"]

_DAY_S = 86_400


def prober_of(tap: Tap, settings: Settings, clock: Clock) -> Prober:
    """A prober that goes out through `tap`, as politely as the settings say; it closes with its tap.

    The first `[[vantage]]` is the second vantage. Raises ValueError if its proxy is none.
    """
    return tap.prober(
        frontier=Frontier(manners=Manners(delay_s=settings.host_delay_s), clock=clock),
        robots=RobotsReader(),
        decode=decoded,
        user_agent=USER_AGENT,
        vantage=settings.vantages[0] if settings.vantages else None,
        at_once=settings.check_jobs,
    )


def check_policy_of(settings: Settings) -> CheckPolicy:
    """By which rules one looks and judges, as the settings say."""
    return CheckPolicy(
        cadence=Cadence(strikes=settings.strikes, strike_gap_s=round(settings.strike_gap_days * _DAY_S)),
        canaries=settings.canaries,
        vantage=settings.vantages[0].name if settings.vantages else None,
    )
