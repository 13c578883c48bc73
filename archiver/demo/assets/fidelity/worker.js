importScripts("/worker-part.js");
onmessage = async () => postMessage(`${PART} ${(await (await fetch("/worker.bin")).arrayBuffer()).byteLength}`);
