"""The words of errors and walls: patterns of whole lines, in lower case, with straight apostrophes, without full stop.

English in full; of other languages the line that their sites have in common.
"""

from archiver.model.states import Reason

__all__ = ["ABROAD", "BROKEN", "CONSENT", "COVERS", "LIMITED", "LOGIN", "LOGIN_TITLE", "NOT_FOUND", "OF_AGE", "REFUSED"]

_SORRY = r"(?:(?:oops|sorry|uh oh)[,.!: ]*)?"
_PLEASE = r"(?:please )?"
_MORE = r".{0,60}"
_THING = r"(?:page|article|story|post|content|file|site|url|document|link)"
_YOURS = r"(?: (?:that )?you(?: are|'re| were)? (?:requested|looking for|tried to reach|after))?"
_CANNOT = r"we (?:can't|couldn't|could not|cannot) find"
_YOU_MUST = r"(?:please |you (?:must|need to|have to) )?"
_GO_ON = r"continue|view|read|see|access|enter"
_HERE = r"(?:in|to|for) (?:users in |readers in )?(?:your|this) (?:country|region|location|area)"
_IS_NOT = r"(?: (?:was|is|has|have|could|can|does|do))?(?: ?not|n't| no longer)(?: be| been)?"
_THERE = r"(?:found|exists?|available|here|there)(?: any ?more)?"

NOT_FOUND = (
    r"(?:http |error |http error )?404(?: error)?(?:[ :,-]+(?:(?:page |file )?not found|error))?",
    r"(?:error )?410(?:[ :,-]+gone)?",
    rf"{_SORRY}(?:the |this |that )?(?:requested )?{_THING}{_YOURS}{_IS_NOT} ?{_THERE}",
    rf"{_SORRY}{_CANNOT} (?:the |this |that )?{_THING}{_MORE}",
    r"not found",
    r"(?:die |diese )?seite (?:wurde )?(?:leider )?nicht gefunden|diese seite existiert nicht(?: mehr)?",
    r"(?:la )?p[aá]gina no (?:encontrada|existe|disponible)",
    r"(?:la )?page (?:est )?(?:introuvable|non trouv[ée]e)",
    r"pagina non trovata|p[aá]gina n[aã]o encontrada|pagina niet gevonden",
    r"nie znaleziono strony|strona nie została znaleziona|stránka nenalezena|oldal nem található",
    r"sidan (?:hittades inte|kunde inte hittas|finns inte)",
    r"siden (?:blev ikke fundet|ble ikke funnet|finnes ikke)|sivua ei löytynyt",
    r"страница не найдена|сторінку не знайдено|η σελίδα δεν βρέθηκε|sayfa bulunamadı",
    r"(?:お探しの)?ページ(?:が|は)(?:見つかりません(?:でした)?|存在しません)",
    r"페이지를 찾을 수 없습니다|(?:页面|網頁|网页|頁面)(?:不存在|未找到|找不到)|找不到(?:该)?(?:页面|網頁|网页|頁面)",
    r"الصفحة غير موجودة|ה?(?:דף|עמוד) לא נמצא",
)
BROKEN = (
    rf"{_SORRY}something went wrong(?: on our (?:end|side))?(?:[,.;: ]+{_PLEASE}try (?:again|reloading).{{0,30}})?",
    rf"an? (?:unexpected |unknown |internal |application )?(?:server )?error (?:has )?occurr?ed{_MORE}",
    r"(?:500 )?internal server error|(?:error )?(?:500|502|503|504)|(?:502 )?bad gateway",
    r"(?:503 )?service (?:temporarily )?unavailable|(?:504 )?gateway time-?out",
    rf"(?:the |this |our )?(?:web)?site is (?:temporarily |currently )?(?:down|unavailable|under maintenance){_MORE}",
    r"(?:down for |under )maintenance",
)
LIMITED = (
    r"(?:error )?(?:429[ :-]*)?too many requests|(?:error )?429",
    r"rate limit(?:ed| exceeded)?|you(?:'ve| have) been rate limited",
)
REFUSED = (
    r"just a moment|attention required|pardon our interruption|one more step",
    r"access (?:to this (?:page|site|website) (?:has been|is|was) |is )?(?:denied|blocked)|(?:403 )?forbidden",
    rf"(?:checking|verifying) (?:if the site connection is secure|your browser|(?:that )?you are human){_MORE}",
    r"are you (?:a )?(?:human|robot)|security check|human verification|robot check|client challenge",
    rf"{_PLEASE}(?:verify|confirm|prove) (?:that )?(?:you're |you are |your )(?:a )?(?:human|not a (?:ro)?bot){_MORE}",
    rf"press (?:&|and) hold{_MORE}|{_PLEASE}(?:enable|turn on) (?:javascript|js) and {_MORE}",
    rf"{_SORRY}you have been blocked{_MORE}|(?:our systems have detected )?unusual traffic{_MORE}",
)
ABROAD = (
    rf".{{0,60}}(?:\bnot |\bun|n't )available {_HERE}{_MORE}",
    r"(?:451:? )?unavailable (?:due to|for) legal reasons",
)
OF_AGE = (
    r"are you (?:over|at least|older than) (?:the age of )?\d\d(?: years.{0,20})?",
    rf"age (?:verification|check|gate|restricted)|{_PLEASE}(?:confirm|verify) your age{_MORE}",
    rf"you must be (?:over |at least )?\d\d{_MORE}",
)
LOGIN = (
    rf"{_YOU_MUST}(?:be logged in|log ?in|sign ?in|subscribe|register)(?: or .{{0,20}})? to (?:{_GO_ON})\b{_MORE}",
    r"login required",
)
LOGIN_TITLE = (
    r"log ?in(?: to .{1,40})?|sign ?in(?: to .{1,40})?",
    r"anmelden|iniciar sesi[oó]n|(?:se )?connexion|accedi|entrar|inloggen|ログイン|войти|вход",
)
CONSENT = (
    rf"before you (?:continue|proceed){_MORE}|bevor sie fortfahren{_MORE}",
    rf"avant d'acc[eé]der{_MORE}|antes de continuar{_MORE}",
)
#: What is written anywhere on something that lies over a page, or in its name.
COVERS = (
    ((r"over 18|\b18\+|your age|\bage[- ](?:check|gate|verif|restrict)|years old",), Reason.AGE_GATE),
    ((r"cookie|consent|gdpr|our \d* ?partners", r"sp_message|onetrust|didomi|usercentrics"), Reason.CONSENT_WALL),
    ((r"captcha|not a robot|you are human",), Reason.CHALLENGE),
    (
        (r"\[password\]|\b(?:log|sign) ?-?(?:in|up)\b|subscribe|register|paywall|anmelden|s'inscrire",),
        Reason.LOGIN_WALL,
    ),
)
