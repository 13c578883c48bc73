"""The demo web: newspapers, social platforms and a shortener on one loopback port.

It speaks HTTP and HTTPS under the platforms' real host names, by a script that says for
every post how its platform answers; the same script is the truth that tests compare with.
"""

from archiver.demo.log import AccessLogEntry
from archiver.demo.news import BENCH_URL, SAMPLE_URL
from archiver.demo.script import Act, ArticleTruth, LinkTruth, MentionTruth, PostTruth, Truth
from archiver.demo.web import DemoWeb

__all__ = [
    "BENCH_URL",
    "SAMPLE_URL",
    "AccessLogEntry",
    "Act",
    "ArticleTruth",
    "DemoWeb",
    "LinkTruth",
    "MentionTruth",
    "PostTruth",
    "Truth",
]
