// Runs the generated TypeScript types against a server: log in, list, sum, and read a problem.

import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { paths } from "./schema";

const [base, file] = process.argv.slice(2) as [string, string];
const accounts: { role: string; username: string; password: string }[] = JSON.parse(readFileSync(file, "utf8"));
const account = accounts.find((a) => a.role === "commission")!;
// Lists also come as CSV and workbooks: the second parameter says that this client speaks JSON.
type Json = "application/json" | "application/problem+json";
const client = createClient<paths, Json>({ baseUrl: base });

function check(right: boolean, what: unknown): void {
  if (!right) throw new Error(JSON.stringify(what));
}

async function main(): Promise<void> {
  const { username, password } = account;
  const session = await client.POST("/sessions", { body: { username, password } });
  const headers = { Authorization: `Bearer ${session.data!.access_token}` };
  const page = await client.GET("/projects", { params: { query: { year: 2021, limit: 5 } }, headers });
  check(page.data!.total === 152 && page.data!.items.length === 5, page);
  const id = page.data!.items[0]!.id;
  const one = await client.GET("/projects/{project_id}", { params: { path: { project_id: id } }, headers });
  check(one.data!.name === page.data!.items[0]!.name, one);
  const query = { year: 2021, through: "2021-05" };
  const table = await client.GET("/summaries/commitments", { params: { query }, headers });
  check(table.data!.total.registered.total_investment_wan === "14456800.00", table.data);
  const none = await client.GET("/projects/{project_id}", { params: { path: { project_id: 987654321 } }, headers });
  check(none.error!.code === "not-found", none.error);
  console.log("typescript: ok");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
