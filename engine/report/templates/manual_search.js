"use strict";
{
  const entries = JSON.parse(document.getElementById("search-index").textContent);
  const most = 60;
  const small = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}.'-]+/gu, " ").trim();
  const known = entries.map(([where, title, kind, words]) => ({ where, title, kind, head: " " + small(title), all: " " + small(title) + " " + words }));
  const box = document.getElementById("search-for");
  const said = document.getElementById("search-said");
  const list = document.getElementById("search-found");
  const form = document.getElementById("search");

  const score = (entry, terms) => {
    let sum = 0;
    for (const term of terms) {
      if (!entry.all.includes(" " + term)) return 0;
      sum += entry.head.includes(" " + term + " ") || entry.head.endsWith(" " + term) ? 4 : entry.head.includes(" " + term) ? 3 : 1;
    }
    return sum + (entry.kind === "clause" ? 0.5 : 0);
  };

  const search = () => {
    const terms = small(box.value).split(" ").filter((term) => term !== "");
    list.replaceChildren();
    list.hidden = terms.length === 0;
    if (terms.length === 0) {
      said.textContent = "";
      return;
    }
    const found = known.map((entry) => [score(entry, terms), entry]).filter(([points]) => points > 0);
    found.sort((one, two) => two[0] - one[0]);
    for (const [, entry] of found.slice(0, most)) {
      const link = document.createElement("a");
      link.href = entry.where;
      link.textContent = entry.title;
      const kind = document.createElement("span");
      kind.className = "soft";
      kind.textContent = " " + entry.kind;
      const item = document.createElement("li");
      item.append(link, kind);
      list.append(item);
    }
    list.hidden = found.length === 0;
    said.textContent = found.length === 0 ? "Nothing has all of these words." : found.length + " found" + (found.length > most ? "; the first " + most + " are shown." : ".");
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  box.addEventListener("input", search);
  search();
}
