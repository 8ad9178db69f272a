"""The demo shop's page: the shop that the demo was made with, whatever was added since."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from supportbot.audit.types import SYSTEM
from supportbot.customers.site_settings import SiteChanges
from supportbot.customers.sites import NewSite, add_site
from supportbot.customers.tables import Customer, Site
from supportbot.db import Database
from tests.factories import Office, make_office


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """A demo's data folder, whose shop shows one of its customers, and an older site beside it."""
    (tmp_path / "demo.json").write_text(json.dumps({"site_key": "harbour-lane", "users": []}))
    made = make_office(database, data_dir=tmp_path)
    shop = made.shop
    shop.act(lambda db: add_site(db, shop.runtime, NewSite("kettles", "Kettles", "KE"), SiteChanges(), by=SYSTEM))
    with database.transaction() as db:
        site, jonas = db.get_one(Site, shop.site_id), db.get_one(Customer, shop.jonas_id)
        site.key = "harbour-lane"
        shown = {"tagline": "Coffee", "about": "A roastery.", "hours_text": "Weekdays", "products": []}
        site.settings = site.settings | shown | {"shop_customers": [jonas.external_id]}
        db.add(site)
    yield made
    made.close()


def test_the_demos_own_shop_is_shown_beside_other_sites(office: Office) -> None:
    page = office.browser().get("/demo/shop")

    assert page.status_code == 200
    assert 'data-site-key="harbour-lane"' in page.text


def test_nobody_is_signed_in_by_an_address_that_names_a_stranger(office: Office) -> None:
    shop = office.shop
    with shop.database.transaction(read_only=True) as db:
        jonas = db.get_one(Customer, shop.jonas_id)

    known = office.browser().get(f"/demo/shop?as={jonas.external_id}")
    stranger = office.browser().get("/demo/shop?as=somebody-else")

    assert f"Signed in as {jonas.name}." in known.text
    assert "Signed in as" not in stranger.text
