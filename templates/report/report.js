"use strict";
(() => {
  const AT_ONCE = 250; // rows that are laid out at once: a long table must not keep anybody waiting

  // Until the table is complete, rows beyond the first are not laid out; without this script all are.
  document.documentElement.classList.add("filtering");
  document.addEventListener("DOMContentLoaded", () => {
    if (document.getElementById("filter")) filter(document.getElementById("filter"));
    document.documentElement.classList.remove("filtering");
  });

  const filter = (form) => {
    const rows = [...document.querySelectorAll("table.places tbody tr")];
    const number = (count) => count.toLocaleString("en-US");
    const field = (id) => document.getElementById(id);
    const [words, kind, where, cause] = ["words", "kind", "where", "cause"].map(field);
    const known = rows.map((row) => {
      const cells = [...row.cells].map((cell) => cell.textContent);
      return { row, kind: row.className, where: cells[1], cause: cells[4], text: cells.slice(1).join(" ").toLowerCase() };
    });
    let limit = AT_ONCE;

    const show = () => {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      for (const one of known) {
        const fits =
          (!kind.value || one.kind === kind.value) &&
          (!where.value || one.where === where.value) &&
          (!cause.value || one.cause === cause.value) &&
          wanted.every((word) => one.text.includes(word));
        if (fits) found += 1;
        one.row.hidden = !fits || found > limit;
      }
      const shown = Math.min(found, limit);
      const of = found === known.length ? `of ${number(known.length)} findings` : `of ${number(found)} that fit, of ${number(known.length)} findings`;
      field("shown").textContent = found ? `Showing ${number(shown)} ${of}.` : "Nothing fits. Show everything, or look for something else.";
      field("rest").hidden = shown === found;
    };
    const again = () => {
      limit = AT_ONCE;
      show();
    };

    form.hidden = false;
    form.addEventListener("input", again);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(again));
    field("further").addEventListener("click", () => {
      limit += AT_ONCE * 4;
      show();
    });
    for (const link of document.querySelectorAll("a[data-show]")) {
      link.addEventListener("click", () => {
        form.reset();
        cause.value = link.dataset.show;
        again();
        field("table").focus({ preventScroll: true });
      });
    }
    show();
  };
})();
