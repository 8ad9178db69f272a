"""The demo shop's page: there only when the data folder was made by `supportbot demo`."""

import time
from pathlib import Path
from urllib.parse import urlencode

import jwt
from flask import Blueprint, render_template, request, url_for
from sqlmodel import col, select

from supportbot.customers.identity import AUDIENCE, site_secret
from supportbot.customers.sites import site_of
from supportbot.customers.tables import Customer, Site
from supportbot.settings import read_demo_file
from supportbot.web.services import services

blueprint = Blueprint("demo", __name__)


@blueprint.get("/demo/shop")
def shop() -> str:
    """The shop front with the widget, as a visitor or as one of the seeded customers (`?as=USER_ID`)."""
    wired = services()
    with wired.database.transaction(read_only=True) as db:
        site = site_of(db, _site_key(wired.settings.demo_file))
        allowed = site.settings.get("shop_customers", [])
        query = select(Customer).where(Customer.site_id == site.id, col(Customer.external_id).in_(allowed))
        customers = sorted(db.exec(query).all(), key=lambda customer: allowed.index(customer.external_id))
    asked = request.args.get("as", "")
    chosen = next((customer for customer in customers if customer.external_id == asked), None)
    token = _identity(wired.settings.secret_key, site, chosen) if chosen else ""
    people = [
        {
            "name": customer.name,
            "url": f"{url_for('demo.shop')}?{urlencode({'as': customer.external_id})}",
            "current": customer is chosen,
        }
        for customer in customers
    ]
    visitor = {"name": "A visitor", "url": url_for("demo.shop"), "current": chosen is None}
    return render_template(
        "demo/shop.html",
        shop={"name": site.name, "site_key": site.key, "currency": site.currency, **site.settings},
        people=[visitor, *people],
        identity_token=token,
    )


def _site_key(demo_file: Path) -> str:
    """The shop that the demo was made with; others may have been added since."""
    return str(read_demo_file(demo_file)["site_key"])


def _identity(secret_key: str, site: Site, customer: Customer) -> str:
    """What a real shop's server would sign for its signed-in customer; good for ten minutes."""
    claims = {
        "sub": customer.external_id,
        "name": customer.name,
        "email": customer.email,
        "locale": customer.locale,
        "aud": AUDIENCE,
        "iat": int(time.time()),
        "exp": int(time.time()) + 600,
    }
    return jwt.encode(claims, site_secret(secret_key, site.key, site.secret_version), algorithm="HS256")
