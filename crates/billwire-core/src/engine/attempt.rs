//! Work under a time limit.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// The output of `work`, or `None` when `limit` is ready first. An answer that is ready at the same time wins.
pub(crate) async fn first_of<T>(work: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    let (mut work, mut limit) = (pin!(work), pin!(limit));
    poll_fn(|context| {
        if let Poll::Ready(output) = work.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        limit.as_mut().poll(context).map(|()| None)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn an_answer_that_is_ready_together_with_the_limit_wins() {
        assert_eq!(first_of(ready(17), ready(())).await, Some(17));
        assert_eq!(first_of(pending::<u8>(), ready(())).await, None);
        assert_eq!(first_of(ready(17), pending()).await, Some(17));
    }
}
