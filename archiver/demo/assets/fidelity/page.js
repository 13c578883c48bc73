const OTHER = document.querySelector("iframe").src.replace(/\/frame$/, "");
const list = document.getElementById("come");
const sizeOf = async (url, options) => (await (await fetch(url, options)).arrayBuffer()).byteLength;
const textOf = async (url, options) => (await fetch(url, options)).text();
const message = (target, start) =>
  new Promise((resolve, reject) => {
    target.onmessage = (event) => resolve(event.data);
    target.onerror = () => reject(new Error("no worker"));
    start();
  });

async function cookies() {
  await sizeOf("/headers.txt");
  return sizeOf("/cookie.txt");
}

async function unchanged() {
  const first = await textOf("/etag.txt");
  return first === (await textOf("/etag.txt"));
}

async function playlist() {
  const lines = (text) => text.split("\n").filter((line) => line && !line.startsWith("#"));
  const [best] = lines(await textOf("/hls/main.m3u8"));
  let total = 0;
  for (const segment of lines(await textOf(best))) total += await sizeOf(segment);
  return total;
}

async function blob() {
  const made = await (await fetch("/blob.bin")).blob();
  return new Response(made).arrayBuffer().then((bytes) => bytes.byteLength);
}

async function serviceWorker() {
  await navigator.serviceWorker.register("/offline.js");
  return "registered";
}

function socket() {
  return new Promise((resolve, reject) => {
    const line = new WebSocket(`wss://${location.host}/socket`);
    const heard = [];
    line.binaryType = "arraybuffer";
    line.onerror = () => reject(new Error("no socket"));
    line.onopen = () => {
      line.send("is this proof good?");
      line.send(new Uint8Array(70000).fill(7));
    };
    line.onmessage = (event) => {
      heard.push(event.data.byteLength || event.data.length);
      if (heard.length === 2) {
        line.close(1000, "proofs passed");
        resolve(heard.join("+"));
      }
    };
  });
}

const json = (method) => ({ method, headers: { "Content-Type": "application/json", "X-Plate": "9" }, body: '{"plate":9}' });
const shared = () => new SharedWorker("/shared.js");
const parts = {
  gzip: () => sizeOf("/coded/gzip.txt"),
  br: () => sizeOf("/coded/br.txt"),
  zstd: () => sizeOf("/coded/zstd.txt"),
  chunked: () => sizeOf("/chunked.bin"),
  "chunked gzip": () => sizeOf("/coded/chunked.txt"),
  empty: () => sizeOf("/empty.txt"),
  headers: cookies,
  204: () => sizeOf("/nothing"),
  304: unchanged,
  206: () => sizeOf("/ranged.bin", { headers: { Range: "bytes=1000-1999" } }),
  "206, the end": () => sizeOf("/tail.bin", { headers: { Range: "bytes=-500" } }),
  ...Object.fromEntries([301, 302, 303, 307, 308].map((status) => [status, () => textOf(`/from/${status}`)])),
  post: () => textOf("/taken", json("POST")),
  form: () => textOf("/form", { method: "POST", body: new URLSearchParams({ plate: "nine", colour: "blue & black" }) }),
  head: () => sizeOf("/blob.bin?head", { method: "HEAD" }),
  preflight: () => textOf(`${OTHER}/plates`, json("PUT")),
  beacon: () => navigator.sendBeacon("/beacon", new Blob(["seen"], { type: "text/plain" })),
  blob,
  worker: () => {
    const worker = new Worker("/worker.js");
    return message(worker, () => worker.postMessage("go"));
  },
  "shared worker": () => {
    const { port } = shared();
    return message(port, () => port.postMessage("go"));
  },
  "service worker": serviceWorker,
  socket,
  hls: playlist,
};

for (const [name, work] of Object.entries(parts)) {
  const item = list.appendChild(document.createElement("li"));
  item.textContent = `${name} …`;
  Promise.resolve()
    .then(work)
    .then(
      (value) => { item.textContent = `${name}: ${value}`; },
      (error) => { item.textContent = `${name} failed: ${error}`; },
    );
}

addEventListener("pagehide", () => navigator.sendBeacon("/beacon/leaving", "left"));
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting && !target.src) target.src = target.dataset.src;
});
for (const image of document.querySelectorAll(".scripted")) near.observe(image);
