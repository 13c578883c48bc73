const NOT_FOUND = "Post not found, it may have been deleted.";
const GUESTS_KEPT_OUT = "The author of this post has requested their posts not be displayed on external sites.";
const app = document.getElementById("app");

function node(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function loaded(image) {
  return new Promise((done) => { image.onload = image.onerror = done; });
}

function imagesOf(post, waiting) {
  if (!post.embed || post.embed.$type !== "app.bsky.embed.images#view") return [];
  return post.embed.images.map((image) => {
    const picture = node("img", { alt: image.alt, width: image.aspectRatio.width, height: image.aspectRatio.height });
    waiting.push(loaded(picture));
    picture.src = image.thumb;
    return node("div", { class: "images" }, picture);
  });
}

function headOf(author, waiting) {
  const face = node("img", { class: "avatar", alt: "" });
  waiting.push(loaded(face));
  face.src = author.avatar;
  const names = node("div", { class: "names" },
    node("a", { class: "name", href: `https://bsky.app/profile/${author.did}` }, author.displayName),
    node("a", { class: "handle", href: `https://bsky.app/profile/${author.did}` }, `@${author.handle}`));
  return node("div", { class: "head" }, face, names, node("img", { class: "logo", alt: "Bluesky", src: "/static/logo.svg" }));
}

function showInfo(words) {
  app.replaceChildren(node("div", { class: "container info" },
    node("img", { class: "logo", width: "26", alt: "Bluesky", src: "/static/logo.svg" }), node("p", {}, words)));
}

async function showPost(post) {
  const waiting = [];
  const rkey = post.uri.split("/").pop();
  const at = new Date(post.record.createdAt);
  const shown = at.toLocaleString("en-US", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  const card = node("div", { class: "container" },
    headOf(post.author, waiting),
    node("p", { class: "post-text", dir: "auto" }, post.record.text),
    ...imagesOf(post, waiting),
    node("a", { class: "date", href: `https://bsky.app/profile/${post.author.did}/post/${rkey}?ref_src=embed` },
      node("time", { datetime: at.toISOString() }, shown)),
    node("div", { class: "foot" }, node("span", {}, `${post.likeCount} likes`),
      node("span", {}, `${post.repostCount} reposts`), node("span", { class: "reply" }, `Read ${post.replyCount} replies on Bluesky`)));
  await Promise.all(waiting);
  app.replaceChildren(card);
}

async function start() {
  const uri = `at://${location.pathname.split("/").slice(2).map(decodeURIComponent).join("/")}`;
  const query = new URLSearchParams({ uri, depth: "0", parentHeight: "0" });
  const answer = await fetch(`https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?${query}`).catch(() => null);
  const body = answer && (answer.ok || answer.status === 400) ? await answer.json() : null;
  if (body === null) showInfo("Something went wrong.");
  else if (!body.thread) showInfo(NOT_FOUND);
  else if (body.thread.post.author.labels.some((label) => label.val === "!no-unauthenticated")) showInfo(GUESTS_KEPT_OUT);
  else await showPost(body.thread.post);
}

start();
