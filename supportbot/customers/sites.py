"""The shops whose pages carry the widget: adding one, changing what its customers meet, a new secret.

Actions never commit. What a setting may be stands in `site_settings.py`, what the widget makes of it in `shopfront.py`.
"""

import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from sqlmodel import Session, col, select

from supportbot.audit.types import Actor
from supportbot.customers.site_settings import USES_RECORDS, SiteChanges, checked_settings
from supportbot.customers.tables import Customer, Site
from supportbot.db import lock_row
from supportbot.errors import Conflict, InvalidInput, NotFound
from supportbot.runtime import Runtime


@dataclass(frozen=True, slots=True)
class NewSite:
    """What every shop has. `case_prefix` begins its case numbers; `sign_off` ends each reply, by default the name."""

    key: str
    name: str
    case_prefix: str
    time_zone: str = "UTC"
    currency: str = "EUR"
    sign_off: str = ""


def add_site(db: Session, runtime: Runtime, new: NewSite, changes: SiteChanges, *, by: Actor) -> Site:
    """Add a shop.

    The billing records know people by one shop's user ids. A second shop's ids would lead to strangers' charges, so
    only the first uses the records unless it is said otherwise.

    Raises:
        InvalidInput: something of it will not do; lists everything at once.
        Conflict: its key or its prefix is taken.
    """
    settings, problems = checked_settings(changes)
    _refuse(_identity_problems(new) | problems)
    taken = db.exec(select(Site)).all()
    for name, value in (("key", new.key), ("case_prefix", new.case_prefix)):
        if value in {getattr(site, name) for site in taken}:
            raise Conflict(f"Another site has the {name.replace('_', ' ')} {value!r}. See: supportbot site list")
    settings.setdefault(USES_RECORDS, not taken)
    site = Site(
        key=new.key,
        name=new.name.strip(),
        case_prefix=new.case_prefix,
        time_zone=new.time_zone,
        currency=new.currency,
        sign_off=new.sign_off.strip() or new.name.strip(),
        settings=settings,
        created_at=runtime.clock(),
    )
    db.add(site)
    db.flush()
    _record(db, runtime, site, "site.added", by, {"key": site.key})
    return site


def change_site(db: Session, runtime: Runtime, key: str, changes: SiteChanges, *, by: Actor) -> Site:
    """Change a shop's settings.

    Raises:
        NotFound: no shop has this key.
        InvalidInput: a setting will not do; lists everything at once.
    """
    settings, problems = checked_settings(changes)
    _refuse(problems)
    site = lock_row(db, Site, site_of(db, key).id or 0)
    site.settings = {name: value for name, value in (site.settings | settings).items() if value not in (None, [], "")}
    db.add(site)
    _record(db, runtime, site, "site.changed", by, {"settings": sorted(settings)})
    return site


def rotate_secret(db: Session, runtime: Runtime, key: str, *, by: Actor) -> Site:
    """Give a shop a new secret: what was signed with the old one is refused from now on.

    Raises:
        NotFound: no shop has this key.
    """
    site = lock_row(db, Site, site_of(db, key).id or 0)
    site.secret_version += 1
    db.add(site)
    _record(db, runtime, site, "site.secret", by, {"version": site.secret_version})
    return site


def sites(db: Session) -> list[Site]:
    """Every shop, oldest first."""
    return list(db.exec(select(Site).order_by(col(Site.id))))


def site_of(db: Session, key: str) -> Site:
    """The shop with this key.

    Raises:
        NotFound: there is none.
    """
    site = db.exec(select(Site).where(Site.key == key)).first()
    if site is None:
        raise NotFound(f"There is no site {key!r}. See: supportbot site list")
    return site


def records_id(customer: Customer, site: Site) -> str | None:
    """The id under which the billing records know a customer; None for visitors, and where the ids are another's."""
    return customer.external_id if site.settings.get(USES_RECORDS, True) else None


def _identity_problems(new: NewSite) -> dict[str, str]:
    checks = {
        "key": (re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", new.key), "use a-z, 0-9 and -, 40 at most"),
        "name": (0 < len(new.name.strip()) <= 100 and new.name.isprintable(), "give 1 to 100 characters"),
        "case_prefix": (re.fullmatch(r"[A-Z]{1,6}", new.case_prefix), "give 1 to 6 letters A-Z"),
        "time_zone": (new.time_zone in available_timezones(), "give one such as Europe/Amsterdam"),
        "currency": (new.currency in list_currencies(), "give an ISO 4217 code such as EUR"),
        "sign_off": (len(new.sign_off) <= 100 and (new.sign_off + " ").isprintable(), "give 100 characters at most"),
    }
    return {name: f"{getattr(new, name)[:50]!r}: {wanted}" for name, (fits, wanted) in checks.items() if not fits}


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        listed = "; ".join(f"{name.replace('_', ' ')} {problem}" for name, problem in problems.items())
        raise InvalidInput(f"The site is not right yet: {listed}.", fields=problems)


def _record(db: Session, runtime: Runtime, site: Site, action: str, by: Actor, detail: dict[str, Any]) -> None:
    runtime.audit.record(db, actor=by, action=action, subject="site", subject_id=site.id, detail=detail)
