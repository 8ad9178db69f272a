"""Flask: pages, the widget's and the agents' HTTP surfaces."""

DOOR = (
    "blueprints",
    "demo.routes",
    "errors",
    "json_body",
    "login.routes",
    "request_guards",
    "server",
    "services",
    "templating",
)
