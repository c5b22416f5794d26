"""Fills a fresh sandbox with a small world and writes what exists in it as word lists for Schemathesis.

Generated identifiers name nothing, so without this the tester would see little but 404. `cargo xtask probe-api` runs it
before the tester: `python world.py BILLERAPI-URL CONTROL-URL FOLDER`. Link flows and requests are made through the documented
API; the accounts come from the control API, which plays the user.
"""

import sys

from service import Service, save

# Magic account numbers whose login is accepted: section 8.2 of the specification.
GOOD_NUMBERS = ["4242424242", "4000000005", "4000000006", "4000000007"]

USERS = 6


def make_user(api, control, client_id, number):
    """A user with one linked account of each kind, a synchronisation, a link flow, a request to link and a mailbox."""
    user = f"probe-{number}"
    links = []
    for account_number in GOOD_NUMBERS:
        linked = control.post("/billerapi/accounts", {"clientUserId": user, "accountNumber": account_number})
        links.append(linked["accountLinkId"])
        api.post("/bills/sync/trigger", {"account_link_id": linked["accountLinkId"]})
    who = {"client_id": client_id, "client_user_id": user}
    wish = {**who, "consents": ["bills"], "biller_id": "test_electric_company"}
    flow, visited = api.post("/link/token/create", wish), api.post("/link/token/create", wish)
    public = control.post(f"/billerapi/links/{visited['link_token_id']}/visit", {})["publicToken"]
    request = api.post("/request-to-link/create", {"client_user_id": user})
    mailbox = {"user_id": user, "client_id": client_id}
    api.post("/emails/gmail/oauth-url", mailbox)
    api.post("/emails/gmail/connect", mailbox)
    return user, links, flow["link_token_id"], request["id"], public


def main(billerapi_url, control_url, folder):
    control = Service(control_url)
    credentials = control.get("/info")["credentials"]
    client_id, secret = credentials["billerapiClientId"], credentials["billerapiClientSecret"]
    api = Service(billerapi_url, {"X-Client-ID": client_id, "X-Client-Secret": secret})
    made = [make_user(api, control, client_id, number) for number in range(USERS)]
    links = [link for _, found, _, _, _ in made for link in found]
    # Synchronisations run in virtual time.
    control.call("PUT", "/clock", {"advance": "PT10S"})
    bills = [
        bill["id"] for link in links for bill in api.get(f"/bills/get?account_link_id={link}&limit=100")["bills"]
    ]
    words = {
        "users": [user for user, _, _, _, _ in made],
        "links": links,
        "flows": [flow for _, _, flow, _, _ in made],
        "requests": [request for _, _, _, request, _ in made],
        "tokens": [public for _, _, _, _, public in made],
        "bills": bills,
        "billers": [biller["id"] for biller in api.get("/billers?limit=100")["data"]],
        "clients": [client_id],
    }
    if not bills:
        sys.exit("no account has a bill")
    save(folder, words, {"BILLWIRE_PROBE_CLIENT": client_id, "BILLWIRE_PROBE_SECRET": secret})


if __name__ == "__main__":
    main(*sys.argv[1:])
