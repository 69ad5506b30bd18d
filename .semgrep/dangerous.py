# Examples for the rules of dangerous.yml: `ruleid` must be found, `ok` must not. Never run.
# ruleid: code-from-data
import pickle

# ok: code-from-data
import json

# ruleid: secret-drawn-by-chance
from random import choice

# ok: secret-drawn-by-chance
from secrets import token_urlsafe


def read(data):
    # ruleid: code-from-data
    yaml.load(data)
    # ok: code-from-data
    yaml.load(data, Loader=yaml.SafeLoader)
    # ok: code-from-data
    yaml.safe_load(data)
    # ruleid: code-from-data
    eval(data)


def called(name, context):
    # ruleid: shell
    subprocess.run("ls " + name, check=True, shell=True)
    # ruleid: shell
    os.system(name)
    # ok: shell
    subprocess.run(["ls", name], check=True)
    # ruleid: certificate-not-checked
    fetch(name, verify=False)
    # ruleid: certificate-not-checked
    context.check_hostname = False
    # ok: certificate-not-checked
    fetch(name, verify=True)


def moments():
    # ruleid: time-without-zone
    datetime.now()
    # ruleid: time-without-zone
    date.today()
    # ok: time-without-zone
    datetime.now(UTC)


def xml(data, parser):
    # ruleid: xml-with-entities
    etree.fromstring(data)
    # ruleid: xml-with-entities
    etree.XMLParser(huge_tree=False)
    # ok: xml-with-entities
    etree.fromstring(data, parser)
    # ok: xml-with-entities
    etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def unpacked(archive, folder):
    # ruleid: archive-unpacked-whole
    archive.extractall(folder)
    # ok: archive-unpacked-whole
    archive.read("form.xml")
