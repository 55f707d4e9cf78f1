// Runs the generated TypeScript types against a server: the typical first steps of an integrator.

import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { paths } from "./schema";

const [base, file] = process.argv.slice(2) as [string, string];
const accounts: { role: string; username: string; password: string }[] = JSON.parse(readFileSync(file, "utf8"));
// Lists are also available as CSV and XLSX; the second parameter selects JSON.
type Json = "application/json" | "application/problem+json";
const client = createClient<paths, Json>({ baseUrl: base });
type Headers = { Authorization: string };

function check(right: boolean, what: unknown): void {
  if (!right) throw new Error(JSON.stringify(what));
}

async function logIn(role: string): Promise<Headers> {
  const { username, password } = accounts.find((a) => a.role === role)!;
  const session = await client.POST("/sessions", { body: { username, password } });
  return { Authorization: `Bearer ${session.data!.access_token}` };
}

async function pageThrough(headers: Headers): Promise<void> {
  const seen = new Set<number>();
  let cursor: string | undefined;
  do {
    const query = cursor ? { year: 2021, limit: 50, cursor } : { year: 2021, limit: 50 };
    const page = await client.GET("/projects", { params: { query }, headers });
    check(page.data!.total === 152, page.data!.total);
    page.data!.items.forEach((project) => seen.add(project.id));
    cursor = page.data!.next_cursor;
  } while (cursor);
  check(seen.size === 152, seen.size);
}

// Creates twice with one idempotency key, reads, changes with If-Match, gets a 412. Returns the project's id.
async function change(headers: Headers): Promise<number> {
  const body = {
    name: "TypeScript 客户端项目示例", industry: "next_gen_it", area: "kenli", stage: "reserve" as const,
    nature: "expansion" as const, total_investment_wan: "1200.50",
  };
  const header = { "Idempotency-Key": "typescript-1" };
  const made = await client.POST("/projects", { params: { header }, body, headers });
  const again = await client.POST("/projects", { params: { header }, body, headers });
  check(made.response.status === 201 && made.data!.id === again.data!.id, [made, again]);
  const path = { project_id: made.data!.id };
  const read = await client.GET("/projects/{project_id}", { params: { path }, headers });
  check(read.data!.total_investment_wan === "1200.50", read);
  const held = { "If-Match": read.response.headers.get("ETag")! };
  const content = "由 TypeScript 客户端修改";
  const changed = await client.PATCH("/projects/{project_id}", { params: { path, header: held }, body: { content }, headers });
  check(changed.data!.content === content, changed);
  const stale = await client.PATCH("/projects/{project_id}", { params: { path, header: held }, body: { content }, headers });
  check(stale.response.status === 412 && stale.error!.code === "stale", stale);
  return path.project_id;
}

async function followTo(project: number, headers: Headers): Promise<void> {
  const kinds: string[] = [];
  let after = 0;
  while (!kinds.includes("project.updated")) {
    const query = { after, limit: 1000, wait: 2 };
    const feed = await client.GET("/events", { params: { query }, headers });
    check(feed.data!.items.length > 0 && feed.data!.next_after > after, feed.data);
    kinds.push(...feed.data!.items.filter((event) => event.project_id === project).map((event) => event.kind));
    after = feed.data!.next_after;
  }
  check(kinds.join() === "project.created,project.updated", kinds);
}

async function machine(): Promise<Headers> {
  const headers = await logIn("admin");
  const made = await client.POST("/clients", {
    body: { name: "TypeScript 平台", role: "viewer", scopes: ["projects:read"] }, headers,
  });
  // Clients of the commission and the auditor would wait for a second person: 202 with a proposal.
  if (!made.data || !("client_id" in made.data)) throw new Error(JSON.stringify(made.data));
  const { client_id, client_secret } = made.data;
  const token = await client.POST("/oauth/token", {
    body: { grant_type: "client_credentials", client_id, client_secret: client_secret! },
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    bodySerializer: (body) => new URLSearchParams(body as Record<string, string>),
  });
  return { Authorization: `Bearer ${token.data!.access_token}` };
}

async function main(): Promise<void> {
  const headers = await logIn("commission");
  const query = { year: 2021, through: "2021-05" };
  const table = await client.GET("/summaries/commitments", { params: { query }, headers });
  check(table.data!.total.registered.total_investment_wan === "14456800.00", table.data);
  await pageThrough(headers);
  await followTo(await change(headers), headers);
  const path = { project_id: 987654321 };
  const none = await client.GET("/projects/{project_id}", { params: { path }, headers: await machine() });
  check(none.error!.code === "not-found", none.error);
  console.log("typescript: ok");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
