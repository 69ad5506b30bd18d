"""JSON over HTTP for tablets, supervisors and data managers.

Each view loads, opens the transaction, calls one service, commits and dumps. What may go wrong is
a problem, written in one place (errors).
"""

from apiflask import APIFlask

from survey_server.api import (
    admission,
    attachments,
    audit,
    coverage,
    devices,
    documenting,
    errors,
    findings,
    forms,
    health,
    intake,
    matches,
    messages,
    people,
    quarantine,
    releases,
    reviews,
    rules,
    sync,
    traffic,
)


def register(app: APIFlask) -> None:
    errors.register(app)
    traffic.register(app)
    audit.register(app)
    admission.register(app)
    documenting.register(app)
    for subject in (health, people, forms, devices, intake, coverage, findings, rules, releases):
        app.register_blueprint(subject.blueprint)
    app.register_blueprint(attachments.blueprint)
    app.register_blueprint(audit.blueprint)
    app.register_blueprint(matches.blueprint)
    app.register_blueprint(reviews.blueprint)
    app.register_blueprint(messages.blueprint)
    app.register_blueprint(sync.blueprint)
    app.register_blueprint(quarantine.blueprint)
