"""Instants as options of commands."""

from datetime import UTC, datetime

import click

__all__ = ["Instant"]


class Instant(click.ParamType[datetime]):
    """An ISO 8601 date or instant; UTC where no zone is given."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, aware, in UTC; fails as options do."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no ISO 8601 time, such as 2026-11-22 or 2026-11-22T10:15:30Z", param, ctx)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
