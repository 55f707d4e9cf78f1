//! Parses the command line, starts logging, runs one command.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Option of the allocator: milliseconds after which freed memory goes back to the system. With its
/// own default of a second, which counts tenfold, twice as much memory stays after load.
#[cfg(unix)]
const PURGE_DELAY: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "10");

fn main() -> ExitCode {
    #[cfg(unix)]
    set_purge_delay();
    major_projects::run()
}

/// Starts the program again, as the same process, with [`PURGE_DELAY`], unless the operator chose one.
/// The allocator reads its options before `main`. If it fails, the program goes on without.
#[cfg(unix)]
fn set_purge_delay() {
    use std::os::unix::process::CommandExt as _;
    let (name, value) = PURGE_DELAY;
    let mut arguments = std::env::args_os();
    let (Ok(program), Some(own_name)) = (std::env::current_exe(), arguments.next()) else { return };
    if std::env::var_os(name).is_none() {
        let mut again = std::process::Command::new(program);
        let _ = again.arg0(own_name).args(arguments).env(name, value).exec();
    }
}
