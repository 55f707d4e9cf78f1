// Filter menus of lists: one open at a time; Escape or a click elsewhere closes it.

const menus = document.querySelectorAll("details.filter-menu");

function closeAll(but) {
  for (const menu of menus) if (menu !== but) menu.open = false;
}

for (const menu of menus) {
  menu.addEventListener("toggle", () => { if (menu.open) closeAll(menu); });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("details.filter-menu")) closeAll(null);
});
