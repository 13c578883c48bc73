"""What an article says of a post, beside what is known of that post: pure, no network, no disk, no clock."""

from archiver.compare.judge import compare
from archiver.compare.show import html_diff, terminal_diff

__all__ = ["compare", "html_diff", "terminal_diff"]
