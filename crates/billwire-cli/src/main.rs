//! The `billwire` command.

fn main() {}
