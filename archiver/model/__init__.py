"""The words of the project: records, states, digests, URLs, time and errors.

Floor 0: nothing here imports anything outside the standard library.
"""
