//! The blocking example runs, signs, and gets its answer.

#[path = "../../examples/blocking.rs"]
mod example;

#[test]
fn the_example_runs() {
    example::main().expect("the example works");
}
