//! Where contracts play: a sandbox inside this process, one for each rule.

use std::sync::Arc;

use billwire::crypto::AwsLcProvider;
use billwire_sandbox::Sandbox;

use crate::suite::Service;

/// What keeps a sandbox running.
pub(crate) type Held = Sandbox;

/// A fresh sandbox on a frozen clock.
pub(crate) async fn start() -> (Service, Held) {
    let sandbox = Sandbox::builder().provider(Arc::new(AwsLcProvider)).start().await.expect("a sandbox");
    let info = serde_json::to_value(sandbox.info()).expect("JSON");
    (Service::new(info), sandbox)
}
