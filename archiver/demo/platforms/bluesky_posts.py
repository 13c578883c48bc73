"""The Bluesky posts of the demo: invented people, invented words."""

from archiver.demo.ids import at, cid, did, rkey
from archiver.demo.script import Act, Post
from archiver.model.states import Availability

__all__ = ["POSTS"]


def _post(  # noqa: PLR0917  # one row of a table
    key: str,
    name: str,
    handle: str,
    when: str,
    text: str,
    act: Act = Act.LIVE,
    availability: Availability = Availability.LIVE,
    **more: str,
) -> Post:
    record, author = rkey(at(when)), did(handle)
    return Post(
        key=f"bluesky/{key}",
        platform="bluesky",
        post_id=f"{author}/{record}",
        url=f"https://bsky.app/profile/{author}/post/{record}",
        name=name,
        handle=handle,
        at=at(when),
        text=text,
        act=act,
        availability=availability,
        picture=more.get("picture"),
        alt=more.get("alt", ""),
        more={"did": author, "rkey": record, "cid": cid(text)},
    )


POSTS = (
    _post(
        "workshop",
        "Perpetua Lindqvist-Adeyemi",
        "perpetua.lanternworks.example",
        "2026-11-06 15:20:44",
        "Last rack before tomorrow. The paper is mulberry, the glue is wheat starch, and my fingers are mostly glue.",
        picture="workshop",
        alt="Seven paper lanterns hanging in a wooden workshop",
    ),
    _post(
        "slow",
        "Perpetua Lindqvist-Adeyemi",
        "perpetua.lanternworks.example",
        "2026-10-11 08:02:10",
        "Frames cut. Four hundred of them, and I only miscounted once.",
        Act.SLOW,
    ),
    _post(
        "deleted",
        "Corin Vantongeren",
        "corinvt.example",
        "2025-04-22 19:41:05",
        "I take back what I said about the lock keeper.",
        Act.DELETED,
        Availability.GONE_UNSPECIFIED,
    ),
    _post(
        "taken-down",
        "Mole Report",
        "molereport.example",
        "2024-11-30 10:10:10",
        "Exclusive: what really happened at the mole.",
        Act.SUSPENDED,
        Availability.GONE_AUTHOR,
    ),
    _post(
        "deactivated",
        "Sabine Ferro-Okonjo",
        "sabine-fo.example",
        "2024-07-14 06:30:27",
        "Moving on. Thanks for the sea pictures, all of you.",
        Act.ACCOUNT_GONE,
        Availability.GONE_AUTHOR,
    ),
    _post(
        "guests-kept-out",
        "Quiet Shore",
        "quietshore.example",
        "2025-09-09 21:19:00",
        "This one is for people I can see.",
        Act.PROTECTED,
        Availability.LOGIN,
    ),
    _post(
        "rate-limited",
        "Corin Vantongeren",
        "corinvt.example",
        "2025-05-01 12:00:00",
        "May day, low tide, no wind.",
        Act.RATE_LIMITED,
        Availability.RATE_LIMITED,
    ),
    _post(
        "broken",
        "Corin Vantongeren",
        "corinvt.example",
        "2025-05-02 12:00:00",
        "Second of May. Still no wind.",
        Act.BROKEN,
        Availability.SERVER_ERROR,
    ),
)
