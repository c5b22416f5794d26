//! A faithful local sandbox of bill-pay and card-swap APIs: stateful, on virtual time, with real signed webhooks.
