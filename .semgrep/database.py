# Examples for the rules of database.yml: `ruleid` must be found, `ok` must not. Never run.
TABLE = "areas"


def with_a_name(session, name):
    # ruleid: sql-of-parts
    session.execute(text(f"SELECT * FROM areas WHERE name = '{name}'"))
    # ruleid: sql-of-parts
    session.execute(text(f"SELECT * FROM areas" f" WHERE name = '{name}'"), {"a": 1})
    # ruleid: sql-of-parts
    connection.exec_driver_sql(f"SELECT * FROM areas WHERE code = '{name.upper()}'")
    # ok: sql-of-parts
    session.execute(text(f"SELECT * FROM {TABLE} WHERE name = :name"), {"name": name})
    # ok: sql-of-parts
    session.execute(text("SELECT * FROM areas WHERE name = :name"), {"name": name})


def put_together(session, cursor, name):
    # ruleid: sql-of-concatenation
    session.execute(text("SELECT * FROM areas WHERE name = " + name))
    # ruleid: sql-of-concatenation
    session.execute(text("SELECT * FROM areas WHERE name = '%s'" % name))
    # ruleid: sql-of-concatenation
    session.execute(text("SELECT * FROM areas WHERE name = '{}'".format(name)))
    # ruleid: sql-of-concatenation
    cursor.execute("SELECT '%s'" % name)
    # ok: sql-of-concatenation
    cursor.execute("SELECT %s", (name,))


def asked():
    name = request.args["name"]
    statement = "SELECT * FROM areas WHERE name = " + name
    # ruleid: request-in-sql
    session.execute(text(statement))
    # ok: request-in-sql
    session.execute(text("SELECT * FROM areas WHERE name = :name"), {"name": name})


def kept(session):
    # ruleid: commit-below-the-edges
    session.commit()
    # ok: commit-below-the-edges
    session.flush()
