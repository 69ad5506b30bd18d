"""Parameters of the address: each at most once, because two readers would pick different ones."""

from flask import request

from survey_server import problems


def once_each() -> None:
    """Raises ParamRepeated."""
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        raise problems.ParamRepeated(
            errors=[{"pointer": f"/{name}", "code": "param_repeated"} for name in repeated]
        )
