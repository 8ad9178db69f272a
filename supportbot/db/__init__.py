"""The database: tables' engine and `transaction()`, migrations, and several reads as one statement."""

from supportbot.db.database import RESTED_S as RESTED_S
from supportbot.db.database import WRITER_WAIT_S as WRITER_WAIT_S
from supportbot.db.database import BigId as BigId
from supportbot.db.database import Database as Database
from supportbot.db.database import Json as Json
from supportbot.db.database import Row as Row
from supportbot.db.database import UtcDateTime as UtcDateTime
from supportbot.db.database import ask_rested_connections as ask_rested_connections
from supportbot.db.database import change_rows as change_rows
from supportbot.db.database import changed as changed
from supportbot.db.database import impatient as impatient
from supportbot.db.database import insert_once as insert_once
from supportbot.db.database import insert_row as insert_row
from supportbot.db.database import lock_row as lock_row
from supportbot.db.database import normal_url as normal_url
from supportbot.db.database import rows_of as rows_of
from supportbot.db.database import upsert as upsert

DOOR = ("batch_read", "migration")
