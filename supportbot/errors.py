"""Every deliberate error of supportbot.

    SupportbotError
    |-- InvalidInput        what was sent is malformed                      400
    |-- NotSignedIn         no valid session or token                       401
    |-- Forbidden           signed in, but without the right                403
    |-- NotFound            no such thing, or not yours to know about       404
    |-- Conflict            the thing changed since you looked              409
    |-- TooLarge            more bytes than accepted                        413
    |-- TooMany             slow down; `retry_after_s` says for how long    429
    |-- Unavailable         a part we need does not answer                  503
    |-- PolicyError         the routing policy cannot be used as it stands
    |-- PromptError         a prompt file or its pin is wrong
    |-- ContractError       a model's answer does not fit the reply contract
    |-- EngineError         a job is enqueued, or a worker started, in a way that cannot work
    `-- SettingsError       the environment is incomplete or wrong

`web/errors.py` alone turns these into status codes and the one JSON shape.
"""


class SupportbotError(Exception):
    """A failure with words for the person who must act on it.

    Args:
        message: what is wrong, with the value, and what to do next.
        code: short stable name for programs; by default the class's own.
        fields: input field name to what is wrong with it.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fields = fields or {}


class InvalidInput(SupportbotError):
    """What was sent is malformed; nothing was stored."""

    code = "invalid_input"


class NotSignedIn(SupportbotError):
    """There is no valid session or token."""

    code = "not_signed_in"


class Forbidden(SupportbotError):
    """Signed in, but without the right to do this."""

    code = "forbidden"


class NotFound(SupportbotError):
    """No such thing, or not the reader's to know about."""

    code = "not_found"


class Conflict(SupportbotError):
    """The thing changed since the reader looked at it."""

    code = "conflict"


class TooLarge(SupportbotError):
    """More bytes than accepted."""

    code = "too_large"


class TooMany(SupportbotError):
    """Too many requests; try again after `retry_after_s` seconds."""

    code = "too_many"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(SupportbotError):
    """A part that is needed does not answer; nothing was accepted. Try again after `retry_after_s` seconds."""

    code = "unavailable"

    def __init__(self, message: str, *, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class PolicyError(SupportbotError):
    """The routing policy cannot be used as it stands."""

    code = "policy"


class PromptError(SupportbotError):
    """A prompt file or its pin is wrong."""

    code = "prompt"


class ContractError(SupportbotError):
    """A model's answer does not fit the reply contract."""

    code = "contract"


class EngineError(SupportbotError):
    """A job is enqueued, or a worker started, in a way that cannot work."""

    code = "engine"


class SettingsError(SupportbotError):
    """The environment is incomplete or wrong."""

    code = "settings"
