"""What the scripts of hostile pages do, and the workers that they start."""

__all__ = ["SCRIPTS", "SERVICE_WORKER"]

#: The memory hog stops at 3 GB, so that a test without a bound spoils the test and not the machine.
_HOG = (
    "const hoard = []; const more = () => { if (hoard.length < 300) { "
    "hoard.push(new Uint8Array(10 << 20).fill(hoard.length & 255)); setTimeout(more, 0); } }; more();"
)
_SCROLL = (
    "const more = () => { for (let n = 0; n < 50; n++) document.body.append("
    "Object.assign(document.createElement('p'), {textContent: 'One more post of very many.'})); }; "
    "addEventListener('scroll', more); new IntersectionObserver(more).observe("
    "document.body.appendChild(document.createElement('footer'))); setInterval(more, 50);"
)
_CANVAS = (
    "for (let n = 0; n < 8; n++) { const c = document.createElement('canvas'); c.width = c.height = 16384; "
    "document.body.append(c); const d = c.getContext('2d'); d.fillStyle = 'teal'; d.fillRect(0, 0, 16384, 16384); }"
)
_SHADER = (
    "precision highp float; void main() { float s = 0.; for (int n = 0; n < 100000000; n++) { "
    "s += sin(float(n) * gl_FragCoord.x); } gl_FragColor = vec4(s); }"
)
_WEBGL = (
    "const c = document.body.appendChild(document.createElement('canvas')); c.width = c.height = 2048; "
    "const g = c.getContext('webgl'); if (g) { const p = g.createProgram(); "
    "const add = (kind, code) => { const s = g.createShader(kind); g.shaderSource(s, code); g.compileShader(s); "
    "g.attachShader(p, s); }; "
    "add(g.VERTEX_SHADER, 'attribute vec2 a; void main() { gl_Position = vec4(a, 0., 1.); }'); "
    f"add(g.FRAGMENT_SHADER, '{_SHADER}'); "
    "g.linkProgram(p); g.useProgram(p); g.bindBuffer(g.ARRAY_BUFFER, g.createBuffer()); "
    "g.bufferData(g.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), g.STATIC_DRAW); "
    "g.enableVertexAttribArray(0); g.vertexAttribPointer(0, 2, g.FLOAT, false, 0, 0); "
    "const draw = () => { g.drawArrays(g.TRIANGLES, 0, 3); requestAnimationFrame(draw); }; draw(); }"
)
_FRAMES = (
    "document.body.insertAdjacentHTML('beforeend', '<iframe></iframe>'.repeat(1000)); "
    "let count = 1000; const more = () => { if (count < 100000) { count += 1000; "
    "document.body.insertAdjacentHTML('beforeend', '<iframe></iframe>'.repeat(1000)); setTimeout(more, 0); } }; more();"
)
_DEEP = (
    "let inner = document.body; for (let n = 0; n < 100000; n++) "
    "inner = inner.appendChild(document.createElement('b')); inner.textContent = 'deep';"
)
_SHADOWS = (
    "let inner = document.body; for (let n = 0; n < 3000; n++) { inner = inner.appendChild("
    "document.createElement('div')).attachShadow({mode: 'open'}); } inner.innerHTML = '<p>deep';"
)
_WORKERS = (
    "const url = URL.createObjectURL(new Blob(['for (;;) {}'])); let count = 0; "
    "setInterval(() => { if (count++ < 200) new Worker(url); }, 5);"
)
_DISK = (
    "const all = indexedDB.open('hoard', 1); all.onupgradeneeded = () => all.result.createObjectStore('s'); "
    "all.onsuccess = () => { let n = 0; const more = () => { if (n > 300) return; "
    "const t = all.result.transaction('s', 'readwrite'); "
    "t.objectStore('s').put(crypto.getRandomValues(new Uint8Array(65536)).buffer, n); "
    "t.objectStore('s').put(new Uint8Array(8 << 20).buffer, 'x' + n++); t.oncomplete = more; }; more(); };"
)
_BUILTINS = (
    "Promise = setTimeout = requestAnimationFrame = MutationObserver = () => { throw new Error('gone'); }; "
    "Array.prototype.map = Array.prototype.filter = Array.prototype.flatMap = () => { throw 1; }; "
    "Document.prototype.querySelectorAll = Element.prototype.getBoundingClientRect = () => { for (;;) {} }; "
    "Object.defineProperty(Element.prototype, 'innerText', {get() { for (;;) {} }}); "
    "JSON.stringify = String.prototype.slice = () => 'nothing'; performance.now = () => 0;"
)
_SERVICE = (
    "navigator.serviceWorker.register('/service-worker.js', {scope: '/service-worker'}); "
    "navigator.serviceWorker.ready.then(() => { if (!navigator.serviceWorker.controller) location.reload(); });"
)
#: Answers whatever its scope asks for with a stream that never ends.
SERVICE_WORKER = (
    "addEventListener('install', (event) => event.waitUntil(skipWaiting())); "
    "addEventListener('activate', (event) => event.waitUntil(clients.claim())); "
    "addEventListener('fetch', (event) => { const words = new TextEncoder().encode('<p>And so on.</p>'); "
    "event.respondWith(new Response(new ReadableStream({async pull(to) { "
    "await new Promise((over) => setTimeout(over, 5)); to.enqueue(words); }}), "
    "{headers: {'Content-Type': 'text/html'}})); });"
)

SCRIPTS: dict[str, str] = {
    "alerts": "for (;;) alert('Hello again');",
    "prompts": "confirm('Are you sure?'); prompt('Your name?'); print(); setTimeout(() => alert('late'), 50);",
    "print": "setInterval(() => print(), 1);",
    "windows": "setInterval(() => window.open('/windows?' + Math.random()), 10);",
    "unload": "window.onbeforeunload = (event) => { event.preventDefault(); return 'Stay!'; };",
    "reload": "location.reload();",
    "hashes": "let n = 0; setInterval(() => { location.hash = n++; }, 0);",
    "history": "for (let n = 0; ; n++) history.pushState(0, '', '?' + n);",
    "write": "setInterval(() => { document.open(); document.write('<p>' + Math.random()); }, 1);",
    "empty": "document.documentElement.remove();",
    "spin": "for (;;) {}",
    "regex": "/^(a+)+$/.test('a'.repeat(60) + 'b');",
    "waits": "const x = new XMLHttpRequest(); x.open('GET', '/silent', false); x.send();",
    "memory": _HOG,
    "disk": _DISK,
    "workers": _WORKERS,
    "service-worker": _SERVICE,
    "canvas": _CANVAS,
    "webgl": _WEBGL,
    "frames": _FRAMES,
    "deep": _DEEP,
    "shadows": _SHADOWS,
    "title": "document.title = 'A title that does not end. '.repeat(400000);",
    "text": "document.body.append('Words and words. '.repeat(3000000));",
    "scroll": _SCROLL,
    "jitter": "setInterval(() => { document.body.style.paddingTop = Math.random() * 400 + 'px'; }, 5);",
    "dom": "setInterval(() => { for (let n = 0; n < 5000; n++) "
    "document.body.append(document.createElement('b')); }, 0);",
    "styles": "setInterval(() => document.head.append(Object.assign(document.createElement('style'), {textContent: "
    "':has(b, i) :nth-child(2n + 1 of :has(p)) { color: red }'.repeat(500)})), 1);",
    "console": "const line = 'noise '.repeat(200000); "
    "setInterval(() => { console.log(line); console.error(line); }, 1);",
    "fetches": "setInterval(() => fetch('/elsewhere?' + Math.random()), 5);",
    "beacons": "setInterval(() => navigator.sendBeacon('/elsewhere', 'x'.repeat(60000)), 1);",
    "sockets": "setInterval(() => new WebSocket('wss://' + location.host + '/elsewhere?' + Math.random()), 2);",
    "downloads": "const a = Object.assign(document.createElement('a'), {href: '/download', download: 'x'}); "
    "setInterval(() => a.click(), 20);",
    "builtins": _BUILTINS,
    "permissions": "Notification.requestPermission(); setInterval(() => { "
    "navigator.geolocation.getCurrentPosition(() => {}); "
    "navigator.mediaDevices?.getUserMedia({video: true, audio: true}).catch(() => {}); "
    "document.documentElement.requestFullscreen().catch(() => {}); }, 20);",
}
