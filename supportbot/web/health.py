"""For machines that watch: is the process alive, can it work, what does it count."""

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text

from supportbot.errors import Unavailable
from supportbot.web.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """200 as long as the process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def ready() -> Response:
    """200 when the database answers and a worker holds a slot.

    Raises:
        Unavailable: one of the two is missing.
    """
    wired = services()
    with wired.database.transaction(read_only=True) as db:
        db.connection().execute(text("SELECT 1"))
    health = wired.runtime.engine.health()
    if not health.held_slots:
        raise Unavailable("No worker is running. Start one with: supportbot worker")
    return jsonify({"status": "ready", "oldest_waiting_s": health.oldest_waiting_s})


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts for Prometheus; numbers only."""
    health = services().runtime.engine.health()
    registry = CollectorRegistry()
    for name, help_text, value in (
        ("supportbot_jobs_waiting", "Jobs not started yet", health.waiting),
        ("supportbot_jobs_running", "Jobs being worked on", health.running),
        ("supportbot_jobs_failed", "Jobs that ended in failure", health.failed),
        ("supportbot_jobs_oldest_waiting_seconds", "Age of the oldest waiting job", health.oldest_waiting_s),
        ("supportbot_worker_slots_held", "Workers alive", len(health.held_slots)),
    ):
        Gauge(name, help_text, registry=registry).set(value)
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
