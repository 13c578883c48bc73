"""`archiver extract` on everything that holds or lists articles, run as a user runs it."""

import gzip
import json
import resource
import signal
import subprocess
import time
import zipfile

import pytest
from crawls import crawl, gzipped, page, response, wacz
from documents import docx, paragraph, shown, simple_pdf
from running import ARCHIVER

from archiver.demo import DemoWeb
from archiver.demo.news import ARTICLES

POST = 'See <a href="https://x.com/ada/status/15089555773741465{:02}">it</a>.'


def run(*words, stdin=None, **options):
    return subprocess.run(
        [ARCHIVER, "extract", *map(str, words), "--json"],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=250,
        **options,
    )


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def found(done):
    return [(row["source"], row["url"], [mention["post_id"] for mention in row["mentions"]]) for row in rows(done)]


def post_id(number):
    return f"15089555773741465{number:02}"


@pytest.fixture
def warc(tmp_path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzipped([response(f"/{n}", page(f"{n}", POST.format(n))) for n in range(20)]))
    return path


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_page_of_a_warc_is_one_line_in_its_order(warc, jobs):
    done = run(warc, "--jobs", jobs)
    assert done.returncode == 0
    assert found(done) == [(str(warc), f"https://news.example/{n}", [post_id(n)]) for n in range(20)]


def test_everything_can_come_through_standard_input(tmp_path):
    feed = f"<rss><channel><item><link>https://news.example/f</link><encoded>{'&lt;p>words'}</encoded></item></channel></rss>"
    here = tmp_path / "here.html"
    here.write_bytes(page("here"))
    sources = {
        gzipped(crawl()): ["https://news.example/a", "https://news.example/b"],
        wacz(crawl(), ["https://news.example/b"]): ["https://news.example/b"],
        feed.encode(): ["https://news.example/f"],
        gzip.compress(feed.encode()): ["https://news.example/f"],
        f"{here}\n".encode(): [None],
        f"title,source\nx,{here}\n".encode(): [None],
        json.dumps({"url": str(here)}).encode(): [None],
        docx(paragraph("words")): [None],
        simple_pdf(shown((72, 700, "words"))): [None],
        gzip.compress(page("packed")): [None],
    }
    for body, expected in sources.items():
        done = run("-", stdin=body)
        assert (done.returncode, [row["url"] for row in rows(done)]) == (0, expected), (body[:40], done.stderr)


def test_a_part_that_cannot_be_read_is_said_and_the_others_go_on(tmp_path, warc):
    (tmp_path / "scan.pdf").write_bytes(simple_pdf("0 0 1 1 re f"))
    (tmp_path / "cut.warc.gz").write_bytes(warc.read_bytes()[:-30])
    (tmp_path / "list.txt").write_text("scan.pdf\nmissing.html\na.warc.gz\ncut.warc.gz\n")
    for jobs in (1, 2):
        done = run(tmp_path / "list.txt", "--jobs", jobs)
        assert done.returncode == 3
        assert len(rows(done)) == 20 + 19
        said = done.stderr.decode()
        assert "scan.pdf is a PDF document without text, perhaps of scanned pages" in said
        assert "missing.html does not exist" in said
        assert "cut.warc.gz ends inside gzip data: it is not whole" in said


def test_a_bound_takes_the_newest_and_says_what_was_left(tmp_path):
    items = "".join(
        f"<item><link>https://news.example/{n}</link><pubDate>0{n} Jan 2024 00:00:00 GMT</pubDate>"
        f"<encoded>words {n}</encoded></item>"
        for n in range(1, 6)
    )
    path = tmp_path / "feed.xml"
    path.write_text(f"<rss><channel>{items}</channel></rss>")
    done = run(path, "--limit", 2)
    assert [row["url"] for row in rows(done)] == ["https://news.example/5", "https://news.example/4"]
    assert (done.returncode, done.stderr.decode()) == (
        0,
        f"{path}: 2 were read, 3 more were left (the bound is --limit)\n",
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--limit", "0"), 2), (("--jobs", "0"), 2), (("--column", "where"), 3)],
)
def test_wrong_words_end_with_their_code(tmp_path, words, code):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    done = run(tmp_path / "a.csv", *words)
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with DemoWeb(folder=tmp_path_factory.mktemp("demo")) as running:
        yield running


def test_a_list_of_addresses_is_fetched_and_what_cannot_be_had_is_said(tmp_path, web):
    failing = next(iter(web.truth.failing))
    urls = [ARTICLES[0].url, failing, ARTICLES[3].url]
    (tmp_path / "list.csv").write_text("".join(f"{url}\n" for url in ["url", *urls]))
    reach = ["--connect-to", web.connect_to, "--ca-bundle", web.ca_file]
    done = run(tmp_path / "list.csv", *reach, "--jobs", 2)
    assert done.returncode == 3
    assert [row["url"] for row in rows(done)] == [urls[0], urls[2]]
    assert [row["source"] for row in rows(done)] == [urls[0], urls[2]]
    assert failing in done.stderr.decode()


# --- large and hostile ---------------------------------------------------------------------------


def peak_bytes(path, *words):
    """The highest resident size of the command and its workers, each, as the kernel counted it."""
    program = (
        "import resource, subprocess, sys\n"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n"
        "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)\n"
    )
    command = [ARCHIVER.with_name("python"), "-c", program, ARCHIVER, "extract", path, "--json", *words]
    code, peak = map(int, subprocess.run(command, capture_output=True, check=True, timeout=250).stdout.split())
    assert code == 0
    return peak


def test_memory_does_not_grow_with_the_size_of_a_warc(tmp_path):
    one = b"".join(response(f"/{n}", page(f"{n}", POST.format(n) * 20 + "<p>words</p>" * 300)) for n in range(20))
    one += response("/film", bytes(2_000_000), media_type="video/mp4")
    sizes = []
    for count in (2, 14):
        path = tmp_path / f"{count}.warc"
        with path.open("wb") as file:
            file.writelines([one] * count)
        sizes.append(peak_bytes(path))
    assert sizes[1] < sizes[0] + 15_000_000
    assert sizes[1] < 200_000_000


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))


def zip_of(name, size):
    def make(path):
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package,
            package.open(name, "w", force_zip64=True) as file,
        ):
            for _ in range(size // 1_000_000):
                file.write(bytes(1_000_000))

    return make


def gzip_of(begin, size):
    def make(path):
        with gzip.open(path, "wb", 1) as file:
            file.write(begin)
            for _ in range(size // 1_000_000):
                file.write(b"a" * 1_000_000)

    return make


def text_of(text):
    return lambda path: path.write_text(text)


HOSTILE = {
    "a.wacz": zip_of("archive/a.warc", 400_000_000),
    "a.docx": zip_of("word/document.xml", 400_000_000),
    "a.warc.gz": gzip_of(b"WARC/1.0\r\nContent-Length: 9999999999\r\n\r\n", 400_000_000),
    "b.warc.gz": gzip_of(b"WARC/1.0\r\n", 400_000_000),
    "a.jsonl.gz": gzip_of(b'{"url": "x"}\n{"url": "', 200_000_000),
    "a.csv.gz": gzip_of(b'url,b\n"', 200_000_000),
    "feed.xml": text_of("<rss><channel>" + "<item>" * 200_000),
    "deep.xml": text_of("<urlset>" + "<url><loc>" * 100_000),
    "list.txt": text_of("list.txt\n" * 100_000),
    "self.csv": text_of("url\n" + "self.csv\n" * 1000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_source_ends_in_time_and_memory_with_a_sentence(tmp_path, name):
    path = tmp_path / name
    HOSTILE[name](path)
    began = time.monotonic()
    done = run(path, preexec_fn=limited)
    assert time.monotonic() - began < 100
    said = done.stderr.decode()
    assert "Traceback" not in said
    if name not in ("list.txt", "self.csv"):
        assert done.returncode == 3, said
        assert name in said


def test_ctrl_c_ends_it_with_its_code_and_leaves_no_process(tmp_path, warc):
    path = tmp_path / "big.warc"
    with path.open("wb") as file:
        file.writelines([response("/a", page("a", POST.format(1) * 200))] * 2000)
    command = [ARCHIVER, "extract", path, "--json", "--jobs", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        said = process.stderr.read()
    assert (process.returncode, said) == (130, b"archiver: interrupted\n")
    assert subprocess.run(["ps", "-s", str(process.pid), "-o", "pid="], capture_output=True, check=False).stdout == b""
