"use strict";

(() => {
  const state = JSON.parse(document.getElementById("__FRONTITY_CONNECT_STATE__").textContent);
  const { itemInfos, authorInfos, musicInfos } = Object.values(state.source.data)[0].videoData;

  function node(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const profile = `https://www.tiktok.com/@${authorInfos.uniqueId}`;
  const player = node("div", { class: "player", "data-e2e": "Player-index-EmbedPlayerContainer" },
    node("img", { class: "cover", alt: itemInfos.text, src: itemInfos.covers[0] }),
    node("div", { class: "play", "aria-label": "Play" }), node("div", { class: "brand" }, "TikTok"));
  const below = node("div", { class: "below", "data-e2e": "Player-index-VideoInfo" },
    node("a", { class: "author", href: profile },
      node("img", { alt: "", src: authorInfos.covers[0] }),
      node("span", { "data-e2e": "video-author-uniqueid" }, `@${authorInfos.uniqueId}`)),
    node("p", { class: "desc", "data-e2e": "video-desc" }, itemInfos.text),
    node("div", { class: "music" }, `♬ ${musicInfos.musicName}`));
  document.getElementById("root").append(node("div", { "data-e2e": "Player-index-Container" }, player, below));
})();
