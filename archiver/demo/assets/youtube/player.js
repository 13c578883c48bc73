"use strict";

(() => {
  const config = JSON.parse(document.getElementById("embed-config").textContent);
  const status = config.previewPlayabilityStatus;

  function node(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function cued(video) {
    const title = node("div", { class: "ytp-title-text" },
      node("a", { class: "ytp-title-link", href: `https://www.youtube.com/watch?v=${video.videoId}` }, video.title),
      node("div", { class: "ytp-title-subtext" }, node("a", { class: "ytp-title-channel-name", href: video.channel }, video.author)));
    return [
      node("div", { class: "ytp-cued-thumbnail-overlay" },
        node("div", { class: "ytp-cued-thumbnail-overlay-image", style: `background-image: url("${video.thumbnail}")` })),
      node("div", { class: "ytp-gradient-top" }),
      node("div", { class: "ytp-chrome-top ytp-show-cards-title" },
        node("a", { class: "ytp-title-channel-logo", href: video.channel, style: `background-image: url("${video.face}")` }), title),
      node("button", { class: "ytp-large-play-button ytp-button", "aria-label": "Play" }),
      node("a", { class: "ytp-watermark", href: `https://www.youtube.com/watch?v=${video.videoId}` }, "YouTube"),
    ];
  }

  function failed() {
    return [node("div", { class: "ytp-error", role: "alert" }, node("div", { class: "ytp-error-content" },
      node("div", { class: "ytp-error-content-wrap" }, node("div", { class: "ytp-error-content-wrap-reason" }, node("span", {}, status.reason)))))];
  }

  const ok = status.status === "OK";
  document.getElementById("player").append(node("div", {
    id: "movie_player", class: `html5-video-player ${ok ? "unstarted-mode ytp-large-width-mode" : "ytp-embed-error"}`,
  }, ...(ok ? cued(config.videoDetails) : failed())));
})();
