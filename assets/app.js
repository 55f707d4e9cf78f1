// Progressive enhancement: every page works without this script.

// Changing year, month or basis submits the form at once.
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.submit());
}

// Prevents submitting a form twice.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
// After the back button the form can be submitted again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Tooltip of chart marks on hover and focus, without the delay of the browser's own.
const tip = document.createElement("div");
tip.className = "tip";
tip.setAttribute("aria-hidden", "true");
tip.hidden = true;
document.body.append(tip);

function show(mark) {
  tip.textContent = mark.getAttribute("aria-label");
  tip.hidden = false;
  const of = mark.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const left = Math.min(Math.max(of.left + of.width / 2 - own.width / 2, 4), window.innerWidth - own.width - 4);
  const above = of.top - own.height - 8;
  tip.style.setProperty("left", `${left + window.scrollX}px`);
  tip.style.setProperty("top", `${(above < 0 ? of.bottom + 8 : above) + window.scrollY}px`);
}

for (const mark of document.querySelectorAll(".mark")) {
  const title = mark.querySelector("title");
  if (title) title.remove();
  for (const kind of ["mouseenter", "focus"]) mark.addEventListener(kind, () => show(mark));
  for (const kind of ["mouseleave", "blur"]) mark.addEventListener(kind, () => { tip.hidden = true; });
}

// A checkbox that selects all rows of its table.
for (const all of document.querySelectorAll("input[data-all]")) {
  const boxes = document.querySelectorAll(`input[name="${all.dataset.all}"]`);
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
}

// Asks for confirmation of irreversible actions.
for (const button of document.querySelectorAll("button[data-sure]")) {
  button.addEventListener("click", (event) => {
    if (!window.confirm(button.dataset.sure)) event.preventDefault();
  });
}

document.documentElement.classList.add("scripted");
