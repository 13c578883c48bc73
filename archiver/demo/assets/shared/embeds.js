"use strict";

// What every platform's script does to an article: put a frame where the markup stands.
(() => {
  if (window.demoEmbeds) return;
  window.demoEmbeds = true;
  const encode = encodeURIComponent;
  const kinds = [
    ["blockquote.twitter-tweet", 420, (e) => {
      const link = [...e.querySelectorAll("a")].map((a) => /\/status\/(\d+)/.exec(a.href)).filter(Boolean).pop();
      return link && `https://platform.twitter.com/embed/Tweet.html?id=${link[1]}&dnt=true&lang=en`;
    }],
    ["blockquote.bluesky-embed", 560, (e) => `https://embed.bsky.app/embed/${e.dataset.blueskyUri.slice(5)}`],
    ["blockquote.mastodon-embed", 220, (e) => e.dataset.embedUrl],
    ["blockquote.instagram-media", 810, (e) => `${e.dataset.instgrmPermalink.split("?")[0]}embed/captioned/`],
    ["div.fb-post", 510, (e) => `https://www.facebook.com/plugins/post.php?href=${encode(e.dataset.href)}&show_text=true`],
    ["blockquote.text-post-media", 260, (e) => `${e.dataset.textPostPermalink}/embed`],
    ["blockquote.tiktok-embed", 720, (e) => `https://www.tiktok.com/embed/v2/${e.dataset.videoId}`],
    ["blockquote.reddit-embed-bq", 240, (e) => {
      const path = new URL(e.querySelector("a").href).pathname;
      return `https://embed.reddit.com${path}?embed=true`;
    }],
    ["script[data-telegram-post]", 440, (e) => `https://t.me/${e.dataset.telegramPost}?embed=1&mode=tme`],
  ];
  function frame(element, height, url) {
    const box = document.createElement("iframe");
    box.src = url;
    box.style.cssText = `border:0;width:100%;max-width:550px;height:${height}px;display:block;margin:1rem auto`;
    element.replaceWith(box);
  }
  addEventListener("message", (event) => {
    const said = event.data && event.data["twttr.embed"];
    if (!said || said.method !== "twttr.private.resize") return;
    for (const box of document.querySelectorAll("iframe")) {
      if (box.contentWindow === event.source) box.style.height = `${said.params[0].height}px`;
    }
  });
  function start() {
    for (const [selector, height, urlOf] of kinds) {
      for (const element of document.querySelectorAll(selector)) {
        const url = urlOf(element);
        if (url) frame(element, height, url);
      }
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
