"""Reads for drafting: the case file of a message, its drafts, and the case as the desk opens it."""

from supportbot.drafting.queries.case_file import read_case as read_case
from supportbot.drafting.queries.case_file import turns_until as turns_until
from supportbot.drafting.queries.desk_case import DeskCase as DeskCase
from supportbot.drafting.queries.desk_case import desk_case as desk_case
from supportbot.drafting.queries.drafts import REGENERATED as REGENERATED
from supportbot.drafting.queries.drafts import Drafts as Drafts
from supportbot.drafting.queries.drafts import aids_of as aids_of
from supportbot.drafting.queries.drafts import divergences_of as divergences_of
from supportbot.drafting.queries.drafts import drafts_of as drafts_of
from supportbot.drafting.queries.drafts import find_draft as find_draft
from supportbot.drafting.queries.drafts import newest_divergences as newest_divergences
from supportbot.drafting.queries.drafts import regenerations as regenerations
