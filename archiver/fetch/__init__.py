"""HTTP for articles and records, always through the tap; and sources that are files.

Import from the modules: reading a file (`source`) must not cost the start of `requests`.
"""
