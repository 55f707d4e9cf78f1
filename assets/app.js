// What makes pages quicker to use. Everything works without it.

// A choice at the head of a page shows at once.
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.submit());
}

// A form that was sent is not sent again by an impatient hand.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
// Whoever comes back by the browser's own button may send again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// The value of a mark, beside it, on hover and on focus: at once, where the browser's own hint waits.
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

// One box ticks all of its table.
for (const all of document.querySelectorAll("input[data-all]")) {
  const boxes = document.querySelectorAll(`input[name="${all.dataset.all}"]`);
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
}

// What cannot be taken back is asked for once more.
for (const button of document.querySelectorAll("button[data-sure]")) {
  button.addEventListener("click", (event) => {
    if (!window.confirm(button.dataset.sure)) event.preventDefault();
  });
}

document.documentElement.classList.add("scripted");
