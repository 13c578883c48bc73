"""The one way out: an egress proxy that guards addresses, records the wire and sets limits."""
