//! What goes out: pure writers, text and tables.

mod cell;
mod report;

pub use report::Quarterly;
