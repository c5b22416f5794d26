//! The documented rate limits.

use crate::operation::RateLimit;

const GROUPS: &str = "BillerAPI description, section 3.5 \"Rate limits\", table by group";
const METHODS: &str = "BillerAPI description, section 3.5 \"Rate limits\", table by method";

/// The documented limits, equal in sandbox and production. Two tables contradict each other: the one by group decides
/// for its three groups, the one by method for everything else.
///
/// The window is a minute; that it is fixed and begins with its first request is `inferred`.
///
/// Source: BillerAPI description, section 3.5 "Rate limits"; section 10 "Contradictions and recommended decisions", C10.
pub const RATE_LIMITS: &[RateLimit] = &[
    RateLimit {
        group: "authentication",
        requests: 5,
        per_seconds: 60,
        counted_per: "IP address",
        source: GROUPS,
    },
    RateLimit { group: "link", requests: 100, per_seconds: 60, counted_per: "client", source: GROUPS },
    RateLimit { group: "biller", requests: 200, per_seconds: 60, counted_per: "client", source: GROUPS },
    RateLimit {
        group: "write",
        requests: 100,
        per_seconds: 60,
        counted_per: "client and environment",
        source: METHODS,
    },
    RateLimit {
        group: "read",
        requests: 1000,
        per_seconds: 60,
        counted_per: "client and environment",
        source: METHODS,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billerapi::operations;
    use crate::operation::{Method, Operation};

    /// Contradiction C10: the groups' own limits, and those of the methods elsewhere.
    #[test]
    fn every_operation_has_one_documented_limit() {
        for operation in operations::ALL {
            let group = operation.rate_group.expect("a group");
            let rows: Vec<_> = RATE_LIMITS.iter().filter(|row| row.group == group).collect();
            assert_eq!(rows.len(), 1, "{}", operation.name());
            assert_eq!(group, expected(operation), "{}", operation.name());
        }
    }

    /// The numbers of the documents, written down a second time.
    #[test]
    fn the_limits_are_those_of_the_documents() {
        let rows = RATE_LIMITS.iter().map(|row| (row.group, row.requests, row.per_seconds));
        let expected = [
            ("authentication", 5, 60),
            ("link", 100, 60),
            ("biller", 200, 60),
            ("write", 100, 60),
            ("read", 1000, 60),
        ];
        assert_eq!(rows.collect::<Vec<_>>(), expected);
    }

    fn expected(operation: &Operation) -> &'static str {
        let path = operation.path;
        if path.starts_with("/iam/") {
            "authentication"
        } else if path.starts_with("/link/") || path.starts_with("/request-to-link/") {
            "link"
        } else if path.starts_with("/billers") {
            "biller"
        } else if operation.method == Method::Get {
            "read"
        } else {
            "write"
        }
    }
}
