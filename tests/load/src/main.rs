//! Load and kill tests of the hub, and its measurements.
//!
//! `docket-load faults [--kills 50] [--seed 1]` kills the hub's process at random moments under load and looks for
//! acknowledged changes that are gone. `docket-load bench` measures. `docket-load soak [--minutes 10] [--seed 1]` has forty
//! people work while a vendor attacks. All start `scripts/serve` on a folder of their
//! own, talk to it over loopback, and end it.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod faults;
mod hub;
mod random;
mod soak;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: u64| {
        let place = arguments.iter().position(|argument| argument == name);
        place
            .and_then(|place| arguments.get(place + 1)?.parse().ok())
            .unwrap_or(default)
    };
    let done = match arguments.first().map(String::as_str) {
        Some("faults") => faults::run(number("--kills", 50), number("--seed", 1)),
        Some("bench") => bench::run(number("--seconds", 10), number("--documents", 10_000)),
        Some("soak") => soak::run(number("--minutes", 10), number("--seed", 1)),
        _ => Err(
            "usage: docket-load faults [--kills 50] [--seed 1] | bench [--seconds 10] [--documents 10000] | \
             soak [--minutes 10] [--seed 1]"
                .into(),
        ),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
