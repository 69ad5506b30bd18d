"""How the values of each type are spelled, as patterns: one place for readers and for JSON Schema.

The patterns are exact (30 February is no date, 91 no latitude), so that whoever holds a schema
judges an answer as we do. They use only what regular expressions of Python and ECMAScript share,
and match the whole text.
"""

INT = "[+-]?[0-9]{1,18}"

_FRACTION = r"(?:\.[0-9]{0,40})?"
DECIMAL = rf"[+-]?(?:[0-9]{{1,40}}{_FRACTION}|\.[0-9]{{1,40}})(?:[eE][+-]?[0-9]{{1,3}})?"

_LONG_MONTHS = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
_SHORT_MONTHS = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_FEBRUARY = "02-(?:0[1-9]|1[0-9]|2[0-8])"
# 04 to 96: the last digits of leap years, and the first of those that end in 00.
_FOURTH = "(?:0[48]|[2468][048]|[13579][26])"
_LEAP_DAY = f"(?:[0-9]{{2}}{_FOURTH}|{_FOURTH}00)-02-29"
DATE = f"(?:(?!0000)[0-9]{{4}}-(?:{_LONG_MONTHS}|{_SHORT_MONTHS}|{_FEBRUARY})|{_LEAP_DAY})"

_HOUR = "(?:[01][0-9]|2[0-3])"
_ZONE = f"(?:Z|[+-]{_HOUR}(?::?[0-5][0-9])?)?"
TIME = rf"{_HOUR}:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,9}})?)?{_ZONE}"
DATE_TIME = f"{DATE}T{TIME}"

# Java writes degrees below a thousandth as 4.9E-4.
_TINY = rf"\.[0-9]{{1,40}}|[0-9]{_FRACTION}[eE]-[0-9]{{1,3}}"
_LATITUDE = rf"[+-]?0{{0,30}}(?:[1-8]?[0-9]{_FRACTION}|90(?:\.0{{0,40}})?|{_TINY})"
_LONGITUDE = rf"[+-]?0{{0,30}}(?:(?:1[0-7]|[1-9])?[0-9]{_FRACTION}|180(?:\.0{{0,40}})?|{_TINY})"
# Latitude, longitude, and, where the device knows them, altitude and accuracy.
GEOPOINT = f"{_LATITUDE} {_LONGITUDE}(?: {DECIMAL}){{0,2}}"
GEOTRACE = f"{GEOPOINT}(?: *; *{GEOPOINT})+(?: *;)* *"

BOOLEAN = "(?:true|false|1|0)"

# By the type of a question; types that are not here (text, barcode, file names) take any text.
PATTERNS = {
    "int": INT,
    "decimal": DECIMAL,
    "date": DATE,
    "time": TIME,
    "dateTime": DATE_TIME,
    "geopoint": GEOPOINT,
    "geotrace": GEOTRACE,
    "geoshape": GEOTRACE,
    "boolean": BOOLEAN,
}
