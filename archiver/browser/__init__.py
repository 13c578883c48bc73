"""The browser: one headless Chromium, a fresh context a capture, and nothing left behind.

It carries out a `RenderPlan` and says what it saw; it knows no platform and judges nothing.
"""

from archiver.browser.driver import Browser
from archiver.browser.find import find_browser
from archiver.browser.flags import SandboxPolicy
from archiver.browser.scratch import Scratch

__all__ = ["Browser", "SandboxPolicy", "Scratch", "find_browser"]
