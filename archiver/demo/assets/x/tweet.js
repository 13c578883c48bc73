"use strict";

const id = new URLSearchParams(location.search).get("id") || "";
const app = document.getElementById("app");

function node(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function tokenOf(number) {
  return ((Number(number) / 1e15) * Math.PI).toString(36).replace(/(0+|\.)/g, "");
}

function decoded(words) {
  return new DOMParser().parseFromString(words, "text/html").documentElement.textContent;
}

function tell(method, params) {
  if (parent !== window) parent.postMessage({ "twttr.embed": { method, params, jsonrpc: "2.0" } }, "*");
}

function bodyOf(tweet) {
  const [start, end] = tweet.display_text_range;
  let words = tweet.text;
  for (const media of tweet.entities.media || []) words = words.replace(media.url, "");
  const box = node("div", { "data-testid": "tweetText", lang: tweet.lang, dir: "auto" });
  let rest = words.trimEnd();
  for (const link of tweet.entities.urls) {
    const [before, ...after] = rest.split(link.url);
    box.append(decoded(before), node("a", { href: link.url, rel: "noopener" }, link.display_url));
    rest = after.join(link.url);
  }
  box.append(node("span", {}, decoded(rest)));
  return end >= start ? box : null;
}

function nameOf(user, badge) {
  const name = node("a", { href: `https://x.com/${user.screen_name}` }, node("b", {}, user.name));
  if (badge) name.append(" ", node("i", { class: "icon", "aria-label": "Verified account" }, "v"));
  return node("div", { "data-testid": "User-Name" }, name, node("span", { class: "handle" }, `@${user.screen_name}`));
}

function loaded(image) {
  return new Promise((done) => { image.onload = image.onerror = done; });
}

function photosOf(tweet, waiting) {
  return (tweet.photos || []).map((photo) => {
    const image = node("img", { alt: photo.accessibilityLabel || "", width: photo.width, height: photo.height });
    waiting.push(loaded(image));
    image.src = photo.url.replace(/\.jpg$/, "?format=jpg&name=small");
    return node("div", { "data-testid": "tweetPhoto" }, image);
  });
}

function quotedOf(tweet) {
  return node("div", { class: "quoted", "data-testid": "quotedTweet" },
    node("b", {}, tweet.user.name), ` @${tweet.user.screen_name}`,
    node("div", {}, decoded(tweet.text.replace(/ https:\/\/t\.co\/\w+$/, ""))));
}

function timeOf(tweet) {
  const at = new Date(tweet.created_at);
  const clock = at.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit", timeZone: "UTC" });
  const day = at.toLocaleDateString("en-US", { month: "short", day: "numeric", year: "numeric", timeZone: "UTC" });
  const link = node("a", { href: `https://x.com/${tweet.user.screen_name}/status/${tweet.id_str}` },
    node("time", { datetime: tweet.created_at }, `${clock} · ${day}`));
  return node("div", { class: "meta" }, link, tweet.isEdited ? " · Last edited" : "");
}

async function renderTweet(tweet) {
  const waiting = [];
  const face = node("img", { alt: "", class: "avatar" });
  waiting.push(loaded(face));
  face.src = tweet.user.profile_image_url_https;
  const article = node("article", { role: "article", tabindex: "0" },
    node("div", { class: "who" }, face, nameOf(tweet.user, tweet.user.is_blue_verified),
      node("img", { class: "logo", alt: "X", src: "/embed/logo.svg" })),
    bodyOf(tweet));
  if (tweet.note_tweet) article.append(node("a", { class: "more", href: `https://x.com/i/status/${tweet.id_str}` }, "Show more"));
  article.append(...photosOf(tweet, waiting));
  if (tweet.quoted_tweet) article.append(quotedOf(tweet.quoted_tweet));
  article.append(timeOf(tweet), node("div", { class: "bar" },
    node("span", {}, node("i", { class: "icon" }, "h"), ` ${tweet.favorite_count}`),
    node("span", {}, node("i", { class: "icon" }, "r"), " Reply"),
    node("span", {}, "Copy link")));
  await Promise.all(waiting);
  app.replaceChildren(article);
  tell("twttr.private.rendered", [{ data: { tweet_id: id } }]);
}

function renderTombstone(words) {
  app.replaceChildren(node("article", { role: "article" },
    node("div", { class: "tombstone", "data-testid": "tombstone" }, words)));
  tell("twttr.private.rendered", [{ data: { tweet_id: id } }]);
}

function renderNothing(words) {
  app.replaceChildren(node("div", { class: "nothing", "data-testid": "error-detail" }, words));
  tell("twttr.private.no_results", [{ data: { tweet_id: id } }]);
}

async function start() {
  tell("twttr.private.initialized", []);
  const url = `https://cdn.syndication.twimg.com/tweet-result?id=${id}&lang=en&token=${tokenOf(id)}`;
  const response = await fetch(url).catch(() => null);
  const record = response && response.ok ? await response.json() : {};
  if (record.__typename === "Tweet") await renderTweet(record);
  else if (record.__typename === "TweetTombstone" && record.tombstone.text) renderTombstone(record.tombstone.text.text);
  else if (response && (response.ok || response.status === 404)) renderNothing("Not found");
  else renderNothing("Something went wrong. Try reloading.");
  tell("twttr.private.resize", [{ width: innerWidth, height: document.body.scrollHeight, data: { tweet_id: id } }]);
}

start();
