"""Writes of the inbox. Actions never commit. See `locks.py` for the order in which they lock."""

from supportbot.inbox.actions.conversations import add_note as add_note
from supportbot.inbox.actions.conversations import assign as assign
from supportbot.inbox.actions.conversations import set_status as set_status
from supportbot.inbox.actions.conversations import show_work as show_work
from supportbot.inbox.actions.conversations import wake_snoozed as wake_snoozed
from supportbot.inbox.actions.incoming import DRAFT_JOB as DRAFT_JOB
from supportbot.inbox.actions.incoming import mark_seen as mark_seen
from supportbot.inbox.actions.incoming import receive_message as receive_message
from supportbot.inbox.actions.locks import change_conversation as change_conversation
from supportbot.inbox.actions.locks import lock_conversation as lock_conversation
from supportbot.inbox.actions.locks import publish as publish
from supportbot.inbox.actions.outgoing import SEND_JOB as SEND_JOB
from supportbot.inbox.actions.outgoing import add_notice as add_notice
from supportbot.inbox.actions.outgoing import find_outgoing as find_outgoing
from supportbot.inbox.actions.outgoing import queue_reply as queue_reply
from supportbot.inbox.actions.outgoing import send_reply as send_reply
from supportbot.inbox.actions.outgoing import stop_reply as stop_reply
from supportbot.inbox.actions.outgoing import undo_reply as undo_reply
