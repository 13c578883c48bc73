"use strict";
// Tables can be sorted and filtered; without this script they are only read.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const value = (row, place) => row.cells[place].dataset.value ?? row.cells[place].textContent.trim();
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending" || (!head.hasAttribute("aria-sort") && head.classList.contains("num"));
      const numeric = head.classList.contains("num");
      const compare = (a, b) => numeric ? parseFloat(value(a, place)) - parseFloat(value(b, place)) : value(a, place).localeCompare(value(b, place));
      const rows = [...body.rows].sort((a, b) => (down ? -1 : 1) * compare(a, b));
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...rows);
    });
  });
  if (body.rows.length < 6) continue;
  const box = document.createElement("div"), label = document.createElement("label");
  const input = document.createElement("input"), count = document.createElement("span");
  box.className = "filter";
  label.textContent = "Show only rows with";
  input.type = "search";
  count.setAttribute("role", "status");
  label.append(input);
  box.append(label, count);
  table.closest(".scroll").before(box);
  const words = new Map([...body.rows].map((row) => [row, row.textContent.toLowerCase()]));
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const [row, text] of words) {
      row.hidden = !wanted.every((word) => text.includes(word));
      left += row.hidden ? 0 : 1;
    }
    count.textContent = wanted.length ? `${left} of ${words.size} rows` : "";
  });
}
