"""What of Schemathesis's complaints is right as it is, for every API. The hooks of each API say what else they accept."""

import jsonschema_rs


def counts(failure, case, response):
    """Says whether a failure counts. ST201 and ST202 are the tester's own names for the two that need judgement."""
    if failure.code == "ST202":
        return not is_business_rule(case, response)
    if failure.code == "ST201":
        return not is_tolerated(case)
    return True


def is_business_rule(case, response):
    """Valid data was refused with 400.

    The specifications want 400 for an unknown id inside a body and wherever a rule forbids the action: the auth is not on
    hold, the bill is being paid, neither a query nor a category nor a place was given. No schema can say that. Values
    outside of the documented ones belong here as well: enumerations are open in a description, because answers may hold new
    values, while the sandbox refuses in a request what no document names.

    A read has no such rule, and what the decoder says ("is not acceptable", "is not valid JSON") is about the data's form,
    which the description claims to tell; both count as findings.
    """
    if response.status_code != 400 or case.method == "GET":
        return False
    message = response.json().get("message", "")
    return bool(message) and "is not acceptable" not in message and "is not valid JSON" not in message


def is_tolerated(case):
    """Data that violates the schema was accepted, and the specification wants it accepted.

    Null and absence mean the same for every optional member, and some documents print untidy forms: traps T1, T4, T5, T8 and
    T34 of Q2. A description says what may be sent, so it must not allow them to a client; where they are accepted it has
    `x-lenient`. A body that is valid after tidying is no finding.
    """
    request_body = case.operation.definition.raw.get("requestBody")
    if request_body is None:
        return False
    media = request_body["content"]["application/json"]
    document = case.operation.schema.raw_schema
    schema = media["schema"]
    validator = jsonschema_rs.Draft202012Validator(
        {"$ref": "#/body", "body": schema, "components": document["components"]}, validate_formats=True
    )
    return not validator.is_valid(case.body) and validator.is_valid(tidied(case.body, schema, document))


def tidied(value, schema, document):
    """The tidy form of a value, as far as the specification says what an untidy one means."""
    schema = resolved(schema, document)
    if isinstance(value, dict):
        members = schema.get("properties", {})
        required = schema.get("required", [])
        kept = {name: member for name, member in value.items() if member is not None or name in required}
        return {name: tidied(member, members.get(name, {}), document) for name, member in kept.items()}
    lenient = schema.get("x-lenient")
    if isinstance(value, list):
        return [tidied(element, schema.get("items", {}), document) for element in value]
    if lenient == "bool" and not isinstance(value, bool):
        return {"true": True, "false": False, "1": True, "0": False}.get(str(value).lower(), value)
    if lenient == "number" and isinstance(value, str) and value.isdigit():
        return int(value)
    if lenient == "array" and isinstance(value, str):
        return [part.strip(" '\"") for part in value.strip("[]").split(",")]
    return value


def resolved(schema, document):
    """A schema with its reference followed and its `allOf` merged; members beside a reference win."""
    if "$ref" in schema:
        target = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        schema = {**resolved(target, document), **{key: part for key, part in schema.items() if key != "$ref"}}
    for part in schema.get("allOf", []):
        schema = {**resolved(part, document), **schema}
    return schema
