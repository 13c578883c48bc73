"""Which platform rules an element may answer to, found by its name, classes and attributes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bs4 import Tag

from archiver.platforms import all_platforms
from archiver.platforms.base import Markup

__all__ = ["Rule", "RuleTable", "rule_table"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which articles carry a platform's posts."""

    platform: str
    markup: Markup

    def fits(self, tag: Tag) -> bool:
        """Whether every key that the rule names is on the element."""
        markup, attrs = self.markup, tag.attrs
        return (
            (markup.tag is None or markup.tag == tag.name)
            and (markup.css_class is None or markup.css_class in _classes(tag))
            and (markup.attribute is None or markup.attribute in attrs)
        )


class RuleTable:
    """Rules by their most telling key, so that most elements cost two set look-ups."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._tags: dict[str, list[Rule]] = {}
        self._classes: dict[str, list[Rule]] = {}
        self._attributes: dict[str, list[Rule]] = {}
        for rule in rules:
            markup = rule.markup
            if markup.css_class is not None:
                self._classes.setdefault(markup.css_class, []).append(rule)
            elif markup.attribute is not None:
                self._attributes.setdefault(markup.attribute, []).append(rule)
            elif markup.tag is not None:
                self._tags.setdefault(markup.tag, []).append(rule)
        self._class_names = frozenset(self._classes)
        self._attribute_names = frozenset(self._attributes)

    def matching(self, tag: Tag) -> list[Rule]:
        """The rules that fit the element, [] for nearly all."""
        attrs = tag.attrs
        found = [rule for rule in self._tags[tag.name] if rule.fits(tag)] if tag.name in self._tags else []
        if attrs:
            if "class" in attrs and not self._class_names.isdisjoint(_classes(tag)):
                found.extend(self._by_class(tag))
            if not self._attribute_names.isdisjoint(attrs):
                found.extend(self._by_attribute(tag))
        return found

    def _by_class(self, tag: Tag) -> Iterator[Rule]:
        for name in _classes(tag):
            yield from (rule for rule in self._classes.get(name, ()) if rule.fits(tag))

    def _by_attribute(self, tag: Tag) -> Iterator[Rule]:
        for name in tag.attrs:
            yield from (rule for rule in self._attributes.get(name, ()) if rule.fits(tag))


@cache
def rule_table() -> RuleTable:
    """The rules of all platforms; made once, as they never change in a process."""
    return RuleTable(tuple(Rule(p.name, markup) for p in all_platforms() for markup in p.markup))


def _classes(tag: Tag) -> list[str]:
    value: str | list[str] = tag.attrs.get("class", [])
    return value.split() if isinstance(value, str) else value
