//! The emulated BillerAPI on the handle.

use super::steer::BillerApi;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// Steers the emulated BillerAPI: its switches, and what users and billers do outside the API.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), billwire_sandbox::Error> {
    /// use billwire_sandbox::{AccountToLink, BillToCome, Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let linked = sandbox.billerapi().link_account(&AccountToLink::of_user("user_1")).await?;
    /// // The next synchronisation finds it.
    /// sandbox.billerapi().issue_bill(&linked.account_link_id, BillToCome::of(12_345))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn billerapi(&self) -> BillerApi<'_> {
        BillerApi::of(&self.shared)
    }
}
