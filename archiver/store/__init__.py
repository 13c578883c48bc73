"""Files under `snapshots/`: write-once evidence, WARC, manifests and the log."""
