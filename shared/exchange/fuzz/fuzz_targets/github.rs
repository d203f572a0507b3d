#![no_main]

use docket_exchange::Format;

libfuzzer_sys::fuzz_target!(|data: &[u8]| docket_exchange_fuzz::import(Format::GitHub, data));
