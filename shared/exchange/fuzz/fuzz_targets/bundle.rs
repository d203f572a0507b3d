#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| docket_exchange_fuzz::bundle(data));
