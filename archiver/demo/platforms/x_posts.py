"""The X posts of the demo: invented people, invented words, ids that X could have given."""

from archiver.demo.ids import at, x_id
from archiver.demo.script import Act, Post
from archiver.model.states import Availability

__all__ = ["BENCH_POSTS", "POSTS", "bench_post", "bench_post_of"]

_HARBOUR = ("Saltmere Harbour Watch", "SaltmereWatch_")
_WREN = ("Wren Quillfeather", "wrenquill_sm")
_IVO = ("Ivo Tolberry", "ivo_tolberry")
_MARTA = ("Marta Oyelaran-Voss", "marta_ovoss")
_COUNCIL = ("Saltmere Town Council", "saltmere_tc")


def _post(  # noqa: PLR0917  # one row of a table
    key: str,
    author: tuple[str, str],
    when: str,
    text: str,
    act: Act = Act.LIVE,
    availability: Availability = Availability.LIVE,
    *,
    lang: str = "en",
    picture: str | None = None,
    alt: str = "",
    media_key: str | None = None,
    **more: str,
) -> Post:
    name, handle = author
    post_id = x_id(at(when))
    return Post(
        key=f"x/{key}",
        platform="x",
        post_id=post_id,
        url=f"https://x.com/i/status/{post_id}",
        name=name,
        handle=handle,
        at=at(when),
        text=text,
        act=act,
        availability=availability,
        lang=lang,
        picture=picture,
        alt=alt,
        media_key=media_key,
        more=more,
    )


POSTS = (
    _post(
        "lanterns",
        _HARBOUR,
        "2026-11-07 18:42:10",
        "First boats are through the lock. Nine hulls, four hundred lanterns, not a breath of wind on the water. "
        "The regatta is back.",
        picture="lanterns",
        alt="Nine small boats hung with lanterns on a dark harbour",
        media_key="qLm7TzRaVe",
    ),
    _post(
        "wall",
        _COUNCIL,
        "2026-11-06 09:15:33",
        "The north harbour wall reopened at 09:00 today, eleven months after the January storm. "
        "Full repair report: https://t.co/Rp4Harb0ur",
        Act.DELETED,
        Availability.GONE_DELETED,
    ),
    # --- the hard cases
    _post(
        "storm",
        _HARBOUR,
        "2025-01-19 06:11:02",
        "Gauge at the lighthouse reads 2.41 m above datum and still climbing. Stay off the sea wall, all of it.",
        picture="storm",
        alt="Rain over a grey sea and a lighthouse",
        media_key="Vx82stormK",
    ),
    _post(
        "quotes-deletion",
        _WREN,
        "2026-10-30 21:05:48",
        'Every link I saved last winter now says "This Post was deleted by the Post author." '
        "Account suspended, page not found. So I started keeping copies.",
    ),
    _post(
        "deleted",
        _IVO,
        "2024-12-02 14:20:00",
        "I was on that crew and nobody checked the moorings. Nobody.",
        Act.DELETED,
        Availability.GONE_DELETED,
    ),
    _post(
        "suspended",
        ("Harbour Truth Daily", "hbrtruthdaily"),
        "2023-03-14 11:59:26",
        "They flooded the lower town on purpose, wake up!",
        Act.SUSPENDED,
        Availability.GONE_AUTHOR,
    ),
    _post(
        "account-gone",
        ("Old Lamplighter", "oldlamplightr"),
        "2022-06-21 22:40:13",
        "Midsummer, and every lantern on Rope Street is lit for the last time.",
        Act.ACCOUNT_GONE,
        Availability.GONE_AUTHOR,
    ),
    _post(
        "protected",
        _MARTA,
        "2025-08-09 17:31:55",
        "Locking this account for a while. The messages have been a lot.",
        Act.PROTECTED,
        Availability.PROTECTED,
    ),
    _post(
        "moderated",
        ("Quay Brawler", "quaybrawler_"),
        "2024-05-05 23:12:41",
        "You all know where he lives.",
        Act.MODERATED,
        Availability.GONE_PLATFORM,
    ),
    _post(
        "age",
        ("Saltmere Life Drawing", "smlifedrawing"),
        "2025-02-11 19:00:07",
        "Tonight's poses, charcoal on newsprint.",
        Act.AGE,
        Availability.AGE,
    ),
    _post(
        "empty-tombstone",
        ("Saltmere Life Drawing", "smlifedrawing"),
        "2025-02-18 19:04:30",
        "Second session: forty minutes, one line.",
        Act.EMPTY_TOMBSTONE,
        Availability.LOGIN,
    ),
    _post(
        "withheld",
        ("Foreshore Leaks", "foreshoreleaks"),
        "2023-11-08 08:08:08",
        "The sealed survey of the foreshore, page by page.",
        Act.WITHHELD,
        Availability.GEO_LEGAL,
    ),
    _post(
        "unavailable",
        _IVO,
        "2024-12-02 14:27:45",
        "Thread on the moorings, 2/",
        Act.UNAVAILABLE,
        Availability.GONE_UNSPECIFIED,
    ),
    _post(
        "empty-answer",
        _WREN,
        "2024-02-29 12:00:00",
        "A leap day on the mudflats.",
        Act.EMPTY,
        Availability.UNCLEAR,
    ),
    _post(
        "missing",
        _WREN,
        "2022-09-17 07:45:19",
        "Low water at dawn. The old slipway is showing.",
        Act.MISSING,
        Availability.GONE_UNSPECIFIED,
    ),
    _post(
        "rate-limited",
        _COUNCIL,
        "2025-03-03 10:00:00",
        "Road closures for the lock works, week one.",
        Act.RATE_LIMITED,
        Availability.RATE_LIMITED,
    ),
    _post(
        "slow",
        _COUNCIL,
        "2025-03-10 10:00:00",
        "Road closures for the lock works, week two: Rope Street is one way until Friday.",
        Act.SLOW,
    ),
    _post(
        "hanging",
        _COUNCIL,
        "2025-03-17 10:00:00",
        "Road closures for the lock works, week three.",
        Act.HANGING,
        Availability.UNREACHABLE,
    ),
    _post(
        "broken",
        _COUNCIL,
        "2025-03-24 10:00:00",
        "Road closures for the lock works, week four.",
        Act.BROKEN,
        Availability.SERVER_ERROR,
    ),
    _post(
        "reset",
        _COUNCIL,
        "2025-03-31 10:00:00",
        "Road closures for the lock works, week five.",
        Act.RESET,
        Availability.UNREACHABLE,
    ),
    # --- kinds of live post
    _post(
        "long",
        _MARTA,
        "2025-06-12 13:22:09",
        "What I learned in a year of photographing one harbour wall: the stone has seasons. In March it is almost "
        "green; by August you could mistake it for sand. The masons number each block in chalk before they lift it, "
        "and",
        note="yes",
    ),
    _post(
        "hebrew",
        ("נועה ברזילי־סול", "noa_barsol_sm"),
        "2024-09-30 16:18:44",
        "הפנסים חזרו לנמל, והערב כולם יורדים אל המים.",
        lang="he",
    ),
    _post(
        "quote",
        _IVO,
        "2026-11-07 20:02:37",
        'Counted them twice: "four hundred lanterns" is 412. & yes, I <3 this town.',
        quoted="x/lanterns",
    ),
    _post(
        "edited",
        _COUNCIL,
        "2026-11-05 08:30:00",
        "Regatta parking: the gasworks field opens at 15:00 (not 16:00 as first posted).",
        edited="yes",
    ),
    _post(
        "flat-one",
        _HARBOUR,
        "2026-11-07 17:55:00",
        "Lock gates open in five minutes. Lower Quay is full; please use the mole.",
    ),
    _post(
        "flat-two",
        _MARTA,
        "2026-11-08 00:12:58",
        "I have photographed this harbour for nineteen years and have never seen it lit like that.",
        picture="harbour",
        alt="Three sailing boats before a row of gabled houses",
        media_key="nEv3rS33nX",
    ),
)

#: How many generated posts there are, each live, each with its own id, author and words.
BENCH_POSTS = 100_000
_BENCH_FIRST_ID = int(x_id(at("2025-05-01 00:00:00")))
_BENCH_STEP = 60_000 << 22  # one a minute
_BENCH_PLACES = ("Rope Street", "the mole", "Lower Quay", "the gasworks field", "the north wall", "Chandler's Yard")
_BENCH_SIGHTS = ("heron", "pilot boat", "dredger", "school party", "brass band", "harbour seal", "fog bank")


def bench_post(number: int) -> Post:
    """Post `number` (0 … BENCH_POSTS - 1) of the generated population."""
    post_id = str(_BENCH_FIRST_ID + number * _BENCH_STEP)
    place, sight = _BENCH_PLACES[number % 6], _BENCH_SIGHTS[number % 7]
    minutes = at("2025-05-01 00:00:00").timestamp() + number * 60
    return Post(
        key=f"x/bench-{number}",
        platform="x",
        post_id=post_id,
        url=f"https://x.com/i/status/{post_id}",
        name=f"Tide Log {number % 20 + 1}",
        handle=f"tidelog_{number % 20 + 1}",
        at=at("2025-05-01 00:00:00").fromtimestamp(minutes, tz=at("2025-05-01 00:00:00").tzinfo),
        text=f"Log entry {number}: one {sight} seen from {place}, water level {100 + number * 37 % 240} cm.",
    )


def bench_post_of(post_id: str) -> Post | None:
    """The generated post with that id, or None."""
    number, rest = divmod(int(post_id) - _BENCH_FIRST_ID, _BENCH_STEP) if post_id.isdecimal() else (-1, 0)
    return bench_post(number) if rest == 0 and 0 <= number < BENCH_POSTS else None
