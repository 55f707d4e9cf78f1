// Tests the dashboard in headless Chromium: node walk.mjs BASE ACCOUNTS OUT BROWSER
// Every role, three window sizes, one month's work from filing to the printed bulletin.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [base, file, out, executablePath] = process.argv.slice(2);
const accounts = JSON.parse(readFileSync(file, "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args: flags });
const troubles = [];
let looked = 0;

function check(right, what) {
  if (!right) throw new Error(what);
}

async function open(username, viewport = { width: 1366, height: 768 }, scripts = true) {
  const context = await browser.newContext({ viewport, javaScriptEnabled: scripts, locale: "zh-CN" });
  const page = await context.newPage();
  page.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") troubles.push(`${page.url()}: console: ${m.text()}`); });
  page.on("pageerror", (e) => troubles.push(`${page.url()}: script: ${e.message}`));
  page.on("request", (r) => { if (!r.url().startsWith(base)) troubles.push(`${page.url()}: asks another host: ${r.url()}`); });
  page.on("dialog", (d) => d.accept());
  const account = accounts.find((a) => a.username === username);
  await page.goto(`${base}/log-in`);
  await page.fill("#username", account.username);
  await page.fill("#password", account.password);
  await page.click("main button.primary");
  await page.waitForLoadState("load");
  check(!page.url().includes("/log-in"), `${username} is not let in`);
  return page;
}

// Layout errors: a page wider than the window, or a truncated figure.
function crooked() {
  const found = [];
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) found.push(`the page is ${wide} px too wide`);
  for (const cell of document.querySelectorAll(".kpi .value, .figures td, .figures th, button, .badge, .light")) {
    const style = getComputedStyle(cell);
    if (style.overflowX !== "visible" && cell.scrollWidth > cell.clientWidth + 1) found.push(`cut: ${cell.textContent.trim().slice(0, 40)}`);
  }
  for (const value of document.querySelectorAll(".kpi .value")) {
    const card = value.closest(".card").getBoundingClientRect();
    const own = document.createRange();
    own.selectNodeContents(value);
    if (own.getBoundingClientRect().right > card.right + 1) found.push(`leaves its card: ${value.textContent.trim()}`);
  }
  for (const text of document.querySelectorAll(".chart text")) {
    const own = text.getBoundingClientRect();
    const drawing = text.ownerSVGElement.getBoundingClientRect();
    if (own.width > 0 && (own.left < drawing.left - 1 || own.right > drawing.right + 1)) found.push(`leaves its chart: ${text.textContent}`);
  }
  return found;
}

async function look(page, name, path) {
  if (path) {
    const answer = await page.goto(base + path);
    check(answer.status() === 200, `${path}: ${answer.status()}`);
  }
  looked += 1;
  for (const trouble of await page.evaluate(crooked)) troubles.push(`${name} ${page.url()}: ${trouble}`);
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run());
  for (const v of result.violations.filter((v) => ["serious", "critical"].includes(v.impact))) {
    troubles.push(`${name} ${page.url()}: ${v.id}: ${v.nodes[0].target.join(" ")} (${v.nodes.length})`);
  }
  await page.screenshot({ path: `${out}/${name}.png`, fullPage: true });
}

async function figure(page) {
  await page.goto(`${base}/?year=2021&through=2021-06`);
  const text = await page.locator(".kpi", { hasText: "完成投资" }).first().locator("p").innerText();
  return Math.round(Number(text.replace(/[^0-9.]/g, "")) * 100);
}

// Every role opens every page of its navigation bar, at both desktop sizes.
for (const { username } of accounts) {
  for (const [width, height] of [[1366, 768], [1920, 1080]]) {
    const page = await open(username, { width, height });
    const places = await page.locator("nav.places a").evaluateAll((links) => links.map((a) => a.getAttribute("href")));
    check(places.length > 0, `${username} finds no place`);
    for (const place of places) await look(page, `${username}-${width}${place.split("?")[0].replace(/\//g, "-")}`, place);
    await page.context().close();
  }
}

// The commission's detail pages, also in English.
const commission = await open("commission");
for (const path of ["/rankings?by=unit", "/promises?year=2021&through=2021-05&basis=initial", "/projects?light=red", "/months/2021-05", "/bulletins/2021-04", "/password"]) {
  await look(commission, `deep${path.replace(/[^a-z0-9]+/g, "-")}`, path);
}
const first = await commission.goto(`${base}/projects`).then(() => commission.locator("main table a[href^='/projects/']").first().getAttribute("href"));
await look(commission, "deep-project", first);

// Every number of the table links to a list with that sum.
await commission.goto(`${base}/promises?year=2021&through=2021-05`);
const lines = await commission.locator("table.promises tbody tr").evaluateAll((rows) => rows.map((row) => {
  const links = [...row.querySelectorAll("td a")];
  return { href: links[0].getAttribute("href"), figures: links.map((a) => a.textContent.trim()) };
}));
check(lines.length >= 13, "the promise table is short");
for (const line of lines) {
  await commission.goto(base + line.href);
  const sum = await commission.locator("tfoot tr.total").innerText();
  const [count, ...amounts] = line.figures;
  check(sum.includes(`${count} 个项目`), `${line.href}: ${count} projects are not in ${sum}`);
  for (const amount of amounts) check(sum.includes(amount), `${line.href}: ${amount} is not in ${sum}`);
}

// The owner files June, gets a warning first, and the commission returns the report.
const before = await figure(commission);
const owner = await open("owner-1");
await owner.goto(`${base}/filing`);
const form = await owner.locator("main a[href^='/filing/'][href*='/2021-06']").first().getAttribute("href");
await look(owner, "owner-form", form);
await owner.fill("#completed_wan", "90000.50");
await owner.fill("#progress", "设备到货，安装过半");
await owner.click("button[value=submit]");
await owner.waitForLoadState("load");
check(await owner.locator(".warnings .warn").count() > 0, "the owner is not warned before submitting");
await look(owner, "owner-warned");
await owner.fill("#completed_wan", "1250.50");
await owner.click("button[value=submit]");
await owner.waitForLoadState("load");
if (await owner.locator("button[value=submit]").count() > 0) {
  await owner.click("button[value=submit]");
  await owner.waitForLoadState("load");
}
check((await owner.locator(".notice").innerText()).includes("已提交"), "the report is not submitted");

await look(commission, "queue", "/review");
await commission.locator("input[name=report]").first().check();
await commission.fill("textarea[name=reason], input[name=reason]", "与支付凭证不符，请核对");
await commission.click("button[value=return]");
await commission.waitForLoadState("load");
check((await commission.locator(".notice").innerText()).includes("已退回"), "the report is not returned");
check(await figure(commission) === before, "a returned report counts");

await owner.goto(base + form);
check((await owner.locator("main").innerText()).includes("与支付凭证不符"), "the owner does not see why");
await owner.fill("#completed_wan", "1200.25");
await owner.click("button[value=submit]");
await owner.waitForLoadState("load");
if (await owner.locator("button[value=submit]").count() > 0) {
  await owner.click("button[value=submit]");
  await owner.waitForLoadState("load");
}
await commission.goto(`${base}/review`);
await commission.locator("input[name=report]").first().check();
await commission.click("button[value=confirm]");
await commission.waitForLoadState("load");
const after = await figure(commission);
check(after - before === 120025, `the figure rose by ${(after - before) / 100} 万元, not by 1200.25`);

// The form works without scripts, on a phone.
const telephone = await open("owner-2", { width: 390, height: 844 }, false);
await telephone.goto(`${base}/filing`);
const second = await telephone.locator("main a[href^='/filing/'][href*='/2021-06']").first().getAttribute("href");
await telephone.goto(base + second);
await telephone.fill("#completed_wan", "88.00");
await telephone.click("button[value=save]");
await telephone.waitForLoadState("load");
check(await telephone.inputValue("#completed_wan") === "88.00", "the draft is not kept");
await telephone.screenshot({ path: `${out}/telephone-form.png`, fullPage: true });
const narrow = await open("owner-2", { width: 390, height: 844 });
for (const path of ["/", "/filing", second]) await look(narrow, `telephone${path.split("?")[0].replace(/\//g, "-")}`, path);

// May is closed, published and printed.
await commission.goto(`${base}/months/2021-05`);
await commission.locator("form[action*='/closing'] button").click();
await commission.waitForLoadState("load");
await commission.goto(`${base}/bulletins`);
await commission.locator("form[action*='/2021-05/publication'] button").click();
await commission.waitForLoadState("load");
await look(commission, "bulletin", "/bulletins/2021-05");
await commission.goto(`${base}/files/bulletins/2021-05?format=html`);
const pdf = await commission.pdf({ preferCSSPageSize: true, printBackground: true });
writeFileSync(`${out}/bulletin-2021-05.pdf`, pdf);
const [, width, height] = pdf.toString("latin1").match(/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/) ?? [];
check(Math.abs(width - 842) < 3 && Math.abs(height - 595) < 3, `the bulletin prints on ${width} x ${height}, not on A4 landscape`);

// Language choice: English.
await commission.goto(base);
await commission.click("button[name=language]");
await commission.waitForLoadState("load");
check(await commission.getAttribute("html", "lang") === "en", "English is not chosen");
await look(commission, "english", "/");

await browser.close();
for (const trouble of [...new Set(troubles)]) console.log(trouble);
check(troubles.length === 0, `${troubles.length} trouble(s) on ${looked} looks`);
console.log(`walk: ok, ${looked} looks in ${accounts.length} accounts; the month's work counted 1200.25 万元`);
