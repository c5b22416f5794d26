"""Fills a fresh sandbox with a small world and writes what exists in it as word lists for Schemathesis.

Generated identifiers name nothing, so without this the tester would see little but 404. `cargo xtask probe-api` runs it
before the tester: `python world.py Q2-URL CONTROL-URL FOLDER`. Everything goes through the documented API; the clock is moved
through the control API.
"""

import sys

from service import Service, save

# How the test companies let a caller choose what happens: section 11.2 of the specification.
UPCOMING = {"balance": "42.50", "dueDate": "06/01/2026", "status": "upcoming"}
OVERDUE = {"balance": "13.00", "dueDate": "02/01/2026", "status": "overdue"}
PAID = {"balance": "20.00", "dueDate": "02/01/2026", "status": "paid"}
ON_HOLD = {"balance": "", "dueDate": "", "status": "hold"}
QUESTIONS = {"balance": "9.99", "dueDate": "06/01/2026", "status": "mfa-required-questions"}

# Requests of the tester delete auths and payment methods; with several clients some are left until its end.
CLIENTS = 8


def card(identifier):
    # The documents' own test number.
    return {
        "identifier": identifier,
        "cardNumber": "4111111111111111",
        "cardCode": "123",
        "expMonth": "02",
        "expYear": "2040",
        "zipcode": "12345",
        "name": "Demo User",
    }


def make_client(api, companies, number):
    """A client with a token, two cards, a bank account, and a login in every state that a test company offers."""
    identifier = f"probe-{number}"
    synced = api.post(
        "/client/sync",
        {"client": {"identifier": identifier}, "token": {}, "cards": [card(f"{identifier}-a"), card(f"{identifier}-b")]},
    )
    client = synced["clientId"]
    bank = {"routingNumber": "021000021", "accountNumber": "9900000002", "accountType": "checking", "name": "Demo User"}
    api.post("/payment", {"clientId": client, "paymentType": "bank", **bank})
    for company, form in zip(companies, [UPCOMING, OVERDUE, PAID, ON_HOLD, QUESTIONS]):
        api.post("/auth", {"clientId": client, "companyId": company, "items": ["bill"], "form": form})
    return identifier, client, synced["ssoToken"]


def main(q2_url, control_url, folder):
    control = Service(control_url)
    credentials = control.get("/info")["credentials"]
    key = credentials["q2ApiKeys"][0]
    api = Service(q2_url, {"Authorization": f"Bearer {key}"})
    found = api.post("/company/search", {"query": "Regular Company"})["data"]
    companies = [company["_id"] for company in found]
    made = [make_client(api, companies, number) for number in range(CLIENTS)]
    # Logins are checked and bills fetched in virtual time. Not so long that the questions go unanswered into a hold.
    control.call("PUT", "/clock", {"advance": "PT2M"})

    auths, bills, methods = [], [], []
    for _, client, _ in made:
        of_client = api.get(f"/auth/list/{client}")["data"]
        methods_of_client = api.get(f"/payment/list/{client}")["data"]
        verified = next(auth["_id"] for auth in of_client if auth["status"]["type"] == "verified")
        card_id = next(method["_id"] for method in methods_of_client if method["type"] == "card")
        api.post("/swap/create", {"authId": verified, "paymentMethodId": card_id})
        auths += of_client
        methods += methods_of_client
        bills += [entry["bill"]["_id"] for entry in api.get(f"/bill/list/{client}")["data"]]
    words = {
        "identifiers": [identifier for identifier, _, _ in made],
        "clients": [client for _, client, _ in made],
        "tokens": [token for _, _, token in made],
        "companies": companies,
        "auths": [auth["_id"] for auth in auths],
        "bills": bills,
        "methods": [method["_id"] for method in methods],
        "questions": [
            question["identifier"] for auth in auths for question in auth.get("mfa", {}).get("mfa", [])
        ],
        "keys": [key["kid"] for key in api.get("/partner/public-keys")["keys"]],
        "partners": [credentials["q2PartnerId"]],
    }
    save(folder, words, {"BILLWIRE_PROBE_KEY": key})


if __name__ == "__main__":
    main(*sys.argv[1:])
