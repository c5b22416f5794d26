"""Fills a fresh sandbox with a small world and writes what exists in it as word lists for Schemathesis.

Generated identifiers name nothing, so without this the tester would see little but 404. `cargo xtask probe-api` runs it
before the tester: `python world.py UNBILL-URL CONTROL-URL FOLDER`. Everything goes through the documented API.
"""

import sys

from service import Service, save

# The user names that choose what becomes of a login: section 9 of the specification.
FINISHED = ["test", "testupcoming", "testpaid", "testsyncing"]
ASKING = ["testmfaquestions", "testmfacode"]

# Requests of the tester delete auths and payment methods; with several clients some are left until its end.
CLIENTS = 8


def form(user):
    return {"username": user, "password": "test"}


def make_client(api, companies, number):
    """A client with two cards, a bank account, a login for every outcome, and two challenges."""
    identifier = f"probe-{number}"
    client = api.post("/client", {"identifier": identifier})["clientId"]
    # The documents' own test number.
    card = {"cardNumber": "4111111111111111", "cardCode": "123", "expMonth": "02", "expYear": "2040", "zipcode": "12345"}
    bank = {"routingNumber": "021000021", "accountNumber": "9900000002", "accountType": "checking"}
    for kind, numbers in [("card", card), ("card", card), ("bank", bank)]:
        api.post("/payment", {"clientId": client, "paymentType": kind, "name": "Demo User", **numbers})
    for company, user in zip(companies, FINISHED):
        api.post("/auth", {"clientId": client, "companyId": company, "form": form(user)})
    asked = [
        api.post("/auth", {"clientId": client, "companyId": companies[-1], "form": form(user)}) for user in ASKING
    ]
    return identifier, client, asked


def main(unbill_url, control_url, folder):
    key = Service(control_url).get("/info")["credentials"]["unbillApiKeys"][0]
    api = Service(unbill_url, {"Authorization": f"Bearer {key}"})
    found = api.post("/company/search", {"query": "Test"})["data"]
    companies = [company["_id"] for company in found]
    if len(companies) <= len(FINISHED):
        sys.exit(f"the world holds {len(companies)} companies: too few for one login each")
    made = [make_client(api, companies, number) for number in range(CLIENTS)]
    clients = [client for _, client, _ in made]
    challenges = [challenge for _, _, asked in made for challenge in asked]
    words = {
        "identifiers": [identifier for identifier, _, _ in made],
        "clients": clients,
        "companies": companies,
        "auths": [auth["_id"] for client in clients for auth in api.get(f"/auth/list/{client}")["data"]],
        "bills": [entry["bill"]["_id"] for client in clients for entry in api.get(f"/bill/list/{client}")["data"]],
        "methods": [method["_id"] for client in clients for method in api.get(f"/payment/list/{client}")["data"]],
        "challenges": [challenge["token"] for challenge in challenges],
    }
    save(folder, words, {"BILLWIRE_PROBE_KEY": key})


if __name__ == "__main__":
    main(*sys.argv[1:])
