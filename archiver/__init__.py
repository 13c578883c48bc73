"""Find every embedded post of an article, freeze it with evidence, and show it again."""

__version__ = "0.1.0"
