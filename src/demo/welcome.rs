//! Start message of the demonstration.

#![expect(clippy::print_stdout, reason = "a command answers on stdout")]

use std::net::SocketAddr;
use std::path::Path;

use chrono::NaiveDate;

use crate::demo::accounts::{Account, file};

/// Prints the addresses, the accounts and three commands to paste.
pub(crate) fn print(
    address: &SocketAddr,
    today: NaiveDate,
    projects: usize,
    data_dir: &Path,
    accounts: &[Account],
) {
    let api = format!("http://{address}/api/v1");
    println!(
        "\nMajor Projects, demonstration: {projects} synthetic projects (示例) under the plan of 2021."
    );
    println!("The business day is fixed at {today} (--today); the clock is the system's.\n");
    println!("  dashboard   http://{address}/");
    println!("  API         {api}");
    println!("  Swagger UI  http://{address}/docs/");
    println!("  accounts    {}", file(data_dir).display());
    for account in accounts {
        let of = account.unit.as_deref().or(account.area.as_deref()).unwrap_or("");
        println!(
            "              {:<11} {:<11} {} {of}",
            account.role, account.username, account.password
        );
    }
    if let Some(account) = accounts.first() {
        println!("\nCommands to try:\n");
        println!(
            "TOKEN=$(curl -s {api}/sessions -H 'Content-Type: application/json' -d '{{\"username\":\"{}\",\"password\":\"{}\"}}' | sed -E 's/.*\"access_token\":\"([^\"]+)\".*/\\1/')",
            account.username, account.password
        );
        println!(
            "curl -s -H \"Authorization: Bearer $TOKEN\" '{api}/summaries/commitments?year=2021&through=2021-05'"
        );
        println!(
            "curl -s -H \"Authorization: Bearer $TOKEN\" '{api}/projects?year=2021&sort=-total_investment_wan&limit=3'"
        );
    }
    println!("\nStop with Ctrl-C; the data is kept for the next start.");
}
