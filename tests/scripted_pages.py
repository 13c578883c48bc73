"""A small web behind one HTTP proxy on loopback: what a lane of the tap is to the browser.

Every host answers from one table of pages. TLS is spoken to whoever asks with CONNECT.
"""

import ipaddress
import ssl
import threading
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image


def html(text, status=200, **headers):
    return status, {"content-type": "text/html; charset=utf-8", **headers}, text.encode()


def picture(width=200, height=120):
    data = BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(data, "PNG")
    return 200, {"content-type": "image/png"}, data.getvalue()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: "Site"
    scheme_and_host = ""

    def do_CONNECT(self):
        self.site.connects.append(self.path)
        self.send_response(200)
        self.end_headers()
        try:
            self.connection = self.site.tls.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):
            self.close_connection = True
            return
        self.scheme_and_host = "https://" + self.path.removesuffix(":443")
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def do_GET(self):
        url = self.scheme_and_host + self.path
        self.site.requests.append((url, {key.lower(): value for key, value in self.headers.items()}))
        answer = self.site.pages.get(url, html("nothing here", 404))
        if callable(answer):
            answer = answer(self)
        if answer is None:
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def finish(self):
        super().finish()
        self.connection.close()

    def log_message(self, *_args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_args):
        """A browser that goes away in mid-answer is no fault of the test."""


class Site:
    """`pages` maps whole URLs to answers; `requests` and `connects` are what arrived."""

    def __init__(self):
        self.pages, self.requests, self.connects = {}, [], []
        self.over = threading.Event()
        self.tls, self.spki_sha256 = _tls("*.example")
        handler = type("SiteHandler", (Handler,), {"site": self})
        self._server = Server(("127.0.0.1", 0), handler)
        self.port = self._server.server_address[1]
        self.proxy_url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def add(self, url, answer):
        self.pages[url] = html(answer) if isinstance(answer, str) else answer
        return url

    def urls(self):
        return [url for url, _headers in self.requests]

    def hang(self, _handler):
        self.over.wait(60)

    def close(self):
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


def _tls(name):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=5))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load(context, certificate, key)
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return context, b64encode(sha256(spki).digest()).decode()


def _load(context, certificate, key):
    from tempfile import NamedTemporaryFile  # noqa: PLC0415  # ssl reads keys from files only

    with NamedTemporaryFile() as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        file.flush()
        context.load_cert_chain(file.name)
