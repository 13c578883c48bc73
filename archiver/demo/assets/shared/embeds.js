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
    ["blockquote.bluesky-embed", 440, (e) => `https://embed.bsky.app/embed/${e.dataset.blueskyUri.slice(5)}`],
    ["blockquote.mastodon-embed", 440, (e) => e.dataset.embedUrl],
    ["blockquote.instagram-media", 760, (e) => `${e.dataset.instgrmPermalink.split("?")[0]}embed/captioned/`],
    ["div.fb-post", 520, (e) => `https://www.facebook.com/plugins/post.php?href=${encode(e.dataset.href)}&show_text=true`],
    ["blockquote.text-post-media", 420, (e) => `${e.dataset.textPostPermalink}/embed`],
    ["blockquote.tiktok-embed", 720, (e) => `https://www.tiktok.com/embed/v2/${e.dataset.videoId}`],
    ["blockquote.reddit-embed-bq", 320, (e) => {
      const path = new URL(e.querySelector("a").href).pathname;
      return `https://embed.reddit.com${path}?embed=true`;
    }],
    ["script[data-telegram-post]", 380, (e) => `https://t.me/${e.dataset.telegramPost}?embed=1&mode=tme`],
  ];
  function frame(element, height, url) {
    const box = document.createElement("iframe");
    box.src = url;
    box.style.cssText = `border:0;width:100%;max-width:550px;height:${height}px;display:block;margin:1rem auto`;
    element.replaceWith(box);
  }
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
