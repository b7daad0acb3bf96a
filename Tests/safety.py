#!/usr/bin/env python3
"""Brings the tables of the documentation's page "Safety" and the rows that the tests print together.

usage: Tests/safety.py write LOG...   the tables become what the logs say
       Tests/safety.py check LOG...   fails where the page claims what no log says, or leaves out what one says
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

PAGE = Path(__file__).parent.parent / "Sources/Replication/Replication.docc/Safety.md"
HEAD = ["| what was tried | how often | what was seen |", "|---|---|---|"]


def rows(logs):
    """What `tally` printed, by heading: what was tried → how often and what was seen."""
    found = defaultdict(dict)
    for log in logs:
        for line in Path(log).read_text(errors="replace").splitlines():
            if match := re.search(r"safety \| (.+?) \| (.+) \| (\d+) \| (.*)$", line):
                law, tried, times, seen = match.groups()
                found[law][tried] = f"| {tried} | {int(times):,} | {seen} |"
    return found


def sections(text):
    """The page cut before every heading."""
    return re.split(r"(?m)^(?=## )", text)


def heading(section):
    return section.split("\n", 1)[0].removeprefix("## ")


def claimed(section):
    return {line.split(" | ")[0].removeprefix("| ") for line in table(section)}


def table(section):
    return [line for line in section.splitlines() if line.startswith("| ") and line not in HEAD]


def written(section, found):
    prose = [line for line in section.rstrip().splitlines() if not line.startswith("|")]
    if not found:
        return section
    return "\n".join(prose).rstrip() + "\n\n" + "\n".join(HEAD + [found[tried] for tried in sorted(found)]) + "\n\n"


def main(verb, logs):
    page, found = sections(PAGE.read_text()), rows(logs)
    complaints = [f"no heading '{law}'" for law in sorted(found.keys() - {heading(section) for section in page})]
    if verb == "write":
        PAGE.write_text("".join(written(section, found[heading(section)]) for section in page).rstrip() + "\n")
    else:
        for section in page:
            claims, said = claimed(section), found[heading(section)].keys()
            complaints += [f"{heading(section)}: claimed, and tried by no test: {claim}" for claim in sorted(claims - said)]
            complaints += [f"{heading(section)}: tried, and not on the page: {row}" for row in sorted(said - claims)]
        total = sum(len(of) for of in found.values())
        if total == 0:
            complaints.append("no row at all: were the tests run?")
        print(f"Safety.md: {total} rows, {len(complaints)} complaints")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("write", "check"):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
