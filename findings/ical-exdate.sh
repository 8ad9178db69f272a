#!/usr/bin/env bash
# Guess: an EXDATE takes out the one occurrence that starts at that moment, in whatever zone it is written (RFC 5545,
# 3.8.5.1); one that meets no occurrence takes out nothing.
#
# What happens: for an event with a time zone, the local clock of one moment is taken for the UTC clock of another. Of
# six hourly hand-overs in Berlin, an EXDATE at 11:00 written in UTC (09:00Z) removes 09:00 too; written with its zone it
# removes 09:00 and 13:00 too; and one at 14:00, where no hand-over starts, removes 12:00. The distance is that of the
# zone to UTC. The same calendar in UTC loses the one hand-over that it should.
#
# Versions: recurring-ical-events==3.8.2, icalendar==7.3.2; Python 3.11. Run on 2026-12-01.
#
# Why it matters: shifts, opening hours and freeze windows come as .ics files, with an EXDATE for each cancelled one. A
# desk that is believed closed, or a freeze that is believed lifted, at an hour that nobody touched looks like a
# mistake of the person who keeps the calendar.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install recurring-ical-events==3.8.2 icalendar==7.3.2

"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import icalendar
import recurring_ical_events

IN_BERLIN = "DTSTART;TZID=Europe/Berlin:20260702T080000"
IN_UTC = "DTSTART:20260702T080000Z"


def hours(start, *exdate):
    event = ["BEGIN:VEVENT", "UID:handover@example.test", "DTSTAMP:20260101T000000Z", "SUMMARY:Hand-over"]
    event += [start, "DURATION:PT30M", "RRULE:FREQ=HOURLY;COUNT=6", *exdate, "END:VEVENT"]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//desk//EN", *event, "END:VCALENDAR", ""]
    calendar = icalendar.Calendar.from_ical("\r\n".join(lines))
    return " ".join(f"{found.start:%H}" for found in recurring_ical_events.of(calendar).at((2026, 7, 2)))


print("Berlin, nothing taken out        ", hours(IN_BERLIN))
print("Berlin, 11:00 taken out, in UTC  ", hours(IN_BERLIN, "EXDATE:20260702T090000Z"))
print("Berlin, 11:00 taken out, its zone", hours(IN_BERLIN, "EXDATE;TZID=Europe/Berlin:20260702T110000"))
print("Berlin, 14:00 taken out, not held", hours(IN_BERLIN, "EXDATE;TZID=Europe/Berlin:20260702T140000"))
print("UTC, 11:00 taken out             ", hours(IN_UTC, "EXDATE:20260702T110000Z"))
PYTHON

cat "$folder/seen"
diff - "$folder/seen" <<'SEEN'
Berlin, nothing taken out         08 09 10 11 12 13
Berlin, 11:00 taken out, in UTC   08 10 12 13
Berlin, 11:00 taken out, its zone 08 10 12
Berlin, 14:00 taken out, not held 08 09 10 11 13
UTC, 11:00 taken out              08 09 10 12 13
SEEN
