"""Servers that are known by name, and sites whose own paths only look like a server's.

Every other host must show by its ids what it runs. The lists need not be whole: a known
server is believed forms that would be too loose elsewhere, and nothing more.
"""

__all__ = ["MASTODON", "MISSKEY", "NOT_HERE", "PLEROMA"]

MASTODON = frozenset(
    (
        *("mastodon.social", "mastodon.online", "mastodon.world", "mastodon.cloud", "mastodon.art"),
        *("mastodon.technology", "mstdn.social", "mstdn.jp", "mas.to", "pawoo.net", "fosstodon.org", "hachyderm.io"),
        *("infosec.exchange", "techhub.social", "journa.host", "newsie.social", "chaos.social", "octodon.social"),
        *("cybre.space", "mamot.fr", "scholar.social", "framapiaf.org", "social.vivaldi.net", "universeodon.com"),
        *("c.im", "indieweb.social"),
    )
)
PLEROMA = frozenset(
    (
        *("pleroma.site", "pleroma.soykaf.com", "poa.st", "spinster.xyz", "blob.cat", "stereophonic.space"),
        *("freespeechextremist.com", "shitposter.world", "shitposter.club", "social.heldscal.la", "fe.disroot.org"),
        *("ihatebeinga.live", "outerheaven.club", "annihilation.social", "seediqbale.xyz", "genserver.social"),
    )
)
MISSKEY = frozenset(
    (
        *(
            "misskey.io",
            "misskey.design",
            "misskey.cloud",
            "misskey.dev",
            "misskey.gg",
            "misskey.id",
            "misskey.m544.net",
        ),
        *("nijimiss.moe", "sushi.ski", "lesbian.energy", "mk.absturztau.be", "firefish.social", "calckey.social"),
        *("oekakiskey.com", "voskey.icalo.net", "trpger.us", "stelpolva.moe", "mi.shellgei.org", "blahaj.zone"),
    )
)
#: A server that speaks Mastodon's tongue has none of these names.
NOT_HERE = frozenset(
    (
        *("medium.com", "tiktok.com", "youtube.com", "threads.net", "threads.com", "truthsocial.com", "lemon8-app.com"),
        *("instagram.com", "facebook.com", "x.com", "twitter.com", "reddit.com", "substack.com", "flipboard.com"),
        *("pinterest.com", "tumblr.com", "linkedin.com", "bsky.app", "t.me", "telegram.me", "vk.com", "gab.com"),
        *("rumble.com", "odysee.com", "lbry.tv", "gettr.com", "weibo.com", "weibo.cn", "minds.com", "bitchute.com"),
        *("archive.org", "archive.today", "archive.ph", "steemit.com", "hive.blog", "peakd.com", "ecency.com"),
        *("unsplash.com", "vero.co", "vsco.co", "note.com", "hackmd.io", "npmjs.com", "unpkg.com", "jsdelivr.net"),
        *("matters.town", "matters.news", "kwai.com", "likee.video", "snapchat.com", "kick.com", "trovo.live"),
        *("buymeacoffee.com", "ko-fi.com", "observablehq.com", "replit.com", "glitch.com", "codepen.io", "dev.to"),
        *("hashnode.com", "hashnode.dev", "paragraph.xyz", "mirror.xyz", "hey.xyz", "warpcast.com", "farcaster.xyz"),
        *("clubhouse.com", "cameo.com", "zora.co", "opensea.io", "foundation.app", "evernote.com", "notion.site"),
    )
)
