"""Where work runs: an executor behind `concurrent.futures`."""
