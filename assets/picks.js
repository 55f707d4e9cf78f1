// Filter menus of lists: one open at a time; Escape or a click elsewhere closes it.

const picks = document.querySelectorAll("details.pick");

function closeAll(but) {
  for (const pick of picks) if (pick !== but) pick.open = false;
}

for (const pick of picks) {
  pick.addEventListener("toggle", () => { if (pick.open) closeAll(pick); });
  pick.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !pick.open) return;
    pick.open = false;
    pick.querySelector("summary").focus();
  });
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("details.pick")) closeAll(null);
});
