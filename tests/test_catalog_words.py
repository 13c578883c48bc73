"""Words are found in every script, and nothing that is asked is an operator."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.catalog import fold, match_all, match_any, terms
from archiver.catalog.schema import first_schema
from archiver.catalog.words import indexed


@pytest.fixture(scope="module")
def index():
    connection = sqlite3.connect(":memory:")
    connection.execute(next(sql for sql in first_schema() if "VIRTUAL TABLE words" in sql))
    yield connection
    connection.close()


def found(index, text, query):
    index.execute("INSERT INTO words (words) VALUES ('delete-all')")
    index.execute("INSERT INTO words (rowid, text) VALUES (1, ?)", [indexed(text)])
    expression = match_all(query)
    return expression is not None and bool(
        index.execute("SELECT rowid FROM words WHERE words MATCH ?", [expression]).fetchall()
    )


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Sanctions were announced, naïve or not", "NAIVE sanctions"),
        ("東京の桜が咲きました。今日は上野公園へ", "桜"),
        ("東京の桜が咲きました。今日は上野公園へ", "上野公園"),
        ("ｶﾀｶﾅで書く", "カタカナ"),
        ("서울에서 만나요", "서울"),
        ("สวัสดีครับทุกคน", "สวัสดี"),
        ("हिन्दी में लिखा", "हिन्दी"),
        ("مرحبا بالعالم", "بالعالم"),
        ("Ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        ("𝗕𝗿𝗲𝗮𝗸𝗶𝗻𝗴 news", "breaking"),
        ("Łódź and Kılıçdaroğlu", "lodz kilicdaroglu"),
        ("STRASSE", "straße"),
        ("Ελλάδα", "ελλαδα"),
        ("Ёлка", "елка"),
        ("don’t panic", "don't"),
        ("by @RT_Erdogan today", "@rt_erdogan"),
        ("#COVID19 spreads", "covid19"),
        ("on fire 🔥🔥", "🔥"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen width"),
    ],
)
def test_a_word_is_found_however_it_is_written(index, text, query):
    assert found(index, text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("東京の桜", "桜東"),
        ("one two three", '"one three"'),
        ("one two three", "one four"),
        ("anything", '"'),
        ("anything", "***"),
        ("anything", ""),
    ],
)
def test_what_is_not_there_is_not_found(index, text, query):
    assert not found(index, text, query)


@pytest.mark.parametrize(
    "query",
    [
        "a AND",
        "NEAR(",
        "NEAR(a b, 2)",
        "^a",
        "-hello",
        "*",
        '"',
        '""',
        "text:a",
        "{name text}: a",
        "a OR",
        "NOT a",
        "(",
        "a+b",
        "'",
    ],
)
def test_operators_are_words(index, query):
    assert found(index, f"before {query} behind", query) is bool(terms(query))
    assert not found(index, "none of them", query)


@settings(max_examples=300)
@given(st.text())
def test_no_query_is_an_error(index, query):
    for expression in (match_all(query), match_any(query)):
        assert (expression is None) is (not terms(query))
        if expression is not None:
            index.execute("SELECT rowid FROM words WHERE words MATCH ?", [expression]).fetchall()


@settings(max_examples=300)
@given(st.text(min_size=1))
def test_every_text_is_found_by_itself_if_the_index_knows_its_letters(index, text):
    index.execute("INSERT INTO words (words) VALUES ('delete-all')")
    index.execute("INSERT INTO words (rowid, text) VALUES (1, ?)", [indexed(text)])
    index.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.place USING fts5vocab(main, words, instance)")
    kept = [row[0] for row in index.execute("SELECT term FROM temp.place ORDER BY offset")]
    expected = terms(text)
    # SQLite's own tables end with an older Unicode: a newer letter splits its word there.
    if kept == expected and 0 < len(expected) <= 64:
        assert found(index, text, text)


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert terms(" ".join(terms(text))) == terms(text)
    assert terms(fold(text)) == terms(text)


def test_a_long_phrase_falls_back_to_any_two_words_in_a_row():
    assert match_any("東京桜 sakura") == '"東 京" OR "京 桜" OR "sakura"'


def test_a_pasted_article_is_a_bounded_query():
    assert match_all("word " * 10_000).count("word") == 64
