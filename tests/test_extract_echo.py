"""Scripts that put a post into an element count only where the element does not speak for itself."""

import pytest

from archiver.extract.blocks import BlockKind
from archiver.extract.html import read_html

PLACE = '<div id="vk_post_-24681012_1234"></div>'
FAR = f"<p>{'The harbour bells rang at dawn. ' * 20}</p>"


def _call(element, number=1234):
    return f"<script>VK.Widgets.Post('{element}', -24681012, {number}, 'aBcDeFgHiJkL');</script>"


def _row(body):
    blocks = read_html(f"<article><p>Before</p>{body}<p>After</p></article>").blocks
    return [(b.embed.post_id, b.embed.variant) if b.kind is BlockKind.EMBED else b.text[:6] for b in blocks]


@pytest.mark.parametrize("between", ["", FAR])
def test_a_call_for_an_element_that_names_its_post_adds_nothing(between):
    middle = ["The ha"] if between else []
    assert _row(PLACE + between + _call("vk_post_-24681012_1234")) == [
        "Before",
        ("wall-24681012_1234", "#vk_post_"),
        *middle,
        "After",
    ]


def test_a_call_for_an_element_of_another_name_is_where_the_post_stands():
    row = _row(f'<div id="bells"></div>{_call("bells")}{FAR}{_call("bells2", 1240)}')
    assert row == [
        "Before",
        ("wall-24681012_1234", "script: VK.Widgets.Post"),
        "The ha",
        ("wall-24681012_1240", "script: VK.Widgets.Post"),
        "After",
    ]


def test_a_call_before_its_element_and_the_element_are_one_showing():
    assert _row(_call("vk_post_-24681012_1234") + PLACE) == ["Before", ("wall-24681012_1234", "#vk_post_"), "After"]


def test_a_call_in_the_state_of_an_application_is_no_post():
    state = f"<script>window.state = {{}}; /* {'x' * 20_000} */ VK.Widgets.Post('a', -24681012, 1234, 'h');</script>"
    assert _row(state) == ["Before", "After"]
