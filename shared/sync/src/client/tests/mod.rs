//! The client against a stand-in for the hub's sync states.
