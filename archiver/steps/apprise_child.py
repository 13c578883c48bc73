"""Sends one message with apprise; run as a program of its own by `alert_channels.py`.

What is to be sent comes as JSON on standard input: an address may hold a password, and arguments can
be seen by everybody on the machine. Only the exit status goes back: 0 sent, 2 the address is not
understood, 3 apprise is not there, 4 not taken. Proxy and authorities are those of the environment.
"""

import importlib
import json
import logging
import sys

_UNDERSTOOD_NOT, _MISSING, _NOT_TAKEN = 2, 3, 4


def main() -> int:
    """Standard input to a service, and the exit status."""
    told = json.loads(sys.stdin.buffer.read())
    # apprise logs addresses.
    logging.disable(logging.CRITICAL)
    try:
        apprise = importlib.import_module("apprise")
    except ImportError:
        return _MISSING
    receiver = apprise.Apprise()
    if not receiver.add(told["url"]):
        return _UNDERSTOOD_NOT
    sent = receiver.notify(title=told["title"], body=told["body"], body_format=apprise.NotifyFormat.TEXT)
    return 0 if sent else _NOT_TAKEN


if __name__ == "__main__":
    sys.exit(main())
