const KEPT = ["/offline/page.html", "/offline/style.css", "/offline/small.bin", "/offline/large.bin"];
addEventListener("install", (event) => event.waitUntil(caches.open("proofs").then((cache) => cache.addAll(KEPT))));
addEventListener("activate", (event) => event.waitUntil(clients.claim().then(() => fetch("/offline/active.txt"))));
addEventListener("fetch", () => {});
