"""What X's two record endpoints say of a post, and the notices that stand in a post's place.

`cdn.syndication.twimg.com/tweet-result` is asked first: its tombstones name their reason.
Where it is silent, `publish.twitter.com/oembed` confirms. x.com itself answers 200 for
anything, so it is never asked.
"""

import re
from html import unescape
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from archiver.model.records import PostRecord, PostRef
from archiver.model.states import Availability, Reason
from archiver.platforms._x_media import media_of
from archiver.platforms._x_token import syndication_token
from archiver.platforms.base import Answer, AnswerSample, Reading, RecordRequest
from archiver.platforms.common import dig, instant_from_text, items, parse_json, refusal, text_at, unclear

__all__ = ["ANSWERS", "NOTICES", "read_record", "record_requests"]

_ACCOUNT = r"(?:account|konto|アカウント|계정|账号|帐号|账户|帳號|帳戶|賬號)"


def _notice(availability: Availability, reason: Reason, *words: str) -> tuple[Availability, Reason, str]:
    return availability, reason, "|".join(words)


#: The words of a notice, in the order in which they are tried. English is what is asked for
#: (`lang=en`) and known word for word; the other languages (es, de, fr, pt, ja, ko, zh) are
#: kept to their telling words. What fits none stays unclear, as "This Post is unavailable".
NOTICES = (
    _notice(
        Availability.GONE_AUTHOR,
        Reason.REMOVAL_NOTICE,
        "suspended account|account (?:is|was|has been) suspended|cuenta suspendida|compte suspendu|conta suspensa",
        rf"gesperrten? {_ACCOUNT}|凍結されたアカウント|정지된 계정",
        rf"被?(?:冻结|凍結|封禁)的?{_ACCOUNT}|{_ACCOUNT}已?被(?:冻结|凍結)",
    ),
    _notice(
        Availability.GONE_AUTHOR,
        Reason.REMOVAL_NOTICE,
        "account that no longer exists|account (?:doesn.t|does not) exist|cuenta que ya no existe",
        rf"{_ACCOUNT}, (?:das|der) nicht mehr existiert|compte qui n.existe plus",
        "conta que (?:não existe mais|já não existe)",
        rf"存在しないアカウント|존재하지 않는 계정|不再?存在的{_ACCOUNT}|{_ACCOUNT}已?不(?:再|復)?存在",
    ),
    _notice(
        Availability.PROTECTED,
        Reason.REMOVAL_NOTICE,
        "limits who can (?:view|see) their (?:posts|tweets)|(?:posts|tweets) are protected|limita quién puede ver",
        "schränkt ein, wer|limite (?:qui|les personnes qui) peu|limita quem pode ver",
        "表示できる.{0,12}制限|볼 수 있는.{0,12}제한|限制.{0,12}(?:查看|檢視)",
    ),
    _notice(
        Availability.GONE_PLATFORM,
        Reason.REMOVAL_NOTICE,
        "violated the (?:x|twitter) rules|(?:infringi|incumpli|viol)ó las reglas|violou as regras|enfreint les règles",
        "regeln verstoßen|verstößt gegen die .{0,20}regeln",
        "ルールに違反|(?:규칙|운영원칙)을 위반|[违違]反.{0,8}(?:规则|規則)",
    ),
    _notice(
        Availability.AGE,
        Reason.AGE_GATE,
        "age[- ]restricted adult content|restringido por edad|altersbeschränkte inhalte|soumis à une limite d.âge",
        "com restrição de idade|年齢制限|연령 제한|年[龄齡]限制",
    ),
    _notice(
        Availability.GEO_LEGAL,
        Reason.REMOVAL_NOTICE,
        r"has been withheld|legal demand|local laws?\b|ha sido retenido|zurückgehalten|législation locale|foi retido",
        "現地の法律|현지 법|[当當]地法律",
    ),
    _notice(
        Availability.GONE_DELETED,
        Reason.REMOVAL_NOTICE,
        "deleted by (?:the|its) (?:post |tweet )?author|(?:eliminad|borrad)[oa] por (?:el|su) autor",
        "vom (?:verfasser|autor|urheber).{0,20} gelöscht|supprimé par (?:l|son) ?.?auteur",
        "(?:excluíd|apagad|eliminad)[oa] pelo (?:seu )?autor|作成者に(?:より|よって)削除|작성자가 삭제",
        "被?(?:作者|发布者|發佈者)已?(?:删除|刪除)",
    ),
)
_NOT_AUTHORISED = "not authorized to see this status"


def record_requests(post: PostRef) -> tuple[RecordRequest, ...]:
    """The syndication record, then oEmbed (which wants twitter.com in its `url`)."""
    asked = quote(f"https://twitter.com/{post.handle or 'i'}/status/{post.post_id}", safe="")
    return (
        RecordRequest(
            f"https://cdn.syndication.twimg.com/tweet-result?id={post.post_id}"
            f"&token={syndication_token(post.post_id)}&lang=en"
        ),
        RecordRequest(
            f"https://publish.twitter.com/oembed?url={asked}&omit_script=1&dnt=1&hide_thread=1&lang=en&maxwidth=550"
        ),
    )


def read_record(post: PostRef, request: RecordRequest, answer: Answer) -> Reading:
    """What either endpoint's answer says of the post."""
    is_oembed = request.url.startswith("https://publish.")
    return _read_oembed(post, answer) if is_oembed else _read_syndication(post, answer)


# --- syndication -----------------------------------------------------------------------------


def _read_syndication(post: PostRef, answer: Answer) -> Reading:
    if answer.status == HTTPStatus.NOT_FOUND:
        # Seen for ids that never existed, and in 2023 also for age-restricted posts: oEmbed decides.
        return unclear("syndication: HTTP 404, to be confirmed")
    if answer.status != HTTPStatus.OK:
        return refusal(answer) or unclear(f"syndication: HTTP {answer.status}")
    value = parse_json(answer.body)
    kind = dig(value, "__typename")
    if kind == "TweetTombstone":
        return _read_tombstone(value)
    if kind == "Tweet":
        return _read_tweet(post, value)
    if value == {}:
        return unclear("syndication: an empty object (not found, withheld, or a wrong token)")
    return unclear("syndication: neither a post nor a tombstone")


def _read_tombstone(value: Any) -> Reading:
    text = text_at(value, "tombstone", "text", "text") or text_at(value, "tombstone", "text")
    if text is None:
        # Mostly the age gate of a living post, so it must never count as gone.
        return unclear("syndication: a tombstone without a reason")
    for availability, _, pattern in NOTICES:
        if re.search(pattern, text, re.IGNORECASE):
            return Reading(availability, f"syndication: tombstone {_quoted(text)}")
    return unclear(f"syndication: tombstone that gives no known reason {_quoted(text)}")


def _quoted(text: str) -> str:
    return f"“{' '.join(text.split())[:200]}”"


def _read_tweet(post: PostRef, value: Any) -> Reading:
    if post.post_id not in (dig(value, "id_str"), *_edit_ids(value)):
        return unclear("syndication: a post with another id")
    record = _record(value)
    if record.handle is None:
        return Reading(Availability.UNCLEAR, "syndication: a post without its author (account suspended?)", record)
    return Reading(Availability.LIVE, "syndication: the post itself", record)


def _edit_ids(value: Any) -> list[Any]:
    return items(value, "edit_control", "edit_tweet_ids")


def _record(value: Any) -> PostRecord:
    parent = _permalink(text_at(value, "in_reply_to_status_id_str") or text_at(value, "parent", "id_str"))
    return PostRecord(
        text=_text(value),
        name=text_at(value, "user", "name"),
        handle=text_at(value, "user", "screen_name"),
        author_id=text_at(value, "user", "id_str"),
        created_at=instant_from_text(dig(value, "created_at")),
        lang=text_at(value, "lang"),
        media=media_of(value),
        quoted=_permalink(text_at(value, "quoted_tweet", "id_str")),
        parent=parent,
        edited=dig(value, "isEdited") is True or len(_edit_ids(value)) > 1,
        truncated=dig(value, "note_tweet") is not None,
        thread=_thread(value, parent),
    )


def _text(value: Any) -> str | None:
    """The text with its entities unescaped once, and without the links that only stand for its media."""
    text = text_at(value, "text") or ""
    for link in items(value, "entities", "media"):
        text = text.replace(text_at(link, "url") or "\0", "")
    return unescape(text).strip() or None


def _thread(value: Any, parent: str | None) -> tuple[str, ...]:
    """The post that this one answers, where it is by the same author."""
    author = text_at(value, "user", "id_str")
    answered = text_at(value, "in_reply_to_user_id_str") or text_at(value, "parent", "user", "id_str")
    return (parent,) if parent and author and author == answered else ()


def _permalink(post_id: str | None) -> str | None:
    return f"https://x.com/i/status/{post_id}" if post_id else None


# --- oEmbed ------------------------------------------------------------------------------------


def _read_oembed(post: PostRef, answer: Answer) -> Reading:
    value = parse_json(answer.body)
    if answer.status == HTTPStatus.NOT_FOUND:
        return Reading(Availability.GONE_UNSPECIFIED, "oEmbed: HTTP 404")
    if answer.status == HTTPStatus.FORBIDDEN:
        return _read_forbidden(answer, text_at(value, "error") or "")
    if answer.status != HTTPStatus.OK:
        return refusal(answer) or unclear(f"oEmbed: HTTP {answer.status}")
    if not re.search(rf"/status(?:es)?/{post.post_id}(?![0-9])", text_at(value, "html") or ""):
        return unclear("oEmbed: HTTP 200 without the post")
    handle = re.search(r"(?:twitter|x)\.com/([A-Za-z0-9_]{1,15})$", text_at(value, "author_url") or "")
    record = PostRecord(name=text_at(value, "author_name"), handle=handle[1] if handle else None)
    return Reading(Availability.LIVE, "oEmbed: HTTP 200 with the post's own widget", record)


def _read_forbidden(answer: Answer, error: str) -> Reading:
    if _NOT_AUTHORISED in error:
        return Reading(Availability.LOGIN, f"oEmbed: HTTP 403 {_quoted(error)} (protected or age-restricted)")
    if re.search(NOTICES[0][2], error, re.IGNORECASE):
        return Reading(Availability.GONE_AUTHOR, f"oEmbed: HTTP 403 {_quoted(error)}")
    return refusal(answer) or unclear("oEmbed: HTTP 403")


# --- samples -------------------------------------------------------------------------------------

_AT = "https://x.com/i/status/1508955577374146568"
_TWEET = (
    b'{"__typename":"Tweet","id_str":"1508955577374146568","text":"a &lt; b https://t.co/AbC https://t.co/MeDia","lang":"en",'
    b'"created_at":"2022-03-29T23:53:12.000Z","user":{"id_str":"7","name":"Phil","screen_name":"phil"},'
    b'"entities":{"media":[{"url":"https://t.co/MeDia"}]},"mediaDetails":[{"type":"photo","media_url_https":"https://pbs.twimg.com/m.jpg"}]}'
)


def _tombstone(text: str, availability: Availability) -> AnswerSample:
    body = '{"__typename":"TweetTombstone","tombstone":{"text":{"text":"%s"}}}' % text.replace('"', "'")  # noqa: UP031  # braces of JSON
    return AnswerSample(_AT, 0, Answer(200, body.encode()), availability)


ANSWERS = (
    AnswerSample(_AT, 0, Answer(200, _TWEET), Availability.LIVE, "a < b https://t.co/AbC"),
    AnswerSample(
        _AT,
        0,
        Answer(
            200,
            b'{"__typename":"Tweet","id_str":"1508955577374146568","text":"x","note_tweet":{"id":"1"},"user":{"screen_name":"a"}}',
        ),
        Availability.LIVE,
        "x",
    ),
    AnswerSample(
        _AT,
        0,
        Answer(200, b'{"__typename":"Tweet","id_str":"1508955577374146568","text":"x"}'),
        Availability.UNCLEAR,
        "x",
    ),
    AnswerSample(
        _AT,
        0,
        Answer(200, b'{"__typename":"Tweet","id_str":"20","text":"x","user":{"screen_name":"a"}}'),
        Availability.UNCLEAR,
    ),
    _tombstone("This Post was deleted by the Post author. Learn more", Availability.GONE_DELETED),
    _tombstone("This Tweet was deleted by the Tweet author. Learn more", Availability.GONE_DELETED),
    _tombstone("このポストはポストの作成者により削除されました。", Availability.GONE_DELETED),
    _tombstone("This Post is from a suspended account. Learn more", Availability.GONE_AUTHOR),
    _tombstone("Este post es de una cuenta suspendida.", Availability.GONE_AUTHOR),
    _tombstone("This Post is from an account that no longer exists. Learn more", Availability.GONE_AUTHOR),
    _tombstone(
        "You’re unable to view this Post because this account owner limits who can view their Posts. Learn more",
        Availability.PROTECTED,
    ),
    _tombstone("This Post violated the X Rules. Learn more", Availability.GONE_PLATFORM),
    _tombstone("This Tweet violated the Twitter Rules. Learn more", Availability.GONE_PLATFORM),
    _tombstone("Age-restricted adult content. This content might not be appropriate …", Availability.AGE),
    _tombstone("@a’s Post has been withheld in Germany based on local law(s). Learn more", Availability.GEO_LEGAL),
    _tombstone("withheld in response to a legal demand", Availability.GEO_LEGAL),
    _tombstone("This Post is unavailable. Learn more", Availability.UNCLEAR),
    _tombstone("Something that nobody has seen yet", Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(200, b'{"__typename":"TweetTombstone","tombstone":{}}'), Availability.UNCLEAR),
    AnswerSample(_AT, 0, Answer(200, b"{}"), Availability.UNCLEAR),
    AnswerSample(
        _AT,
        0,
        Answer(200, b"<html>Log in to X. This Post was deleted by the Post author.</html>"),
        Availability.UNCLEAR,
    ),
    AnswerSample(_AT, 0, Answer(404, b"<html>Not Found</html>"), Availability.UNCLEAR),
    AnswerSample(
        _AT,
        1,
        Answer(
            200, b'{"html":"<a href=\\"https://twitter.com/phil/status/1508955577374146568\\">","author_name":"Phil"}'
        ),
        Availability.LIVE,
    ),
    AnswerSample(
        _AT,
        1,
        Answer(200, b'{"html":"<a href=\\"https://twitter.com/phil/status/15089555773741465689\\">"}'),
        Availability.UNCLEAR,
    ),
    AnswerSample(_AT, 1, Answer(404, b"<html>not even JSON</html>"), Availability.GONE_UNSPECIFIED),
    AnswerSample(
        _AT, 1, Answer(403, b'{"error":"Sorry, you are not authorized to see this status."}'), Availability.LOGIN
    ),
    AnswerSample(_AT, 1, Answer(403, b'{"error":"This account is suspended."}'), Availability.GONE_AUTHOR),
    AnswerSample(_AT, 1, Answer(403, b"<html>Forbidden</html>"), Availability.BLOCKED),
    AnswerSample(_AT, 1, Answer(429, b""), Availability.RATE_LIMITED),
)
