"""What Schemathesis may complain about, with the reason of each. Anything else that it finds fails the run.

And what has to be added to a generated request before it can get further than the first check of the sandbox.
"""

import schemathesis
from judgement import counts

# A login form for every test company. The tester cannot know them: a company names its own login fields.
LOGIN_FIELDS = {"balance": "42.50", "dueDate": "06/01/2026", "status": ""}


@schemathesis.hook.apply_to(path="/auth", method="POST")
def map_body(context, body):
    if isinstance(body, dict) and isinstance(body.get("form"), dict):
        body = {**body, "form": {**body["form"], **LOGIN_FIELDS}}
    return body


@schemathesis.hook
def filter_failure(context, failure, case, response):
    return counts(failure, case, response)
