(() => {
  const form = document.getElementById("search"), words = form.querySelector("input"), said = form.querySelector("output");
  const rows = [...document.querySelectorAll("tbody tr")].map(row => [row, row.textContent.toLowerCase()]);
  const folded = [...document.querySelectorAll("details")];
  const search = () => {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter(([row, text]) => !(row.hidden = !asked.every(word => text.includes(word)))).length;
    for (const part of folded) part.open = asked.length > 0 && part.querySelector("tbody tr:not([hidden])") !== null;
    said.textContent = asked.length > 0 ? `${found} of ${rows.length} rows` : "";
  };
  words.addEventListener("input", search);
  form.addEventListener("submit", event => event.preventDefault());
  addEventListener("beforeprint", () => folded.forEach(part => part.open = true));
  form.hidden = false;
})();
