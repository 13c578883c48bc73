// What stands between a reader and a text: something painted over it, a blur, a clip, letters without colour.
// Hit testing says what lies where; what is not painted (a link over a whole card) hides nothing.
({ rendered, textOf, body }) => {
  const SOLID = 0.5;
  const FAINT = 0.15;
  const BLUR_PX = 2;
  const MOST_LINES = 8;
  const MOST_BLOCKS = 40;
  const MOST_NODES = 2000;
  const REPLACED = /^(img|video|canvas|iframe|embed|object)$/;

  const parentOf = (element) => element.assignedSlot || element.parentElement || element.getRootNode().host || null;
  const chainOf = (element) => {
    const chain = [];
    for (let at = element; at; at = parentOf(at)) chain.push(at);
    return chain;
  };
  const alphaOf = (color) => {
    const given = /^rgba\(.*,\s*([\d.]+)\)$/.exec(color) || /\/\s*([\d.]+)\)$/.exec(color);
    return given ? Number(given[1]) : color === "transparent" ? 0 : 1;
  };
  const opacityOf = (chain) => chain.reduce((product, element) => product * Number(getComputedStyle(element).opacity), 1);
  const paintOf = (element) => {
    const style = getComputedStyle(element);
    const solid = REPLACED.test(element.localName) || /url\(/.test(style.backgroundImage) || /blur/.test(style.backdropFilter);
    return solid ? 1 : alphaOf(style.backgroundColor);
  };
  const hides = (element) => paintOf(element) * opacityOf(chainOf(element)) >= SOLID;

  // What lies at a point, the uppermost first. Of a host, what is in its open shadow tree comes before it.
  const stackAt = (x, y, root = document) =>
    root
      .elementsFromPoint(x, y)
      .filter((element) => element.getRootNode() === root)
      .flatMap((element) => (element.shadowRoot ? [...stackAt(x, y, element.shadowRoot), element] : [element]));
  const topAt = (x, y) => {
    let top = document.elementFromPoint(x, y);
    for (let root = top && top.shadowRoot; root; root = top.shadowRoot) {
      const inner = root.elementFromPoint(x, y);
      if (!inner || inner.getRootNode() !== root) break;
      top = inner;
    }
    return top;
  };
  // The element that hides the target at a point; null where it is seen there, undefined where that can't be told.
  const coverAt = (target, chain, x, y) => {
    // What takes no clicks is passed over by hit testing, so what lies below it would seem to cover it.
    if (getComputedStyle(target).pointerEvents === "none") return undefined;
    for (const element of stackAt(x, y)) {
      if (chainOf(element).includes(target)) return null;
      if (chain.includes(element)) break;
      if (hides(element)) return element;
    }
    return target;
  };

  const linesOf = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const lines = [...range.getClientRects()].filter((line) => line.width > 1 && line.height > 1);
    const all = lines.length ? lines : [element.getBoundingClientRect()];
    const step = Math.max(1, all.length / MOST_LINES);
    return Array.from({ length: Math.min(all.length, MOST_LINES) }, (_, n) => all[Math.floor(n * step)]);
  };
  const inWindow = ([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
  const pointsOf = (element) =>
    linesOf(element)
      .flatMap((line) => [0.2, 0.5, 0.8].map((part) => [line.left + line.width * part, line.top + line.height / 2]))
      .filter(inWindow);

  const words = (element) => {
    const frames = [...element.querySelectorAll("iframe")].slice(0, 3).map((frame) => `${frame.title} ${frame.src}`);
    const asks = element.querySelector("input[type='password']") ? "[password]" : "";
    return [asks, textOf(element), ...frames].filter(Boolean).join(" ");
  };
  const nameOf = (element) => [element.localName, element.id && `#${element.id}`, ...[...element.classList].map((name) => `.${name}`)].join("");
  const describe = (what, element) => `${what} ${nameOf(element).slice(0, 100)}: ${words(element)}`.replace(/\s+/g, " ").slice(0, 400).toWellFormed();
  // The whole of what lies over the target: the highest element that does not hold the target too.
  const overlayOf = (cover, chain) => chainOf(cover).filter((element) => !chain.includes(element)).pop() || cover;

  const dimmed = (element, chain) => {
    const blurred = chain.find((at) => Number((/blur\(([\d.]+)px\)/.exec(getComputedStyle(at).filter) || [0, 0])[1]) >= BLUR_PX);
    if (blurred) return describe("blurred by", blurred);
    if (opacityOf(chain) < FAINT) return describe("faded out by", chain.find((at) => Number(getComputedStyle(at).opacity) < 1));
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (node && !node.data.trim()) node = walker.nextNode();
    const letters = node ? node.parentElement : element;
    const inked = alphaOf(getComputedStyle(letters).webkitTextFillColor) >= FAINT;
    const cutOut = () => chainOf(letters).some((at) => getComputedStyle(at).webkitBackgroundClip === "text");
    return !node || inked || cutOut() ? "" : describe("without colour in", letters);
  };

  const hidingOf = (element, surely) => {
    const chain = chainOf(element);
    const dim = dimmed(element, chain);
    if (dim) return dim;
    let points = pointsOf(element);
    const moved = !points.length;
    if (moved) {
      element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
      points = pointsOf(element);
    }
    const covers = points.map(([x, y]) => coverAt(element, chain, x, y)).filter((cover) => cover !== undefined);
    if (moved) scrollTo({ top: 0, left: 0, behavior: "instant" });
    if (surely && !covers.length) return describe("not to be told:", element);
    const hidden = covers.filter(Boolean);
    if (hidden.length * 2 <= covers.length) return "";
    return hidden[0] === element ? describe("clipped:", element) : describe("covered by", overlayOf(hidden[0], chain));
  };

  const floats = (element) => {
    const style = getComputedStyle(element);
    return element.matches(":modal") || style.position === "fixed" || (style.position === "absolute" && parentOf(element) === document.body);
  };
  const touchesWindow = ({ left, top, right, bottom }) => right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
  const blocks = () => {
    const walker = document.createTreeWalker(body(), NodeFilter.SHOW_TEXT);
    const found = new Set();
    for (let n = 0, node; n < MOST_NODES && found.size < MOST_BLOCKS && (node = walker.nextNode()); n++) {
      const parent = node.parentElement;
      if (!parent || found.has(parent) || node.data.trim().length < 10) continue;
      if (touchesWindow(parent.getBoundingClientRect()) && rendered(parent) && pointsOf(parent).length) found.add(parent);
    }
    return [...found];
  };
  // Hit tests are dear on a large page: a veil over most of the text lies on top at some of these points too.
  const isVeiled = () => {
    const parts = [0.15, 0.4, 0.6, 0.85];
    const tops = parts.flatMap((across) => parts.map((down) => document.elementFromPoint(innerWidth * across, innerHeight * down)));
    return tops.filter((top) => top && chainOf(top).some(floats)).length >= 4;
  };
  // What floats over most of a page's text, in the window in which it opens.
  const veilOf = () => {
    if (!isVeiled()) return "";
    const over = new Map();
    let open = 0;
    for (const block of blocks()) {
      const chain = chainOf(block);
      const [x, y] = pointsOf(block)[0];
      const cover = coverAt(block, chain, x, y);
      const overlay = cover && cover !== block && chainOf(cover).find(floats);
      if (overlay) over.set(overlay, (over.get(overlay) || 0) + 1);
      else if (!chain.some(floats)) open++;
    }
    const [veil, count] = [...over].sort((one, other) => other[1] - one[1])[0] || [null, 0];
    return veil && count > open ? describe("covered by", veil) : "";
  };

  return {
    linesOf,
    pointsOf,
    stackAt,
    topAt,
    chainOf,
    describe,
    floats,
    paints: (element) => paintOf(element) * opacityOf(chainOf(element)) >= FAINT,
    // "" if the elements are seen; else what hides the most of them, in words. `surely`: what can't be told is not seen.
    hiding: (elements, surely = false) => {
      const found = elements.slice(0, 4).map((element) => hidingOf(element, surely));
      return found.length && found.every(Boolean) ? found[0] : "";
    },
    veil: veilOf,
  };
}
