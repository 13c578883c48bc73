// Overlays of the plan's list: which of them lie over what is to be read, and the page without them.
// Nothing is clicked: what an overlay asks for is neither given nor refused.
({ plan, cover, textOf, body, toldOf }) => {
  const { overlays } = plan;
  const GOOD_PART = 0.25;
  // Where the page can't be scrolled meanwhile, less is enough.
  const SOME_PART = 0.08;
  const MOST_ROUNDS = 4;
  const MOST_TOLD = 12;
  const ALL = overlays.map(({ selector }) => selector).join(",");
  const patterns = overlays.map(({ pattern }) => (pattern === null ? null : new RegExp(pattern, "i")));

  const rootsIn = (root) => [
    root,
    ...[...root.querySelectorAll("*")].filter((element) => element.shadowRoot).flatMap((host) => rootsIn(host.shadowRoot)),
  ];
  const numberOf = (element) =>
    overlays.findIndex(({ selector }, n) => element.matches(selector) && (!patterns[n] || patterns[n].test(textOf(element))));
  // What holds the post, or the page's own main part, is no overlay, whatever it is called.
  const holdsContent = (element, told) =>
    element === body() ||
    element === document.documentElement ||
    element.querySelector("main, article, [role='main'], [role='article']") !== null ||
    told.some((one) => cover.chainOf(one).includes(element));
  // The overlay with the wrappers and shades that are there for it alone: as far up as nothing else is in them.
  const FILLING = "img, video, canvas, iframe";
  const layerOf = (element, told) => {
    const adds = (parent) =>
      textOf(parent).trim() !== textOf(element).trim() || parent.querySelectorAll(FILLING).length !== element.querySelectorAll(FILLING).length;
    let layer = element;
    while (layer.parentElement && !holdsContent(layer.parentElement, told) && !adds(layer.parentElement)) layer = layer.parentElement;
    return layer;
  };
  const listed = (told) =>
    rootsIn(document)
      .flatMap((root) => [...root.querySelectorAll(ALL)])
      .filter((element) => !holdsContent(element, told))
      .map((element) => ({ n: numberOf(element), element }))
      .filter(({ n }) => n >= 0)
      .map(({ n, element }) => ({ n, element, layer: layerOf(element, told) }));

  // Of a closed shadow tree nobody knows what it paints.
  const isClosed = (element) => element.localName.includes("-") && !element.shadowRoot && !element.children.length;
  const liesOver = ({ layer }, stack) =>
    stack.some((at) => cover.chainOf(at).includes(layer) && (cover.paints(at) || isClosed(at)));
  const untilTarget = (stack, chain) => {
    const end = stack.findIndex((at) => chain.includes(at) || cover.chainOf(at).includes(chain[0]));
    return end < 0 ? stack : stack.slice(0, end);
  };
  const stacksOverPost = (told) =>
    told.slice(0, MOST_TOLD).flatMap((element) => {
      const chain = cover.chainOf(element);
      return cover.pointsOf(element).map(([x, y]) => untilTarget(cover.stackAt(x, y), chain));
    });
  const PARTS = [0.1, 0.3, 0.5, 0.7, 0.9];
  const GRID = PARTS.flatMap((across) => PARTS.map((down) => [innerWidth * across, innerHeight * down]));
  const isPlaced = (element) => getComputedStyle(element).position !== "static" || element.matches(":modal");
  const stacksOverPage = () =>
    GRID.map(([x, y]) => cover.stackAt(x, y))
      // What stands in the page's own flow lies over nothing.
      .map((stack) => stack.filter((at) => cover.chainOf(at).some(isPlaced)));
  const isLocked = () => {
    const higher = document.documentElement.scrollHeight > innerHeight + 10;
    return higher && [document.documentElement, body()].some((at) => /hidden|clip/.test(getComputedStyle(at).overflowY));
  };

  // To look for a list of selectors in a large page is dear: it is done only where something that may be one of
  // them lies on top of what is told.
  const isPlacedApart = (element) => /fixed|absolute|sticky/.test(getComputedStyle(element).position) || element.matches(":modal");
  const isSuspect = (top) => {
    const chain = cover.chainOf(top);
    if (isClosed(top)) return chain.some((at) => at.matches(ALL));
    const apart = chain.filter(isPlacedApart).pop();
    return apart !== undefined && (cover.chainOf(apart).some((at) => at.matches(ALL)) || rootsIn(apart).some((root) => root.querySelector(ALL)));
  };
  const hasSuspects = (told) => {
    const isSeen = (top, target) => target && cover.chainOf(top).includes(target);
    const points = told ? told.slice(0, MOST_TOLD).flatMap((target) => cover.pointsOf(target).map((point) => [...point, target])) : GRID;
    const tops = points.map(([x, y, target]) => [cover.topAt(x, y), target]).filter(([top, target]) => top && !isSeen(top, target));
    return [...new Set(tops.map(([top]) => top))].some(isSuspect);
  };

  // The listed elements that lie over something, each with its backdrops, and how much of what is told each hides.
  const lying = () => {
    if (!overlays.length) return [];
    const told = toldOf();
    const found = hasSuspects(told) ? listed(told || []) : [];
    if (!found.length) return [];
    const stacks = told ? stacksOverPost(told) : stacksOverPage();
    const least = told ? 1 / stacks.length : isLocked() ? SOME_PART : GOOD_PART;
    const measured = found.map((one) => ({ ...one, part: stacks.filter((stack) => liesOver(one, stack)).length / stacks.length }));
    const names = new Set(measured.filter(({ part }) => part >= least).map(({ n }) => overlays[n].name));
    return measured.filter(({ n }) => names.has(overlays[n].name));
  };

  const set = (element, name, value) => element.style.setProperty(name, value, "important");
  // A modal dialog that is not displayed would still keep all else from being hit; closing it asks its page nothing.
  const hide = ({ element, layer }) => {
    for (const dialog of [element, ...element.querySelectorAll("dialog")]) if (dialog.matches("dialog:modal")) dialog.remove();
    for (const one of [element, layer]) set(one, "display", "none");
  };
  const unlock = () => {
    for (const element of [document.documentElement, body()]) {
      const style = getComputedStyle(element);
      if (/hidden|clip/.test(style.overflowY)) set(element, "overflow", "visible");
      if (style.position === "fixed") set(element, "position", "static");
      if (style.pointerEvents === "none") set(element, "pointer-events", "auto");
    }
    for (const element of document.querySelectorAll("[inert]")) element.removeAttribute("inert");
  };

  return {
    // The numbers of what lies there, and in words what hides most of a post, though hit testing may not see what it paints.
    over: () => {
      const now = lying();
      const most = plan.element.length ? now.find(({ part }) => part > 0.5) : undefined;
      return { overlays: [...new Set(now.map(({ n }) => n))], hidden: most ? cover.describe("covered by", most.element) : "" };
    },
    // Hides what lies there, and what comes to light beneath it; the numbers of what was hidden.
    hideAll: () => {
      const hidden = new Set();
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const now = lying();
        if (!now.length) break;
        for (const one of now) hide(one);
        for (const { n } of now) hidden.add(n);
        unlock();
      }
      return [...hidden];
    },
  };
}
