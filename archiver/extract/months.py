"""Month names of the languages in which posts are embedded, as one table.

Names and abbreviations are those of the Unicode CLDR, in the forms that dates use
(genitive where a language has one), and the spellings that sites use beside them;
without their final stop, in folded case.
"""

import unicodedata
from functools import lru_cache

__all__ = ["MONTHS", "month_number"]

_NAMES = {
    "en": "january february march april may june july august september october november december",
    "en-short": "jan feb mar apr may jun jul aug sep oct nov dec",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "es-short": "ene feb mar abr may jun jul ago sept oct nov dic",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pt-short": "jan fev mar abr mai jun jul ago set out nov dez",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "fr-short": "janv févr mars avr mai juin juil août sept oct nov déc",
    "fr-plain": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "de-short": "jan feb mär apr mai jun jul aug sept okt nov dez",
    "de-at": "jänner feber mrz april mai juni juli august september oktober november dezember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "it-short": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "nl-short": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "ca": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "fi": (
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta "
        "heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta"
    ),
    "et": "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember",
    "lv": "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris",
    "lt": "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "pl-short": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "sk": "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra",
    "sl": "januar februar marec april maj junij julij avgust september oktober november december",
    "hu": "január február március április május június július augusztus szeptember október november december",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "ru-short": "янв февр мар апр мая июн июл авг сент окт нояб дек",
    "ru-other": "январь фев март апрель май июнь июль август сен октябрь ноя декабрь",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "uk-short": "січ лют бер квіт трав черв лип серп вер жовт лист груд",
    "bg": "януари февруари март април май юни юли август септември октомври ноември декември",
    "sr": "јануар фебруар март април мај јун јул август септембар октобар новембар децембар",
    "el": (
        "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου "
        "ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου"
    ),
    "tr": "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "tr-short": "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "tr-plain": "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
    "id": "januari februari maret april mei juni juli agustus september oktober november desember",
    "id-short": "jan feb mar apr mei jun jul agu sep okt nov des",
    "ms": "januari februari mac april mei jun julai ogos september oktober november disember",
    "fil": "enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "ar-plain": "يناير فبراير مارس ابريل مايو يونيه يوليه اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
    "ar-other": "يناير فبراير مارس إبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر",
    "ar-maghreb": "جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر",
    # Two words in their language; the space is folded away in MONTHS.
    "ar-levant": ("كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول"),
    "fa": "ژانویهٔ فوریهٔ مارس آوریل مهٔ ژوئن ژوئیهٔ اوت سپتامبر اکتبر نوامبر دسامبر",
    "fa-plain": "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
    "fa-other": "ژانویه فوریه مارچ آپریل می جون جولای آگوست سپتامبر اکتوبر نوامبر دسامبر",
    "he": "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
    "hi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "hi-other": "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितम्बर अक्तूबर नवम्बर दिसम्बर",
    "hi-short": "जन॰ फ़र॰ मार्च अप्रैल मई जून जुल॰ अग॰ सित॰ अक्टू॰ नव॰ दिस॰",
    "bn": "জানুয়ারী ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "ur": "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
}
_HEBREW_IN = "ב"
#: Behind `tháng` ("month") only, as they are plain numbers.
_VIETNAMESE = "một hai ba tư năm sáu bảy tám chín mười mười_một mười_hai"


def _folded(name: str) -> str:
    """Case and the ways to write one accented letter made one; blanks within left out."""
    return unicodedata.normalize("NFC", "".join(name.casefold().split())).rstrip(".")


#: Folded month name → 1 … 12. No name stands for two months in any of the languages.
MONTHS = {
    _folded(name.replace("_", "")): number for names in _NAMES.values() for number, name in enumerate(names.split(), 1)
} | {"sept": 9}


_NUMBERED = {_folded(name.replace("_", "")): number for number, name in enumerate(_VIETNAMESE.split(), 1)}


@lru_cache(maxsize=512)
def month_number(name: str, *, counted: bool = False) -> int:
    """1 … 12 for a month's name as a date has it, 0 for any other word.

    `counted` says that the name is a Vietnamese number: "month three".
    """
    key = _folded(name)
    if counted:
        return int(key) if key.isdecimal() else _NUMBERED.get(key, 0)
    # Hebrew joins "in" to the month: it is read with and without.
    return MONTHS.get(key) or MONTHS.get(key.removeprefix(_HEBREW_IN).removeprefix("-"), 0)
