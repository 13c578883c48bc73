// Where on the page each thing sought is: by its words, or by the element that names it.
// Runs in an isolated world, in the page as it was shot. Words are compared by letters and
// digits alone, so that spaces, quotation marks and line breaks of any kind make no difference.
(request) => {
  const ends = performance.now() + request.limitMs;
  const MOST_LETTERS = 4_000_000;
  const MOST_ATTRIBUTES = 2_000_000;
  const MOST_ROOTS = 300;
  const MOST_NODES = 400;
  const MOST_LINES = 80;
  const MOST_ALIKE = 500;
  const FEW_LETTERS = 12;
  const LEAST_LETTERS = 3;
  const CLOSE_LETTERS = 60;
  const LEAST_PX = 8;
  const SILENT = /^(script|style|noscript|template|textarea|title|option)$/;
  const FRAMES = /^(iframe|frame|embed|object|video|audio)$/;
  const late = () => performance.now() > ends;

  // --- letters ---------------------------------------------------------------------------
  const known = new Map();
  const foldOne = (sign) => {
    let folded = known.get(sign);
    if (folded === undefined) {
      folded = sign.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
      known.set(sign, folded);
    }
    return folded;
  };
  const fold = (text) => {
    let folded = "";
    for (const sign of text) folded += foldOne(sign);
    return folded;
  };

  // --- the page, roots of shadow trees and of frames of the same site included ----------------
  const nodes = [];
  const starts = [];
  const pieces = [];
  const namedBy = new Map();
  const views = [];
  let letters = 0;
  let attributes = 0;
  const isShown = (element) =>
    !element.checkVisibility || element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const frameView = (frame, view) => {
    const box = frame.getBoundingClientRect();
    const style = frame.ownerDocument.defaultView.getComputedStyle(frame);
    const left = box.left + frame.clientLeft + parseFloat(style.paddingLeft);
    const top = box.top + frame.clientTop + parseFloat(style.paddingTop);
    const window_ = { left: view.x + box.left, top: view.y + box.top, right: view.x + box.right, bottom: view.y + box.bottom };
    return { x: view.x + left, y: view.y + top, clip: clipped(window_, view.clip) };
  };
  const clipped = (box, clip) =>
    clip
      ? {
          left: Math.max(box.left, clip.left),
          top: Math.max(box.top, clip.top),
          right: Math.min(box.right, clip.right),
          bottom: Math.min(box.bottom, clip.bottom),
        }
      : box;
  const innerOf = (frame) => {
    try {
      return frame.localName === "iframe" || frame.localName === "frame" ? frame.contentDocument : null;
    } catch {
      return null;
    }
  };
  const takeText = (node, view) => {
    if (letters > MOST_LETTERS || !node.data.trim() || SILENT.test(node.parentElement ? node.parentElement.localName : "")) return;
    const folded = fold(node.data);
    if (!folded) return;
    nodes.push(node);
    views.push(view);
    starts.push(letters);
    pieces.push(folded);
    letters += folded.length;
  };
  const tokensOf = (text) => text.match(/[a-z0-9_]{3,}/g) || [];
  const plain = (value) => {
    try {
      return value.includes("%") ? decodeURIComponent(value) : value;
    } catch {
      return value;
    }
  };
  const takeNames = (element, view) => {
    if (attributes > MOST_ATTRIBUTES || !element.hasAttributes()) return;
    let names = "";
    for (const { name, value } of element.attributes) {
      if (name !== "class" && name !== "style" && name !== "srcset" && value.length > 3) names += `\n${plain(value.slice(0, 4000))}`;
    }
    if (!names) return;
    attributes += names.length;
    const item = { element, view, names: names.toLowerCase() };
    for (const token of new Set(tokensOf(item.names))) {
      const items = namedBy.get(token);
      if (!items) namedBy.set(token, [item]);
      else if (items.length < MOST_ALIKE) items.push(item);
    }
  };
  let roots = 0;
  const walk = (root, view) => {
    if (++roots > MOST_ROOTS) return;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(), count = 0; node; node = walker.nextNode()) {
      if ((++count & 1023) === 0 && late()) return;
      if (node.nodeType === Node.TEXT_NODE) {
        takeText(node, view);
        continue;
      }
      takeNames(node, view);
      if (node.shadowRoot) walk(node.shadowRoot, view);
      const inner = innerOf(node);
      if (inner && inner.documentElement && isShown(node)) walk(inner, frameView(node, view));
    }
  };
  walk(document, { x: scrollX - request.x, y: scrollY - request.y, clip: null });
  const page = pieces.join("");

  // --- boxes -----------------------------------------------------------------------------
  const placed = (box, view) => {
    const moved = { left: box.left + view.x, top: box.top + view.y, right: box.right + view.x, bottom: box.bottom + view.y };
    return clipped(moved, view.clip);
  };
  const hasArea = ({ left, top, right, bottom }) => right - left > 1 && bottom - top > 1;
  const joined = (one, other) => ({
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  });
  const sameLine = (one, other) => {
    const shared = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    return shared > Math.min(one.bottom - one.top, other.bottom - other.top) / 2;
  };
  const lines = (boxes) => {
    const found = [];
    for (const box of boxes) {
      const last = found.length - 1;
      if (last >= 0 && sameLine(found[last], box)) found[last] = joined(found[last], box);
      else if (found.length < MOST_LINES) found.push(box);
      else found[last] = joined(found[last], box);
    }
    return found;
  };
  const nodeAt = (letter) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= letter) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  // The offset in the node's own text before which so many letters lie; of the end, behind the last of them.
  const offsetOf = (node, count, behind) => {
    let seen = 0;
    let offset = 0;
    for (const sign of node.data) {
      const more = foldOne(sign).length;
      if (behind ? seen >= count : seen + more > count) return offset;
      seen += more;
      offset += sign.length;
    }
    return offset;
  };
  const boxesOf = (start, end) => {
    const boxes = [];
    const first = nodeAt(start);
    const last = Math.min(nodeAt(end - 1), first + MOST_NODES);
    for (let n = first; n <= last; n++) {
      const node = nodes[n];
      if (!node.parentElement || !isShown(node.parentElement)) continue;
      const range = node.ownerDocument.createRange();
      range.setStart(node, n === first ? offsetOf(node, start - starts[n], false) : 0);
      range.setEnd(node, n === last ? offsetOf(node, end - starts[n], true) : node.data.length);
      for (const box of range.getClientRects()) boxes.push(placed(box, views[n]));
    }
    return lines(boxes.filter(hasArea));
  };

  // --- by its words ------------------------------------------------------------------------
  const taken = new Map();
  const nearby = (words, from, to) => {
    if (words.length < LEAST_LETTERS) return -1;
    const at = page.slice(from, to).indexOf(words);
    return at < 0 ? -1 : from + at;
  };
  // A text of a few letters may stand anywhere: it counts with its author behind it, or where it is the only one.
  const sureAt = (words, at, after) => {
    if (words.length >= FEW_LETTERS) return at;
    const end = at + words.length;
    const author = after.map((one) => nearby(one, end, end + CLOSE_LETTERS)).find((place) => place >= 0);
    if (author !== undefined) return page.lastIndexOf(words, author - words.length);
    return page.indexOf(words) === at && page.indexOf(words, at + 1) < 0 ? at : -1;
  };
  const wordsOf = (sought) => {
    const head = fold(sought.head);
    const tail = fold(sought.tail);
    const after = sought.after.map(fold);
    const reach = 3 * sought.length + 200;
    const from = taken.get(head || tail) || 0;
    for (let next = head ? page.indexOf(head, from) : -1; next >= 0 && !late(); next = page.indexOf(head, next + 1)) {
      const at = sureAt(head, next, after);
      if (at < 0) continue;
      const last = tail ? page.slice(at, at + reach).indexOf(tail) : -1;
      return { key: head, start: at, end: last < 0 ? at + head.length : Math.max(at + head.length, at + last + tail.length), after };
    }
    const at = tail && tail !== head ? page.indexOf(tail, from) : -1;
    return at >= 0 && sureAt(tail, at, after) === at ? { key: head || tail, start: at, end: at + tail.length, after } : null;
  };
  const byWords = (sought) => {
    let words = wordsOf(sought);
    // What is there and not shown (a copy for print, a closed panel) is passed over.
    for (let tries = 0; words && tries < 20; tries++, words = wordsOf(sought)) {
      taken.set(words.key, words.end);
      let end = words.end;
      for (const one of words.after) {
        const at = nearby(one, end, end + CLOSE_LETTERS);
        if (at >= 0) end = at + one.length;
      }
      const boxes = boxesOf(words.start, end);
      if (boxes.length) return { boxes, element: false };
    }
    return null;
  };

  // --- by its element ------------------------------------------------------------------------
  const used = new Set();
  const isWord = (sign) => sign !== undefined && /[a-z0-9_]/.test(sign);
  const holds = (text, key) => {
    for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1)) {
      if (!isWord(text[at - 1]) && !isWord(text[at + key.length])) return true;
    }
    return false;
  };
  const holderOf = (element) => {
    if (FRAMES.test(element.localName) || element.localName === "blockquote") return element;
    if (element.localName.includes("-")) return element;
    const quote = element.closest("blockquote");
    if (quote) return quote;
    const shares = /^(a|link|meta|button|form|input|img|source)$/.test(element.localName);
    return shares || SILENT.test(element.localName) ? null : element;
  };
  const elementBox = (holder, view) => {
    if (!isShown(holder)) return null;
    const box = placed(holder.getBoundingClientRect(), view);
    return box.right - box.left >= LEAST_PX && box.bottom - box.top >= LEAST_PX ? box : null;
  };
  const byElement = (sought) => {
    for (const key of sought.keys.map((given) => given.toLowerCase())) {
      const [longest] = tokensOf(key).sort((one, other) => other.length - one.length);
      for (const { element, view, names } of namedBy.get(longest) || []) {
        if (late()) return null;
        const holder = holds(names, key) && holderOf(element);
        if (!holder || [...used].some((one) => one.contains(holder) || holder.contains(one))) continue;
        const box = elementBox(holder, view);
        if (!box) continue;
        used.add(holder);
        return { boxes: [box], element: true };
      }
    }
    return null;
  };

  const rounded = ({ left, top, right, bottom }) => [left, top, right - left, bottom - top];
  const found = [];
  for (const [index, sought] of request.sought.entries()) {
    if (late()) break;
    const place = (sought.embedded && byElement(sought)) || byWords(sought) || (!sought.embedded && byElement(sought));
    if (place) found.push({ index, element: place.element, boxes: place.boxes.map(rounded) });
  }
  return { found, cut: late() };
}
