# Examples for the rules of secrets.yml: `ruleid` must be found, `ok` must not. Never run.


def compared(token, sent, devices, kept_password):
    # ruleid: secret-compared-with-equals
    right = token == sent
    # ruleid: secret-compared-with-equals
    wrong = sent != kept_password
    # ok: secret-compared-with-equals
    right = hmac.compare_digest(token, sent)
    # ok: secret-compared-with-equals
    empty = token == ""
    # ok: secret-compared-with-equals
    found = devices.c.token_sha256 == sent
    # ok: secret-compared-with-equals
    several = len(tokens) != 2


def logged(answers, interview, token, body):
    # ruleid: secret-or-answer-in-log
    log.info("came in", what=interview.answers)
    # ruleid: secret-or-answer-in-log
    log.warning("refused", token[:4])
    # ruleid: secret-or-answer-in-log
    log.error("odd", got=request.form)
    # ok: secret-or-answer-in-log
    log.info("came in", interview=interview.id)
    # ok: secret-or-answer-in-log
    log.error("body damaged", batch=1)
    # ruleid: secret-named-in-log
    log.info("signed in", username=who)
    # ok: secret-named-in-log
    log.info("signed in", person=who)
    # ruleid: log-put-together
    log.info(f"came in: {interview}")
    # ruleid: log-put-together
    log.exception("failed")
    # ok: log-put-together
    log.error("failed", why=type(error).__name__)


def defaults(env):
    # ruleid: secret-with-a-default
    key = env.get("SURVEY_SIGNING_KEY", "changeme")
    # ok: secret-with-a-default
    key = env.get("SURVEY_SIGNING_KEY", "")
    # ok: secret-with-a-default
    level = env.get("SURVEY_LOG_LEVEL", "info")
