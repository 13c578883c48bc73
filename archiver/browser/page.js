// Runs once in an isolated world of the page, so nothing the page has redefined is used.
// Waits until something of the plan is rendered, lets it settle, then reads it: one round trip.
async (plan, coverOf, overlaysOf) => {
  const started = performance.now();
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
  // A page that is not painted gets no animation frames; the timer keeps us going.
  const frame = () => Promise.race([new Promise((resolve) => requestAnimationFrame(resolve)), sleep(100)]);
  const body = () => document.body || document.documentElement;

  const shadowHosts = (root) => [...root.querySelectorAll("*")].filter((element) => element.shadowRoot);
  const matches = (root, selector) => {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches && root.matches(selector)) found.unshift(root);
    if (root.shadowRoot) found.push(...matches(root.shadowRoot, selector));
    // Walking every element is dear, so shadow trees are searched only where nothing else is found.
    if (!found.length) for (const host of shadowHosts(root)) found.push(...matches(host.shadowRoot, selector));
    return found;
  };
  const rendered = (element) => {
    const box = element.getBoundingClientRect();
    const seen = !element.checkVisibility || element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    return box.width > 0 && box.height > 0 && seen;
  };
  const shown = (root, selectors) => {
    for (const selector of selectors) {
      const found = matches(root, selector).filter(rendered);
      if (found.length) return found;
    }
    return [];
  };
  const textOf = (element) => {
    const own = element.innerText === undefined ? element.textContent : element.innerText;
    const hosts = shadowHosts(element);
    if (element.shadowRoot) hosts.unshift(element);
    const inner = hosts.flatMap((host) => [...host.shadowRoot.children]).map((child) => child.innerText || "");
    return [own || "", ...inner].filter(Boolean).join("\n").slice(0, plan.textLimit).toWellFormed();
  };
  // Elements inside an element already taken would repeat its text.
  const textsOf = (found) => {
    const outer = found.filter((element) => !found.some((other) => other !== element && other.contains(element)));
    return outer.length ? outer.map(textOf).join("\n").slice(0, plan.textLimit).toWellFormed() : null;
  };
  const signHolds = (sign) => {
    const pattern = sign.pattern === null ? null : new RegExp(sign.pattern, "i");
    return matches(document, sign.selector).some((element) => rendered(element) && (!pattern || pattern.test(textOf(element))));
  };
  const root = () => shown(document, plan.element)[0] || null;
  const place = () => root() || body();
  const cover = coverOf({ rendered, textOf, body });
  // What a post is seen by; null for a page.
  const toldOf = () => (plan.element.length ? [...shown(place(), plan.text), ...mediaIn(place()), ...shown(place(), plan.author)] : null);
  const overlays = overlaysOf({ plan, cover, textOf, body, toldOf });
  // A page on which no such look succeeds loses its second frame, not its reading.
  const lookOver = () => {
    try {
      return overlays.over();
    } catch {
      return { overlays: [], hidden: "" };
    }
  };

  const isReady = () => {
    if (plan.signs.some(signHolds)) return true;
    const wanted = plan.ready.length ? plan.ready : plan.element;
    if (wanted.length) return shown(document, wanted).length > 0;
    return document.readyState !== "loading" && body() !== null;
  };
  // Looks again when the tree changes, and now and then, for what changes without it (styles, images).
  const becomesReady = (deadline) =>
    new Promise((resolve) => {
      let due = false;
      const end = (value) => {
        observer.disconnect();
        clearInterval(timer);
        resolve(value);
      };
      const look = () => {
        due = false;
        if (isReady()) end(true);
        else if (performance.now() > deadline) end(false);
      };
      const soon = () => {
        if (!due) frame().then(look, () => {});
        due = true;
      };
      const observer = new MutationObserver(soon);
      const timer = setInterval(look, 100);
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      look();
    });

  const backgroundOf = (element) => {
    const url = /^url\("(.*)"\)/.exec(getComputedStyle(element).backgroundImage);
    return (url && url[1]) || (element.tagName === "VIDEO" && element.poster) || null;
  };
  // The page has loaded these already, so the copy comes out of its memory cache.
  const pixelsOf = async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode().catch(() => {});
    return Math.min(image.naturalWidth, image.naturalHeight);
  };
  const mediaIn = (scope) => {
    const found = plan.media.length ? plan.media.flatMap((selector) => matches(scope, selector)) : [];
    const wide = found.flatMap((element) => {
      const inner = [...element.querySelectorAll("img,video,canvas")];
      return element.matches("img,video,canvas") || !inner.length ? [element] : inner;
    });
    return [...new Set(wide)].filter(rendered);
  };
  const mediaPixels = async (element) => {
    if (element.tagName === "IMG") return element.complete ? Math.min(element.naturalWidth, element.naturalHeight) : 0;
    if (element.tagName === "CANVAS") return Math.min(element.width, element.height);
    if (element.tagName === "VIDEO" && element.readyState >= 2) return Math.min(element.videoWidth, element.videoHeight);
    const url = backgroundOf(element);
    return url ? pixelsOf(url) : 0;
  };

  const pageHeight = () => Math.max(document.documentElement.scrollHeight, document.body ? document.body.scrollHeight : 0);
  // Lazy images far below the window are asked for only when the window comes near.
  const passOver = async (top, bottom, deadline) => {
    for (let y = top; y < Math.min(bottom, plan.maxHeight) && performance.now() < deadline; y += innerHeight) {
      scrollTo({ top: y, behavior: "instant" });
      await frame();
    }
    scrollTo({ top: 0, left: 0, behavior: "instant" });
    await frame();
  };
  const loaded = (image) =>
    image.complete
      ? image.decode().catch(() => {})
      : new Promise((resolve) => ["load", "error"].forEach((name) => image.addEventListener(name, resolve, { once: true })));
  // A picture has no box before it has come, and may be transparent until then; a lazy one that is
  // out of sight to the side (in a row that scrolls) is never asked for.
  const isExpected = (image) => {
    if (image.checkVisibility && !image.checkVisibility({ visibilityProperty: true })) return false;
    const box = image.getBoundingClientRect();
    return image.loading !== "lazy" || (box.right > 0 && box.left < innerWidth && rendered(image));
  };
  const documentLoaded = () =>
    document.readyState === "complete"
      ? null
      : new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  const hasContent = () => body() && (textOf(body()).trim() || document.querySelector("img,video,canvas,svg,iframe"));
  const layout = (scope) => {
    const box = (scope || body()).getBoundingClientRect();
    return [box.x, box.y, box.width, box.height, scope ? 0 : pageHeight()].join();
  };
  const stand = async (scope) => {
    for (let before = layout(scope), same = 0; same < 2; ) {
      await frame();
      const now = layout(scope);
      same = now === before ? same + 1 : 0;
      before = now;
    }
  };
  const settle = async (deadline) => {
    const scope = root();
    if (!plan.element.length) {
      await documentLoaded();
      while (!hasContent() && performance.now() < deadline) await frame();
    }
    const box = (scope || body()).getBoundingClientRect();
    if (!scope || box.bottom > innerHeight) await passOver(Math.max(0, box.top), scope ? box.bottom : pageHeight(), deadline);
    await document.fonts.ready;
    await Promise.all([...(scope || document).querySelectorAll("img")].filter(isExpected).map(loaded));
    await Promise.all(mediaIn(scope || body()).map(mediaPixels));
    await stand(scope);
    return true;
  };

  // Whether letters or pictures are still on their way, apart from dots that only count visitors.
  const unfinished = () => {
    if (document.fonts.status === "loading") return true;
    const missing = (image) => !image.complete && isExpected(image);
    const dot = ({ width, height }) => width > 0 && height > 0 && Math.max(width, height) < 32;
    return [...(root() || document).querySelectorAll("img")].some((image) => missing(image) && !dot(image.getBoundingClientRect()));
  };

  const domOf = () => {
    const top = document.documentElement;
    if (!top) return "";
    const roots = shadowHosts(document).map((host) => host.shadowRoot);
    const kind = document.doctype ? `<!DOCTYPE ${document.doctype.name}>\n` : "";
    if (!roots.length || !top.getHTML) return kind + top.outerHTML;
    // getHTML keeps open shadow trees as <template shadowrootmode>, which outerHTML drops.
    return kind + top.cloneNode(false).outerHTML.replace(/<\/html>$/i, "") + top.getHTML({ shadowRoots: roots }) + "</html>";
  };
  const boxOf = (scope) => {
    if (!scope) {
      const width = Math.max(innerWidth, document.documentElement ? document.documentElement.clientWidth : 0);
      return { x: 0, y: 0, width, height: Math.max(1, pageHeight()) };
    }
    const box = scope.getBoundingClientRect();
    const left = Math.max(0, Math.floor(box.left + scrollX));
    const top = Math.max(0, Math.floor(box.top + scrollY));
    return { x: left, y: top, width: Math.ceil(box.right + scrollX) - left, height: Math.ceil(box.bottom + scrollY) - top };
  };
  const read = async () => {
    const scope = root();
    const media = await Promise.all(mediaIn(place()).map(mediaPixels));
    const over = lookOver();
    const entry = performance.getEntriesByType("navigation")[0];
    return {
      url: location.href,
      status: (entry && entry.responseStatus) || null,
      title: (document.title || "").slice(0, 1000).toWellFormed(),
      text: textOf(place()),
      postText: textsOf(shown(place(), plan.text)),
      authorText: textsOf(shown(place(), plan.author)),
      mediaShown: media.filter((pixels) => pixels > 32).length,
      signs: heldSigns(),
      hidden: hidden() || over.hidden,
      overlays: over.overlays,
      found: scope !== null,
      box: boxOf(scope),
      lines: linesIn(boxOf(scope)),
      window: { width: innerWidth, height: innerHeight },
    };
  };

  const hidden = () => {
    if (!plan.element.length) return cover.veil();
    const texts = shown(place(), plan.text).filter((element) => textOf(element).trim());
    const media = texts.length ? [] : mediaIn(place());
    const told = [texts, media, shown(place(), plan.author)].find((some) => some.length) || [];
    return plan.clean && !told.length ? "nothing of the post is there" : cover.hiding(told, plan.clean);
  };
  // Where the lines of the post's text are, in the picture that is about to be taken.
  const linesIn = (box) =>
    shown(place(), plan.text)
      .flatMap((element) => (textOf(element).trim() ? cover.linesOf(element) : []))
      .map((line) => [line.left + scrollX - box.x, line.top + scrollY - box.y, line.width, line.height]);
  const heldSigns = () => plan.signs.map((sign, n) => (signHolds(sign) ? n : -1)).filter((n) => n >= 0);

  const lap = (since) => Math.round(performance.now() - since);
  const dated = async (work, limit) => {
    const since = performance.now();
    const value = await Promise.race([work().catch(() => null), sleep(limit).then(() => null)]);
    return [value, lap(since)];
  };
  try {
    const ready = plan.readyMs > 0 ? await becomesReady(started + plan.readyMs) : isReady();
    const readyMs = lap(started);
    if (plan.glance) {
      const over = lookOver();
      return { signs: heldSigns(), hidden: hidden() || over.hidden, overlays: over.overlays };
    }
    const removed = plan.clean ? overlays.hideAll() : [];
    const [settled, settleMs] = await dated(() => settle(performance.now() + plan.settleMs), plan.settleMs);
    // What was set up anew meanwhile.
    if (plan.clean) removed.push(...overlays.hideAll());
    const [seen, readMs] = await dated(read, 2000);
    if (plan.clean) return { removed, seen, settled: settled || !unfinished() };
    const domStarted = performance.now();
    const dom = domOf().toWellFormed();
    const cut = dom.slice(0, plan.domLimit).toWellFormed();
    return { ready, readyMs, settled: settled || !unfinished(), settleMs, seen, readMs, dom: cut, domCut: dom.length > cut.length, domMs: lap(domStarted) };
  } catch (error) {
    // A selector or pattern that can't be parsed is the plan's fault; anything else is the page's.
    return { fault: error.name === "SyntaxError" ? String(error) : null, broken: String(error) };
  }
}
