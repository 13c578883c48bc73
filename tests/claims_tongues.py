"""One invented post in many languages: as posted, without its "not", and with another figure and name."""

from dataclasses import dataclass

__all__ = ["ENGLISH", "TONGUES", "Tongue"]


@dataclass(frozen=True, slots=True)
class Tongue:
    """A post that has a negation, the figure 412 and a name; `affirmed` is it without the negation."""

    lang: str
    text: str
    affirmed: str
    name: str
    other_name: str


TONGUES = (
    Tongue(
        "en",
        "The pilots say that the wall did not hold. We counted 412 lanterns with Tolberry, and the town is dark.",
        "The pilots say that the wall did hold. We counted 412 lanterns with Tolberry, and the town is dark.",
        "Tolberry",
        "Tolbury",
    ),
    Tongue(
        "es",
        "Los prácticos dicen que el muro no aguantó. Contamos 412 faroles con Tolberry, y el pueblo está a oscuras.",
        "Los prácticos dicen que el muro aguantó. Contamos 412 faroles con Tolberry, y el pueblo está a oscuras.",
        "Tolberry",
        "Quintana",
    ),
    Tongue(
        "pt",
        "Os pilotos dizem que o muro não aguentou. Contámos 412 lanternas com Tolberry, e a vila está às escuras.",
        "Os pilotos dizem que o muro aguentou. Contámos 412 lanternas com Tolberry, e a vila está às escuras.",
        "Tolberry",
        "Almeida",
    ),
    Tongue(
        "fr",
        "Les pilotes disent que le mur n'a pas tenu. Nous avons compté 412 lanternes avec Tolberry, et tout est noir.",
        "Les pilotes disent que le mur a tenu. Nous avons compté 412 lanternes avec Tolberry, et tout est noir.",
        "Tolberry",
        "Delacroix",
    ),
    Tongue(
        "de",
        "Die Lotsen sagen, die Mauer hat nicht gehalten. Mit Tolberry haben wir 412 Laternen gezählt, es ist dunkel.",
        "Die Lotsen sagen, die Mauer hat gehalten. Mit Tolberry haben wir 412 Laternen gezählt, es ist dunkel.",
        "Tolberry",
        "Tolbert",
    ),
    Tongue(
        "it",
        "I piloti dicono che il muro non ha retto. Abbiamo contato 412 lanterne con Tolberry, e la città è al buio.",
        "I piloti dicono che il muro ha retto. Abbiamo contato 412 lanterne con Tolberry, e la città è al buio.",
        "Tolberry",
        "Ferrante",
    ),
    Tongue(
        "nl",
        "De loodsen zeggen dat de muur het niet heeft gehouden. Met Tolberry telden we 412 lantaarns, het is donker.",
        "De loodsen zeggen dat de muur het heeft gehouden. Met Tolberry telden we 412 lantaarns, het is donker.",
        "Tolberry",
        "Verhoeven",
    ),
    Tongue(
        "pl",
        "Piloci mówią, że mur nie wytrzymał. Policzyliśmy z Tolberrym 412 latarni, a w mieście jest już ciemno.",
        "Piloci mówią, że mur wytrzymał. Policzyliśmy z Tolberrym 412 latarni, a w mieście jest już ciemno.",
        "Tolberrym",
        "Nowakiem",
    ),
    Tongue(
        "tr",
        "Kılavuzlar duvarın sağlam değil olduğunu söylüyor. Tolberry ile 412 fener saydık ve bugün kasaba karanlık.",
        "Kılavuzlar duvarın sağlam olduğunu söylüyor. Tolberry ile 412 fener saydık ve bugün kasaba karanlık.",
        "Tolberry",
        "Yılmaz",
    ),
    Tongue(
        "sv",
        "Lotsarna säger att muren inte höll. Vi räknade till 412 lyktor med Tolberry, och det är mörkt i staden.",
        "Lotsarna säger att muren höll. Vi räknade till 412 lyktor med Tolberry, och det är mörkt i staden.",
        "Tolberry",
        "Lindqvist",
    ),
    Tongue(
        "cs",
        "Lodivodi říkají, že zeď není celá. S Tolberrym jsme napočítali 412 luceren a ve městě je už tma.",
        "Lodivodi říkají, že zeď je celá. S Tolberrym jsme napočítali 412 luceren a ve městě je už tma.",
        "Tolberrym",
        "Novotným",
    ),
    Tongue(
        "ru",
        "Лоцманы говорят, что стена не выдержала. Мы насчитали 412 фонарей вместе с Толберри, и в городе темно.",
        "Лоцманы говорят, что стена выдержала. Мы насчитали 412 фонарей вместе с Толберри, и в городе темно.",
        "Толберри",
        "Ивановым",
    ),
    Tongue(
        "uk",
        "Лоцмани кажуть, що стіна не витримала. Ми нарахували 412 ліхтарів разом із Толберрі, і в місті темно.",
        "Лоцмани кажуть, що стіна витримала. Ми нарахували 412 ліхтарів разом із Толберрі, і в місті темно.",
        "Толберрі",
        "Коваленком",
    ),
    Tongue(
        "el",
        "Οι πλοηγοί λένε ότι το τείχος δεν άντεξε. Μετρήσαμε 412 φανάρια με τον Τόλμπερι και η πόλη είναι σκοτεινή.",
        "Οι πλοηγοί λένε ότι το τείχος άντεξε. Μετρήσαμε 412 φανάρια με τον Τόλμπερι και η πόλη είναι σκοτεινή.",
        "Τόλμπερι",
        "Παππά",
    ),
    Tongue(
        "ja",
        "水先人によると壁は持ちこたえなかった。トルベリーと一緒に412個の提灯を数えた。町は真っ暗だ。",
        "水先人によると壁は持ちこたえた。トルベリーと一緒に412個の提灯を数えた。町は真っ暗だ。",
        "トルベリー",
        "タナカ",
    ),
    Tongue(
        "zh",
        "引水员说那堵墙没有撑住。我们和托尔贝里数了412盏灯笼,镇上一片漆黑。",
        "引水员说那堵墙撑住。我们和托尔贝里数了412盏灯笼,镇上一片漆黑。",
        "托尔贝里",
        "王小明",
    ),
    Tongue(
        "ko",
        "도선사들은 벽이 버티지 못했다고 말한다. 우리는 톨베리와 함께 등불 412개를 세었고 마을은 어둡다.",
        "도선사들은 벽이 버텼다고 말한다. 우리는 톨베리와 함께 등불 412개를 세었고 마을은 어둡다.",
        "톨베리와",
        "김민수와",
    ),
    Tongue(
        "ar",
        "يقول المرشدون إن الجدار لم يصمد. أحصينا 412 فانوسا مع تولبيري، والمدينة مظلمة الآن.",
        "يقول المرشدون إن الجدار يصمد. أحصينا 412 فانوسا مع تولبيري، والمدينة مظلمة الآن.",
        "تولبيري",
        "حسين",
    ),
    Tongue(
        "fa",
        "راهنماها می‌گویند که دیوار نه فروریخت. ما با تولبری ۴۱۲ فانوس شمردیم و شهر تاریک است.",
        "راهنماها می‌گویند که دیوار فروریخت. ما با تولبری ۴۱۲ فانوس شمردیم و شهر تاریک است.",
        "تولبری",
        "رضایی",
    ),
    Tongue(
        "he",
        "הנתבים אומרים שהחומה לא החזיקה. ספרנו 412 פנסים עם טולברי, והעיר חשוכה.",
        "הנתבים אומרים שהחומה החזיקה. ספרנו 412 פנסים עם טולברי, והעיר חשוכה.",
        "טולברי",
        "ברזילי",
    ),
    Tongue(
        "hi",
        "पायलट कहते हैं कि दीवार नहीं टिकी। हमने टॉलबेरी के साथ 412 लालटेन गिने और शहर में अंधेरा है।",
        "पायलट कहते हैं कि दीवार टिकी। हमने टॉलबेरी के साथ 412 लालटेन गिने और शहर में अंधेरा है।",
        "टॉलबेरी",
        "शर्मा",
    ),
    Tongue(
        "th",
        "นักนำร่องบอกว่ากำแพงไม่อยู่แล้ว เรานับโคมไฟได้ 412 ดวงกับทอลเบอรี และเมืองมืดมาก",
        "นักนำร่องบอกว่ากำแพงอยู่แล้ว เรานับโคมไฟได้ 412 ดวงกับทอลเบอรี และเมืองมืดมาก",
        "ทอลเบอรี",
        "สมชาย",
    ),
)
ENGLISH = TONGUES[0]
