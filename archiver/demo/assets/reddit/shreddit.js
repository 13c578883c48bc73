customElements.define("shreddit-embed", class extends HTMLElement {
  connectedCallback() { this.setAttribute("ready", ""); }
});
