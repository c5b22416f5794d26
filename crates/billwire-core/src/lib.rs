//! The transport-agnostic client of billwire: typed call to request to answer or error, without a runtime.
