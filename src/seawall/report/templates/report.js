
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const ranks = ["unknown", "negligible", "low", "medium", "high", "critical"];
  const later = (work) => { let timer; return () => { clearTimeout(timer); timer = setTimeout(work, 120); }; };

  // Light and dark: the system decides until somebody does; a page opened from disk may not remember.
  const root = document.documentElement, theme = $("#theme"), system = matchMedia("(prefers-color-scheme: dark)");
  const store = (value) => { try { return value ? localStorage.setItem("seawall-theme", value) : localStorage.getItem("seawall-theme"); } catch { return null; } };
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
  const label = () => { theme.textContent = dark() ? "Light" : "Dark"; theme.setAttribute("aria-label", `Switch to ${dark() ? "light" : "dark"} colours`); };
  const chosen = store();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; store(root.dataset.theme); label(); });
  system.addEventListener("change", label);
  label();

  // Tables: a button in each heading sorts; numbers as numbers, severities by rank, the rest as text with numbers in it.
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const key = (row, column) => {
    const text = row.cells[column].textContent.trim(), rank = ranks.indexOf(text);
    if (rank >= 0) return rank;
    const number = parseFloat(text.replace(/,/g, ""));
    return row.cells[column].classList.contains("num") ? (Number.isNaN(number) ? -1 : number) : text;
  };
  const sort = (table, heading, column) => {
    const downward = heading.getAttribute("aria-sort") !== "descending";
    const body = table.tBodies[0], keyed = [...body.rows].map((row) => [key(row, column), row]);
    keyed.sort(([a], [b]) => (typeof a === "number" && typeof b === "number" ? a - b : compare(String(a), String(b))) * (downward ? -1 : 1));
    body.append(...keyed.map(([, row]) => row));
    $$("th", table.tHead).forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", downward ? "descending" : "ascending");
  };
  $$("table[data-sort]").forEach((table) => {
    if (table.tBodies[0].rows.length < 2) return;
    $$("th", table.tHead).forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, column));
      heading.append(button);
    });
  });

  // Packages: their own search.
  const packageSearch = $("#package-search");
  if (packageSearch) {
    packageSearch.closest("label").hidden = false;
    let rows;
    packageSearch.addEventListener("input", later(() => {
      rows ??= $$("#package-table tbody tr").map((row) => [row.textContent.toLowerCase(), row]);
      const wanted = packageSearch.value.trim().toLowerCase();
      for (const [text, row] of rows) row.hidden = !text.includes(wanted);
    }));
  }

  // Findings: search, filter, order.
  const tools = $("#tools");
  if (!tools) return;
  tools.hidden = false;
  const search = $("#search"), shown = $("#shown"), nothing = $("#nothing"), expand = $("#expand");
  const layers = $$(".layer").map((element) => ({ element, groups: $$(".group", element).map((group) => ({
    element: group, wasOpen: group.open, name: group.dataset.name,
    rows: $$("tbody tr", group).map((row) => ({ element: row, text: `${group.dataset.name} ${row.textContent}`.toLowerCase() })),
  })) }));
  const groups = layers.flatMap((layer) => layer.groups);
  const total = groups.reduce((sum, group) => sum + group.rows.length, 0);
  const checked = (name) => $$(`input[name="${name}"]:checked`, tools).map((input) => input.value);

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = checked("severity"), fixable = checked("fixable").length > 0, exploited = checked("exploited").length > 0;
    const active = words.length > 0 || severities.length > 0 || fixable || exploited;
    let matches = 0;
    for (const group of groups) {
      group.matches = 0;
      for (const { element, text } of group.rows) {
        const data = element.dataset;
        const match = words.every((word) => text.includes(word)) && (!severities.length || severities.includes(data.s))
          && (!fixable || "f" in data) && (!exploited || "k" in data);
        element.hidden = !match;
        group.matches += match;
      }
      group.element.hidden = !group.matches;
      matches += group.matches;
    }
    for (const group of groups) group.element.open = active && matches <= 300 ? group.matches > 0 : group.wasOpen;
    for (const layer of layers) layer.element.hidden = !layer.groups.some((group) => group.matches);
    shown.textContent = active ? `${matches.toLocaleString("en")} of ${total.toLocaleString("en")} findings` : "";
    nothing.hidden = matches > 0;
  };
  search.addEventListener("input", later(filter));
  tools.addEventListener("change", (event) => { if (event.target.type === "checkbox") filter(); });
  tools.addEventListener("submit", (event) => event.preventDefault());

  $("#order").addEventListener("change", (event) => {
    const by = { count: (a, b) => b.rows.length - a.rows.length, name: (a, b) => compare(a.name, b.name) }[event.target.value];
    for (const { element, groups: own } of layers) element.append(...(by ? [...own].sort(by) : own).map((group) => group.element));
  });
  expand.addEventListener("click", () => {
    const open = groups.some((group) => !group.element.hidden && !group.element.open);
    for (const group of groups) group.element.open = group.wasOpen = open;
    expand.textContent = open ? "Close all" : "Open all";
  });
  if (groups.every((group) => group.wasOpen)) expand.textContent = "Close all";
  addEventListener("beforeprint", () => { if (total <= 2000) for (const group of groups) group.element.open = true; });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); tools.scrollIntoView({ block: "start" }); search.focus({ preventScroll: true }); }
  });
})();
