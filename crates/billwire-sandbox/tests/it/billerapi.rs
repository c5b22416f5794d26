//! The emulated BillerAPI over HTTP, driven by a plain client.

mod calls;
mod credentials;
mod deliveries;
mod events;
mod faults;
mod idempotency;
mod limits;
mod linking;
mod magic_numbers;
mod mailboxes;
mod pages;
mod receivers;
mod requests;
mod shapes;
mod state;
mod syncs;
