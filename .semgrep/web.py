# Examples for the rules of web.yml: `ruleid` must be found, `ok` must not. Never run.


def back():
    # ruleid: redirect-elsewhere
    return redirect(request.args.get("next", "/"))


def back_after_a_look():
    target = request.form["next"]
    # ruleid: redirect-elsewhere
    return redirect(target, 303)


def back_here():
    # ok: redirect-elsewhere
    return redirect(_local(request.args.get("next", "")) or url_for("web.home"), 303)


def shown(name):
    # ruleid: unescaped-markup
    return Markup(f"<b>{name}</b>")


def made(name):
    # ruleid: unescaped-markup
    return render_template_string("<b>" + name + "</b>")


def shown_well(name):
    # ok: unescaped-markup
    return render_template("shown.html", name=name)


def picture(path):
    # ruleid: file-shown-in-page
    return send_file(path)


def archive(path):
    # ok: file-shown-in-page
    return send_file(path, as_attachment=True, download_name="census.zip")


# ruleid: server-fetches-addresses
import urllib3

# ruleid: server-fetches-addresses
from urllib.request import urlopen

# ok: server-fetches-addresses
from urllib.parse import quote


def signed_in(response, token):
    # ruleid: cookie-that-scripts-can-read
    response.set_cookie("session", token)
    # ruleid: cookie-that-scripts-can-read
    response.set_cookie("session", token, httponly=False, samesite="Lax", secure=True)
    # ok: cookie-that-scripts-can-read
    response.set_cookie("session", token, path="/", secure=True, samesite="Lax", httponly=True)
