import re

NUMBER = re.compile(r"^LG[A-Z0-9]{8}$")


def is_number(text):
    return bool(NUMBER.match(text))


def display(number):
    return f"{number[:2]} {number[2:6]} {number[6:]}"
