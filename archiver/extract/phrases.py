"""What the widgets of other platforms leave in words, in the languages they are embedded in.

X, Bluesky and old Mastodon posts end in a dash and a name, which no language changes;
these do not.
"""

import re

__all__ = [
    "FACEBOOK",
    "FACEBOOK_NAMES",
    "FACEBOOK_WORDS",
    "INSTAGRAM_AFTER",
    "INSTAGRAM_BEFORE",
    "INSTAGRAM_HEAD",
    "INSTAGRAM_HEAD_WORDS",
]

_HEADS = (
    "View this (?:post|photo|profile|reel) on Instagram",
    "Ver est[ae] (?:publicación|foto) en Instagram",
    "Ver ess?[ae] (?:foto|publicação|post) no Instagram",
    "Ver est[ae] (?:foto|publicação|post) no Instagram",
    "Voir cette (?:publication|photo) sur Instagram",
    "Sieh dir diesen Beitrag auf Instagram an",
    "(?:Diesen Beitrag|Dieses Foto) (?:auf|in) Instagram (?:ansehen|anzeigen)",
    "Visualizza quest[oa] (?:post|foto) su Instagram",
    "Dit bericht (?:op|bekijken op) Instagram(?: bekijken| weergeven)?",
    "Wyświetl ten post na Instagramie",
    "Bu gönderiyi Instagram['’]da gör",
    "Bu fotoğrafı Instagram['’]da gör",
    "Посмотреть эту публикацию в Instagram",
    "Переглянути (?:цей допис|цю публікацію) в Instagram",
    "この投稿をInstagramで見る",
    "Instagram에서 이 게시물 보기",
    "在 ?Instagram ?(?:上)?查看(?:此|这篇|這則|這篇)?(?:帖子|貼文|帖文)",
    "(?:عرض|مشاهدة) هذا المنشور (?:على|في) Instagram",
    "(?:مشاهده|دیدن) این پست در (?:Instagram|اینستاگرام)",
    "(?:הצג|לצפייה ב|צפו ב)?\\s?(?:את )?הפוסט הזה ב(?:-|־)?(?:Instagram|אינסטגרם)",
    "(?:इस|यह) पोस्ट को (?:Instagram|इंस्टाग्राम) पर देखें",
    "Lihat (?:postingan|kiriman) ini di Instagram",
    "Xem bài viết này trên Instagram",
    "Visa det här inlägget på Instagram",
    "(?:Se|Vis) dette (?:opslag|innlegget) på Instagram",
    "Näytä tämä julkaisu Instagramissa",
    "Zobrazit příspěvek na Instagramu",
    "Vezi această postare pe Instagram",
    "Δείτε αυτή τη δημοσίευση στο Instagram",
)
#: The line that stands first in a widget, as a whole.
INSTAGRAM_HEAD = re.compile(rf"(?:{'|'.join(_HEADS)})", re.IGNORECASE)
#: One of them is in every head.
INSTAGRAM_HEAD_WORDS = ("nstagram", "אינסטגרם", "इंस्टाग्राम", "اینستاگرام")

_BEFORE = (
    "A (?:post|photo|video|reel) (?:shared|posted) by",
    "Un[ae]? (?:publicación|foto|vídeo|video|publicacion) (?:compartid[ao]|publicad[ao]) (?:de|por)",
    "Um[a]? (?:publicação|post|foto|vídeo) (?:compartilhad|partilhad|publicad)[ao] por",
    "Une? (?:publication|photo|vidéo) (?:partagée|publiée) par",
    "Ein(?:e)? (?:Beitrag|Foto|Video|Post) (?:geteilt von|von)",
    "Ein(?:e)? (?:gepostetes Foto|geteilter Beitrag) von",
    "Un[ao]? (?:post|foto|video) (?:condivis[oa]|pubblicat[oa]) da",
    "Een (?:bericht|foto|video) (?:die is )?(?:gedeeld|geplaatst) door",
    "Post udostępniony przez(?: użytkownika)?",
    "(?:Zdjęcie|Film|Post) (?:zamieszczone|zamieszczony|opublikowane|opublikowany) przez(?: użytkownika)?",
    "(?:Публикация|Фото|Видео) (?:от|опубликован[оа])",
    "(?:Допис|Публікація|Світлина)(?:, поширен(?:ий|а))?(?: від| користувачем)?",
    "تمت مشاركة (?:منشور|صورة|فيديو) (?:بواسطة|من قبل)",
    "تم نشر (?:صورة|فيديو|منشور) بواسطة",
    "(?:منشور تمت مشاركته|صورة نشرها) (?:بواسطة|من)?",
    '(?:פוסט|תמונה|סרטון) (?:ששותפה?|ששותף|משותפ?ת?ף?|שפורסמ?ה?ם?) (?:על ידי|ע"י)',
    "(?:Sebuah )?(?:kiriman|postingan|foto|video) (?:dibagikan|yang dibagikan|yang diposting) oleh",
    "Ett inlägg delat av",
    "Et opslag delt af",
    "Et innlegg delt av",
    "Henkilön",
    "Příspěvek sdílený",
    "O postare distribuită de",
    "Η δημοσίευση κοινοποιήθηκε από(?: το χρήστη)?",
)
_AFTER = (
    "['’]?(?:in|ın|un|ün|nin|nın|nun|nün)? paylaştığı bir (?:gönderi|fotoğraf|video)",
    "['’]?(?:in|ın|un|ün|nin|nın|nun|nün)? paylaşımı",
    "がシェアした投稿",
    "さん(?:が)?(?:シェアした|投稿した)?(?:投稿|写真|動画)",
    "님의 (?:공유 게시물님?|게시물)",
    "(?:分享|张贴|發佈|发布)的(?:帖子|貼文|帖文|相片|照片|视频|影片)",
    "(?:شیئر کردہ|که توسط).{0,20}",
    "(?:द्वारा|ने) (?:साझा|शेयर) (?:की गई|किया गया|किया) ?(?:पोस्ट|फ़ोटो)?",
    "(?:chia sẻ|đã chia sẻ|đăng)",
    "(?:שיתף|שיתפה) (?:פוסט|תמונה)",
    "jakama julkaisu",
    "gepost(?:etes|ete) (?:Foto|Video)",
    "geteilter Beitrag",
    "به اشتراک گذاشته شد(?:ه)?",
)
#: What any of them begins with: looked at first, as most lines are none.
_BEFORE_FIRST = "aefhkopsuvzηвдпсфספתتصم"
_AFTER_FIRST = "'cgijnuüđıשبشکदन’がさ分发张發님"
#: What introduces an author, and what stands behind one: either is a widget's line.
INSTAGRAM_BEFORE = re.compile(rf"(?=[{_BEFORE_FIRST}])(?:{'|'.join(_BEFORE)})(?=\s)", re.IGNORECASE)
INSTAGRAM_AFTER = re.compile(rf"(?=\s?(?:[{_AFTER_FIRST}]|\sp))\s?(?:{'|'.join(_AFTER)})", re.IGNORECASE)

_POSTED = (
    "Posted by",
    "Publicad[ao] por",
    "Publicado por",
    "Publiée? par",
    "Gepostet von",
    "Pubblicat[oa] da",
    "Geplaatst door",
    "Opublikowan[yae] przez",
    "Opublikowano przez",
    "Опубликовано",
    "Опубліковано",
    "投稿者[:：]",
    "게시[:：]",
    "게시자[:：]",
    "由",
    "تم النشر بواسطة",
    'פורסם (?:על ידי|ע"י)',
    "Dikirim oleh",
    "Diposkan oleh",
    "Người đăng[:：]",
    "Publicerat av",
    "Slået op af",
    "Lagt ut av",
    "Julkaissut",
    "Přidal\\(a\\)",
)
#: The line under a Facebook post, up to the author's name.
FACEBOOK = re.compile(rf"(?:{'|'.join(_POSTED)})\s?", re.IGNORECASE)
#: A word of each, to look for first.
FACEBOOK_WORDS = (
    *("osted by", "ublicad", "ubli", "epostet von", "ubblicat", "eplaatst door", "publikowan", "публиков", "публіков"),
    *(
        "投稿者",
        "게시",
        "由",
        "النشر",
        "פורסם",
        "ikirim oleh",
        "iposkan oleh",
        "đăng",
        "ublicerat",
        "lået op",
        "agt ut av",
    ),
    *("ulkaissut", "idal(a)"),
)
#: Facebook itself, as articles name it.
FACEBOOK_NAMES = re.compile(
    r"facebook|фейсбук|فيسبوك|فیس‌?بوک|פייסבוק|फ़?ेसबुक|フェイスブック|페이스북|脸书|臉書", re.IGNORECASE
)
