//! The hub, rule by rule.
