const state = JSON.parse(document.getElementById("initial-state").textContent);
const root = document.getElementById("mastodon-status");

function node(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function headOf(account) {
  return node("a", { class: "detailed-status__display-name", href: account.url },
    node("div", { class: "account__avatar" }, node("img", { alt: "", src: account.avatar })),
    node("span", { class: "display-name" },
      node("bdi", {}, node("strong", { class: "display-name__html" }, account.display_name)),
      node("span", { class: "display-name__account" }, `@${account.acct}@${state.meta.domain}`)),
    node("img", { class: "detailed-status__logo", alt: "Mastodon", src: "/packs/elephant.svg" }));
}

function contentOf(status) {
  const words = node("div", { class: "status__content__text status__content__text--visible translate", lang: status.language });
  words.innerHTML = status.content;
  return node("div", { class: "status__content" }, words);
}

function galleryOf(status) {
  return status.media_attachments.map((media) =>
    node("div", { class: "media-gallery" }, node("div", { class: "media-gallery__item" },
      node("img", { src: media.preview_url, alt: media.description, width: 1200, height: 800 }))));
}

const response = await fetch(`/api/v1/statuses/${state.status_id}`);
if (response.ok) {
  const status = await response.json();
  const at = new Date(status.created_at).toLocaleString("en-US", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  root.replaceChildren(node("div", { class: "detailed-status__wrapper" }, node("div", { class: "detailed-status" },
    headOf(status.account), contentOf(status), ...galleryOf(status),
    node("div", { class: "detailed-status__meta" },
      node("a", { class: "detailed-status__datetime", href: status.url }, node("time", { datetime: status.created_at }, at)),
      ` · ${status.edited_at ? "Edited · " : ""}${status.reblogs_count} boosts · ${status.favourites_count} favourites`))));
} else {
  root.replaceChildren(node("div", { class: "dialog__message" }, `Error ${response.status}`));
}
