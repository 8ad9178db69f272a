"""What customers are told at once, in fixed words from code."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from supportbot.contract.voice import render
from supportbot.contract.voice.frame import held_notice
from supportbot.drafting.types import ShopFacts
from supportbot.inbox import actions as inbox
from supportbot.inbox.tables import Conversation
from supportbot.runtime import Runtime


def tell_held(
    db: Session,
    runtime: Runtime,
    conversation: Conversation,
    *,
    message_id: int,
    topic: str,
    update_by: datetime,
    shop: ShopFacts,
    locale: str,
) -> None:
    """Say that a person is looking at it, and until when; once a message."""
    notice = held_notice(
        topic=topic,
        by=update_by,
        now=runtime.clock(),
        zone=ZoneInfo(shop.time_zone),
        case_number=conversation.case_number,
        sign_off=shop.sign_off,
        locale=locale,
    )
    inbox.add_notice(
        db,
        runtime,
        conversation,
        key=f"notice:{message_id}",
        text=render.to_text(notice),
        reply=render.to_json(notice),
    )
