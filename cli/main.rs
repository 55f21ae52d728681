//! langlet
fn main() {}
