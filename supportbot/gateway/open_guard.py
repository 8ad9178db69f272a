"""What stands in for the database's guard and memory where there is none: trials, tables of faults, benches."""

from supportbot.gateway.types import Admitted, Attempt, ModelSpec, NotAdmitted, PlannedCall, StructuredOutput


class OpenGuard:
    """A guard that lets every call through and remembers nothing."""

    def admit(self, call: PlannedCall) -> Admitted | NotAdmitted:
        """Always."""
        return Admitted(None)

    def report(self, call: PlannedCall, admitted: Admitted, attempt: Attempt) -> None:
        """Nothing is kept."""


class NoKnownModes:
    """Every model's way is found out anew in each run."""

    def mode_of(self, spec: ModelSpec) -> StructuredOutput | None:
        """Not known."""
        return None

    def learn(self, spec: ModelSpec, way: StructuredOutput) -> None:
        """Nothing is kept."""

    def forget(self, spec: ModelSpec) -> None:
        """Nothing is kept."""
