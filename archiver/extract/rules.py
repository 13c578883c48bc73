"""Which platform rules an element may answer to, found by its name, classes and attributes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from archiver.platforms import all_platforms
from archiver.platforms.base import Markup

__all__ = ["Rule", "RuleTable", "rule_table"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which articles carry a platform's posts."""

    platform: str
    markup: Markup

    def fits(self, name: str, attrs: Mapping[str, str], classes: Sequence[str], text: str) -> bool:
        """Whether every key that the rule names is on the element; `text` is its own."""
        markup = self.markup
        return (
            (markup.tag is None or markup.tag == name)
            and (markup.css_class is None or markup.css_class in classes)
            and (markup.attribute is None or markup.attribute in attrs)
            and (markup.begins is None or attrs.get(markup.attribute or "", "").startswith(markup.begins))
            and (markup.holds is None or markup.holds in text)
        )


class RuleTable:
    """Rules by their most telling key, so that most elements cost three set look-ups."""

    def __init__(self, rules: Iterable[Rule]) -> None:
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

    @property
    def tags(self) -> frozenset[str]:
        """The elements that are telling by their name alone."""
        return frozenset(self._tags)

    @property
    def classes(self) -> frozenset[str]:
        """The classes that a rule names."""
        return self._class_names

    @property
    def attributes(self) -> dict[str, tuple[str, ...] | None]:
        """The attributes that a rule names, with how they must begin; None if they may begin in any way."""
        begins = {name: {rule.markup.begins for rule in rules} for name, rules in self._attributes.items()}
        return {
            name: None if None in starts else tuple(sorted(filter(None, starts))) for name, starts in begins.items()
        }

    def matching(
        self, name: str, attrs: Mapping[str, str], classes: Sequence[str], text: str | None = None
    ) -> list[Rule]:
        """The rules that fit the element, [] for nearly all; `text` is its own."""
        found = self._tags.get(name, [])
        if classes and not self._class_names.isdisjoint(classes):
            found = [*found, *(rule for token in classes for rule in self._classes.get(token, ()))]
        if attrs and not self._attribute_names.isdisjoint(attrs):
            found = [*found, *(rule for key in attrs for rule in self._attributes.get(key, ()))]
        return [rule for rule in found if rule.fits(name, attrs, classes, text or "")] if found else found


@cache
def rule_table() -> RuleTable:
    """The rules of all platforms; made once, as they never change in a process."""
    return RuleTable(Rule(p.name, markup) for p in all_platforms() for markup in p.markup)
