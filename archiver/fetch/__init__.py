"""HTTP for articles and records, always through the tap; and sources that are files."""
